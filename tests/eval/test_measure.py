"""The measure itself: what counts as another council's record."""

from __future__ import annotations

from typing import Any

import pytest

from bot.inbound import payload
from tests.eval.measure import Outcome, own_areas, wrong_area

LAW, STAFFS, HACKNEY = "tell-the-council", "epatt", "hackney-nurture-groups"


def case(*say: str, area: str | None = None, cites: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"say": list(say), "expect": {"area": area, "cites": list(cites)}}


def reply(*records: str, status: str = "answered", led_to: tuple[str, ...] = (), contact: str = "") -> dict[str, Any]:
    contacts = [{"id": contact}] if contact else []
    custom = {"status": status, "records": list(records), "contacts": contacts}
    return {"custom": custom, "buttons": [{"payload": payload("show", record=name)} for name in led_to]}


@pytest.mark.parametrize(
    "shown",
    [
        reply(STAFFS),
        reply(STAFFS, status="clarifies"),
        reply(LAW, led_to=(STAFFS,)),
        reply(led_to=(STAFFS,), status="not_covered"),
        reply(LAW, contact="staffordshire-sendiass"),
    ],
    ids=["told", "asked about", "a button", "near a miss", "a contact"],
)
def test_another_council_s_record_counts_wherever_it_is_shown(shown: dict[str, Any]) -> None:
    assert wrong_area(Outcome(case("is that allowed?"), [[shown]], []))
    assert wrong_area(Outcome(case("is that allowed in hackney?", area="hackney"), [[shown]], []))
    assert not wrong_area(Outcome(case("we are in staffordshire"), [[shown]], []))


def test_every_reply_counts_and_not_the_last_alone() -> None:
    said = case("what now?", "we are in hackney", area="hackney")
    assert wrong_area(Outcome(said, [[reply(HACKNEY)], [reply(HACKNEY)]], [])) == {HACKNEY}
    assert not wrong_area(Outcome(said, [[reply(LAW)], [reply(HACKNEY)]], []))


def test_what_a_case_expects_counts_where_it_names_no_area() -> None:
    assert own_areas(case("whats EPATT", cites=("staffs/3/schools/11",)), 1) == {"staffordshire"}
    assert own_areas(case("whats a PEP", cites=("staffs/4/schools/09", "law/interim-pep-review-2026")), 1) == set()
    assert own_areas(case("hakney school here", area="hackney"), 1) == {"hackney"}
    assert own_areas(case("stafford, moved from hackney", area="staffordshire"), 1) == {"staffordshire", "hackney"}
