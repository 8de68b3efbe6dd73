"""Choosing among the records found: the one to tell, which of several is meant, or that there is none."""

from __future__ import annotations

from collections.abc import Sequence

from actions import ask
from actions.contacts import GUIDE, person, who_can_help
from actions.find import ALSO, CLOSE, NATIONAL, OFFERED, SPECIFIC, STRONG, SURE, nationwide
from actions.rights import settled, to_narrow
from actions.tell import list_of, tell
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge.query import Hit
from knowledge.render import words
from knowledge.store import Record

MISSES = 2
READ_TOGETHER = {"law", "guidance", "duty", "glossary", "services"}


def choose(turn: Turn, hits: list[Hit]) -> Reply:
    """Answer with the best record, or ask which of two close ones is meant."""
    best = hits[0]
    record = best.record
    if not turn.may_show(record):
        national = next((h for h in hits if nationwide(h.record) and _may_stand_for(h.record, record)), None)
        if national and national.score >= max(SURE, min(STRONG, best.score - NATIONAL)):
            record = national.record
        elif best.score < SPECIFIC:
            return miss(turn, hits)
        else:
            return ask.ask(turn, "area")
    hits = [hit for hit in hits if turn.may_show(hit.record)]
    if record.kind == "duties" or record.kind == "stages":
        return list_of(turn, record.id)
    if record.id == GUIDE and (turn.area or turn.role == "child"):
        return who_can_help(turn)
    narrowed = settled(turn, record)
    if narrowed:
        return tell(turn, narrowed, best.phrase)
    same = [record.id]
    later = [h for h in hits if h.record.id not in (record.id, best.record.id)]
    if record.kind == "duty":
        if not turn.stages_named():  # the same line of several stages or audiences, said together
            same += [h.record.id for h in later[:3] if h.record.kind == "duty" and h.score >= best.score - 2 * CLOSE]
    elif later and later[0].score >= best.score - CLOSE:
        other = later[0].record
        if best.score < STRONG and other.kind not in ("duties", "stages") and not _related(record, other):
            return clarify(turn, hits[:3])
        if _related(record, other) and other.area in (turn.area, "england"):
            same.append(other.id)
    reply = tell(turn, same, next((h.phrase for h in hits if h.record.id == record.id), None))
    reply.buttons = [*to_narrow(turn, record), *reply.buttons, *_see_also(later, same, best.score)]
    return reply


def _may_stand_for(national: Record, local: Record) -> bool:
    """Whether a national record answers what a council's would; of services only one of the same kind."""
    return local.kind != "services" or (national.kind == "services" and national.entry.kind == local.entry.kind)


def _see_also(hits: list[Hit], shown: list[str], best: float) -> list[Button]:
    """Buttons for the records that came nearly as near: what else may have been meant."""
    near = [h for h in hits if h.record.id not in shown and h.record.kind not in ("duties", "stages")]
    near = [h for h in near if h.score >= max(SURE, best - ALSO)]
    return [Button(h.record.title, payload("show", record=h.record.id)) for h in near[:2]]


def _related(one: Record, other: Record) -> bool:
    """Two records that may well be read together."""
    return {one.kind, other.kind} <= READ_TOGETHER


def clarify(turn: Turn, hits: list[Hit]) -> Reply:
    """Ask which record is meant."""
    buttons = [Button(h.record.title, payload("show", record=h.record.id)) for h in hits]
    buttons.append(Button(words()["buttons"]["none_of_these"], payload("none_of_these")))
    return Reply(
        "clarifies",
        words()["manners"]["clarify"] + "\n" + "\n".join(f"- {b.title}" for b in buttons[:-1]),
        records=[h.record.id for h in hits],
        scope=turn.scope(),
        buttons=buttons,
    )


def miss(turn: Turn, hits: Sequence[Hit] = ()) -> Reply:
    """Nothing is near enough: say so, and offer what came nearest; after two in a row, name people who can help."""
    misses = int(turn.get("misses") or 0) + 1
    turn.set("misses", misses)
    if misses >= MISSES:
        return person(turn, "offers_person")
    manners = words()["manners"]
    near = [h.record for h in hits if h.score >= OFFERED and h.record.kind not in ("duties", "stages")]
    told = [record.id for record in turn.told_last()]
    near = [r for r in near if r.id not in told and turn.may_show(r)][:3]
    said = [manners["not_covered"], manners["ask_again"], *([manners["near"]] if near else [])]
    return Reply(
        "not_covered",
        " ".join(said),
        scope=turn.scope(local=False),
        buttons=[
            *(Button(record.title, payload("show", record=record.id)) for record in near),
            *([] if near else [Button(words()["buttons"]["next"], payload("ask_next"))]),
            Button(words()["buttons"]["person"], payload("person")),
        ],
    )
