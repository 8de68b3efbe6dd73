"""Each of the 24 cells (six stages, four audiences) walked from start to end: what is shown is what the source has."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from knowledge.check import inventory
from knowledge.store import Knowledge

STAGES = ("minor", "1-2", "3", "4", "5-plus", "serious-breach")
ROLES = {"parents": "parent", "schools": "school", "council": "council", "partners": "professional"}
END = 80  # steps; more would mean that a walk never ends


def walk(person: Any, role: str, stage: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Every step's `custom` and text, and the summary."""
    person('/inform{"role":"%s"}' % role)
    person('/inform{"area":"staffordshire"}')
    person('/inform{"stage":"%s"}' % stage)
    reply = person("/walk")
    if reply["custom"]["status"] == "asks_decision":
        reply = person('/inform{"decision":"suspended"}')
    shown = []
    while reply["custom"]["status"] == "walkthrough_step":
        shown.append(reply)
        assert len(shown) < END
        reply = person("/done")
    return shown, reply


@pytest.mark.parametrize("audience", list(ROLES))
@pytest.mark.parametrize("stage", STAGES)
def test_a_walk_shows_exactly_what_the_source_has_for_this_stage_and_audience(
    stage: str, audience: str, talk: Callable[[], Any], knowledge: Knowledge
) -> None:
    steps, summary = walk(talk(), ROLES[audience], stage)
    seen: dict[str, list[str]] = {}
    for step in steps:
        for record in step["custom"]["records"]:
            duty = knowledge.records[record].duty
            for cite in duty.cites if duty else []:
                seen.setdefault(cite.split("/")[2], []).append(cite)
    items = [i for i in inventory() if i.startswith(f"staffs/{stage}/")]
    assert sorted(seen.get(audience, [])) == sorted(i for i in items if i.split("/")[2] == audience)
    others = {"schools"} if audience == "parents" else set()
    assert set(seen) - {audience} <= others
    if audience == "parents":
        assert sorted(seen["schools"]) == sorted(i for i in items if i.split("/")[2] == "schools")
    assert summary["custom"]["status"] == "walkthrough_summary"
    assert "does not prove" in summary["text"]
    assert "Not looked at" not in summary["text"]


@pytest.mark.parametrize("stage", ["5-plus", "serious-breach"])
def test_parents_of_whom_nothing_is_asked_find_rights_questions_and_whom_to_call(
    stage: str, talk: Callable[[], Any], knowledge: Knowledge
) -> None:
    steps, summary = walk(talk(), "parent", stage)
    assert "asks nothing of parents" in steps[0]["text"]
    kinds = {knowledge.records[r].kind for s in steps for r in s["custom"]["records"]}
    assert kinds == {"law", "duty"}
    assert "Who can help:" in summary["text"]


@pytest.mark.parametrize("decision", ["nothing", "sent-home", "suspended", "permanent", "back"])
def test_rights_are_told_only_as_far_as_they_follow_from_what_was_decided(
    decision: str, talk: Callable[[], Any], knowledge: Knowledge
) -> None:
    person = talk()
    person("im a mum in stafford, 4 suspensions")
    reply = person('/inform{"decision":"%s"}' % decision)
    reply = person("/walk")
    while reply["custom"]["status"] == "walkthrough_step":
        record = knowledge.records[reply["custom"]["records"][0]]
        if record.kind == "law":
            step = record.entry.walk.parents
            assert decision in (step.decisions or record.entry.decisions)
        reply = person("/done")
    assert reply["custom"]["status"] == "walkthrough_summary"
