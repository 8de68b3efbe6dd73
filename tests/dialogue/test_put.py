"""Which questions of guides a message puts."""

from __future__ import annotations

from typing import Optional

import pytest

from bot.dialogue import put as module
from bot.dialogue.asked import asking_sentences
from bot.dialogue.put import CLOSE, MOST, put
from knowledge.query import Asked


@pytest.fixture(autouse=True)
def plain_chances(monkeypatch: pytest.MonkeyPatch) -> None:
    """The chance is the likeness, less where the next is near."""

    class Plain:
        def chance(self, score: float, lead: float) -> float:
            return score if lead > CLOSE else score / 2

    monkeypatch.setattr(module, "likeness", Plain)


def at(key: str, likeness: float) -> Asked:
    return Asked(key, key.split("/")[0], likeness)


def holds(_: str) -> Optional[bool]:
    return True


def test_a_question_of_a_guide_that_is_told_needs_less_likeness_than_another_s() -> None:
    near, between = at("a/questions/x", 0.65), at("b/questions/y", 0.68)
    assert put([[between, near]], ["a"], {"b": 0.3}, holds) == ["a/questions/x"]
    assert put([[between, near]], [], {"b": 0.3}, holds) == []
    assert put([[at("b/questions/y", 0.9)]], ["a"], {"b": 0.3}, holds) == ["b/questions/y"]
    assert put([[at("b/questions/y", 0.9)]], ["a"], {"b": 0.01}, holds) == []


def test_what_is_told_goes_before_what_comes_next() -> None:
    rows = [[at("b/questions/y", 0.9), at("a/questions/x", 0.65)]]
    assert put(rows, ["a"], {}, holds, ["b"]) == ["a/questions/x"]
    assert put([[at("b/questions/y", 0.8), at("a/questions/x", 0.4)]], ["a"], {}, holds, ["b"]) == ["b/questions/y"]


def test_each_part_puts_one_question_and_all_together_few() -> None:
    parts = [[at(f"a/questions/{n}", 1.0), at("a/questions/other", 0.5)] for n in range(MOST + 1)]
    assert put(parts, ["a"], {}, holds) == [f"a/questions/{n}" for n in range(MOST)]


def test_what_is_as_like_another_question_was_not_clearly_put() -> None:
    assert put([[at("a/questions/x", 0.6), at("a/questions/y", 0.59)]], ["a"], {}, holds) == []


def test_what_does_not_hold_in_this_case_gives_way_to_what_does() -> None:
    rows = [[at("a/questions/permanent", 0.9), at("a/questions/suspended", 0.89)]]
    assert put(rows, ["a"], {}, lambda key: not key.endswith("permanent")) == ["a/questions/suspended"]


def test_the_other_case_of_a_question_is_told_where_the_case_is_not_known() -> None:
    rows = [[at("a/questions/permanent", 0.9), at("a/questions/suspended", 0.9 - CLOSE / 2), at("a/questions/z", 0.5)]]
    assert put(rows, ["a"], {}, lambda _: None) == ["a/questions/permanent", "a/questions/suspended"]


def test_sentences_that_ask_are_found_and_short_ones_keep_the_one_before() -> None:
    story = "He is at home again. The letter says governors may meet. Can they? I am at work all week."
    assert asking_sentences(story, "") == ["The letter says governors may meet. Can they?"]
    assert asking_sentences("he was sent home, what are my rights", "what are my rights")
    assert asking_sentences("he was sent home", "") == ["he was sent home"]
