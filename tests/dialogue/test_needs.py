"""Which needs a message may come with: what was learnt and the guides' own words, as one chance."""

from __future__ import annotations

from typing import Any

import pytest

from bot.dialogue.needs import candidates
from knowledge.situation import Situation


class _Guide:
    def __init__(
        self, area: str | None = None, readers: tuple[str, ...] = ("parent", "school"), when: str | None = None
    ) -> None:
        self.area, self.for_, self.when = area, readers, when


CASE = Situation.of({"ehc_plan": "no"})
GUIDES: Any = {
    "planned": _Guide(when="ehc_plan=yes"),
    "one": _Guide(),
    "two": _Guide(),
    "local": _Guide("hackney"),
    "young": _Guide(None, ("child",)),
}


def order(learnt: list[tuple[str, float]], near: dict[str, float], **who: Any) -> list[str]:
    found = candidates(learnt, near.items(), GUIDES, who.get("area"), who.get("role"))
    assert all(0 <= c.chance <= 1 for c in found)
    return [c.id for c in found]


def test_what_was_learnt_and_the_words_both_count() -> None:
    assert order([("one", 0.8), ("two", 0.1)], {"one": 0.5, "two": 0.5})[0] == "one"
    assert order([("one", 0.1), ("two", 0.1)], {"one": 0.5, "two": 0.9})[0] == "two"
    assert order([], {"two": 0.9}) == ["two"]


@pytest.mark.parametrize("area", [None, "suffolk"])
def test_another_area_s_guide_is_none(area: str | None) -> None:
    assert "local" not in order([("local", 0.9)], {"local": 1.0}, area=area)
    assert order([("local", 0.4), ("one", 0.4)], {}, area="hackney")[0] == "local"


def test_a_guide_for_other_readers_is_less_likely() -> None:
    learnt = [("young", 0.5), ("one", 0.4)]
    assert order(learnt, {}, role="child")[0] == "young"
    assert order(learnt, {}, role="parent")[0] == "one"


def test_words_that_are_far_say_little() -> None:
    (far,) = candidates([], {"one": 0.2}.items(), GUIDES, None, None)
    (near,) = candidates([], {"one": 0.95}.items(), GUIDES, None, None)
    assert far.chance < near.chance / 5


def test_a_guide_for_another_case_than_the_known_one_is_hardly_likely() -> None:
    learnt = [("planned", 0.8), ("one", 0.3)]
    assert candidates(learnt, (), GUIDES, None, None)[0].id == "planned"
    assert candidates(learnt, (), GUIDES, None, None, CASE)[0].id == "one"
