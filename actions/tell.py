"""Replies that rest on records alone: some records, a stage's list, what comes next; with the ways on."""

from __future__ import annotations

from typing import Optional

from actions import ask
from actions.find import nationwide
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import render
from knowledge.render import words
from knowledge.store import Record

NEXT = {
    "nothing": "nothing-yet",
    "sent-home": "sent-home",
    "suspended": "suspended",
    "permanent": "permanent",
    "back": "back-in-school",
}


def tell(turn: Turn, ids: list[str], belief: Optional[str] = None) -> Reply:
    """The reply that rests on these records and says nothing else.

    A mistaken `belief` is put right first, but only where the person said just that and not the opposite of it.
    """
    if len(ids) == 1 and turn.knowledge.records[ids[0]].kind in ("duties", "stages"):
        return list_of(turn, ids[0])
    if belief and not turn.desk.finder.says_the_same(turn.text, belief):
        belief = None
    shown = render.answer(turn.knowledge, ids, turn.role, belief)
    first = turn.knowledge.records[ids[0]]
    local = not nationwide(first)
    stage = turn.knowledge.stages[first.stage].code if first.stage else None
    notes = []
    area = turn.area_entry
    if not local and area and area.kind in ("national", "not-covered"):
        notes.append(words()["labels"]["national"])
    scope = {"area": first.area if local else "england", "audience": first.audience, "stage": stage, "role": turn.role}
    return Reply(
        "answered",
        f"{whose(turn, first)}{shown.text}",
        records=ids,
        scope=scope,
        sources=shown.sources,
        contacts=shown.contacts,
        buttons=next_buttons(turn, first.kind),
        notes=notes,
        belief=belief,
        verbatim=not whose(turn, first),
    )


def whose(turn: Turn, record: Record) -> str:
    """What stands above a council's record for somebody who is not known to be of its area: whose it is."""
    if nationwide(record) or record.area == turn.area:
        return ""
    return words()["labels"]["whose"].format(area=turn.knowledge.areas[record.area].title) + "\n\n"


def list_of(turn: Turn, record_id: str) -> Reply:
    """A stage, or its list for one audience, with the ways on."""
    record = turn.knowledge.records[record_id]
    shown = render.answer(turn.knowledge, [record_id], turn.role)
    stage = turn.knowledge.stages[record.stage or ""]
    return Reply(
        "answered",
        f"{whose(turn, record)}{shown.text}",
        records=[record_id],
        scope={"area": record.area, "audience": record.audience, "stage": stage.code, "role": turn.role},
        sources=shown.sources,
        contacts=shown.contacts,
        buttons=stage_buttons(turn, stage.id, record.audience),
        verbatim=not whose(turn, record),
    )


def next_steps(turn: Turn) -> Reply:
    """What happens now, by what was decided."""
    if not turn.decision:
        return ask.ask(turn, "decision")
    return tell(turn, next_records(turn.decision))


def next_records(decision: Optional[str]) -> list[str]:
    """The records of what happens next after a decision; all of them where none is known."""
    return [f"next-steps-{name}" for known, name in NEXT.items() if decision in (None, known)]


def next_buttons(turn: Turn, kind: str) -> list[Button]:
    """The ways on after a record of this kind."""
    made = [Button(words()["buttons"]["walk"], payload("walk"))]
    if kind != "guidance":
        made.append(Button(words()["buttons"]["next"], payload("ask_next")))
    return made


def stage_buttons(turn: Turn, stage: str, shown: Optional[str]) -> list[Button]:
    """The ways on after the list of the audience `shown`: the walk, and the other audiences' lists."""
    made = [Button(words()["buttons"]["walk"], payload("walk"))]
    for audience in ("parents", "schools", "council", "partners"):
        if audience != shown and turn.knowledge.duties_of(stage, audience):
            made.append(Button(words()["buttons"][audience], payload("ask_duties", audience=audience)))
    return made
