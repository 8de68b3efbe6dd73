"""The tables of rights: every situation leads to one cell, and for the governors to what the regulations say."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge import rights
from knowledge.schema import TURNS_ON
from knowledge.store import Knowledge


def test_every_situation_of_every_table_has_one_cell_of_national_law(knowledge: Knowledge) -> None:
    assert len(knowledge.rights) >= 5
    for right in knowledge.rights.values():
        for situation in rights.situations(right):
            cell = rights.cell(right, situation)
            assert cell, (right.id, situation)
            for law in [*cell.law, *right.asked]:
                assert knowledge.law[law[4:]].area == "england"
            assert [found.law for found in rights.open_cells(right, situation)] == [cell.law]
            assert rights.to_ask(right, situation) is None


def governors(situation: dict[str, str]) -> str:
    """What regulations 6, 15 and 24 of 2012 say of the governors' meeting, written down a second time."""
    if situation["independent"] == "yes":
        return "independent-schools-not-covered"
    if situation["decision"] == "sent-home":
        return "sent-home-to-cool-off"
    if situation["decision"] == "nothing":
        return "board-timetable-summary"
    if situation["decision"] == "permanent" or situation["exam"] == "yes" or situation["days"] == "over-15":
        return "board-must-meet-15-days"
    return "board-five-days-or-less" if situation["days"] == "up-to-5" else "board-50-days-if-parent-asks"


def day_six(situation: dict[str, str]) -> str:
    if situation["independent"] == "yes":
        return "independent-schools-not-covered"
    if situation["decision"] == "sent-home":
        return "what-to-do-informal-exclusion"
    of_the_council = situation["decision"] == "permanent"
    return "day-six-permanent-exclusion-council" if of_the_council else "day-six-suspension-school"


def review(situation: dict[str, str]) -> str:
    return "independent-schools-not-covered" if situation["independent"] == "yes" else "irp-only-for-permanent"


def plan(situation: dict[str, str]) -> str:
    if situation["ehc_plan"] == "no":
        return "sen-early-action"
    return "ehcp-after-permanent-exclusion" if situation["decision"] == "permanent" else "ehcp-talk-to-council-early"


def told(situation: dict[str, str]) -> str:
    if situation["independent"] == "yes":
        return "independent-schools-not-covered"
    return "sent-home-to-cool-off" if situation["decision"] == "sent-home" else "tell-the-council"


EXPECTED: dict[str, Any] = {
    "governing-board": governors,
    "education-from-day-six": day_six,
    "independent-review": review,
    "ehc-plan-and-exclusion": plan,
    "who-is-told": told,
}


def test_every_table_is_told_a_second_time_here(knowledge: Knowledge) -> None:
    assert set(EXPECTED) == set(knowledge.rights)


@pytest.mark.parametrize("name", sorted(EXPECTED))
def test_cell_by_cell(knowledge: Knowledge, name: str) -> None:
    right = knowledge.rights[name]
    for situation in rights.situations(right):
        cell = rights.cell(right, situation)
        assert cell
        assert cell.law[0] == f"law/{EXPECTED[name](situation)}", situation


def test_whoever_must_be_told_of_a_child_in_care_is_named(knowledge: Knowledge) -> None:
    right = knowledge.rights["who-is-told"]
    for situation in rights.situations(right, {"independent": "no", "in_care": "yes"}):
        cell = rights.cell(right, situation)
        assert cell
        assert situation["decision"] == "sent-home" or "law/tell-social-worker-and-vsh" in cell.law


def test_only_what_the_answer_needs_is_asked(knowledge: Knowledge) -> None:
    board = knowledge.rights["governing-board"]
    assert rights.to_ask(board, {"independent": "no"}) == "decision"
    assert rights.to_ask(board, {"independent": "no", "decision": "permanent"}) is None
    assert rights.to_ask(board, {"independent": "no", "decision": "suspended", "days": "over-15"}) is None
    assert rights.to_ask(board, {"independent": "no", "decision": "suspended", "days": "up-to-5"}) == "exam"
    assert rights.to_ask(board, {"independent": "yes"}) is None


@pytest.mark.parametrize(
    ("days", "band"),
    [(1, "up-to-5"), (5, "up-to-5"), (6, "6-to-15"), (15, "6-to-15"), (16, "over-15"), (45, "over-15")],
)
def test_the_bands_of_days(days: int, band: str) -> None:
    assert rights.band(days) == band
    assert band in TURNS_ON["days"]
