"""Answering a question, whatever its kind."""

from __future__ import annotations

import re
from typing import Any, Optional

from actions.choose import choose, miss
from actions.contacts import contacts, details, person
from actions.find import (
    BARE,
    DOUBTED_OUT_OF_SCOPE,
    LEAN,
    SPECIFIC,
    STRONG,
    SURE,
    SURE_OUT_OF_SCOPE,
    SURE_SHORT,
    follows,
    in_context,
    single,
)
from actions.follow import follow_up
from actions.need import more_of_need, need, said_so_far, with_need
from actions.pathway import after_another, asks_for_all, asks_of_another_council, duties, no_pathway, stages
from actions.tell import list_of, next_buttons, next_records, next_steps, tell
from actions.turn import Turn
from actions.walk import offer, start
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge.query import Hit
from knowledge.render import words

AND = re.compile(r"((ok|okay|right|so),? )*(and|but|what about|how about)\b", re.I)
SURE_OUTSIDE = 0.8  # below, 'out of scope' is doubted
SURE_KIND = 0.5  # below, the kind of question is not trusted against a record that fits


def answer(turn: Turn) -> Reply:
    """The answer to the turn's question."""
    area = turn.area_entry
    if area and area.kind == "other-law":
        return Reply("not_covered", area.note, scope=turn.scope(), contacts=details(turn, area.contacts))
    hanging = None if (turn.get("last") or {}).get("intent") == "need" else follow_up(turn)
    if hanging:
        turn.set("misses", 0)
        return offer(turn, hanging)
    if whole := need(turn):
        return offer(turn, whole)
    reply = with_need(turn, _answer(turn))
    if reply.status in ("answered", "clarifies"):
        turn.set("misses", 0)
        last = turn.get("last") or {}
        same = follows(turn) and set(reply.records) & set(last.get("records", []))
        # of a follow-up that stays with its record the first question is kept: it names what all of them are about
        text = last.get("text", turn.text) if same else turn.text
        told = reply.records[:5] if reply.status == "answered" else []  # what was only offered was not told
        kept = {name: last[name] for name in ("needs", "parts") if last.get(name)}
        kept["said"] = said_so_far(turn)
        kept["understood"] = {"needs": turn.understood.get("needs") or []}
        turn.set("last", {**kept, "records": told, "intent": turn.intent, "text": text})
    return offer(turn, reply)


def _answer(turn: Turn) -> Reply:
    if turn.intent == "ask_stage" and turn.reading.get("audience") and not asks_for_all(turn):
        turn.intent = "ask_duties"
    if asks_of_another_council(turn) or (turn.intent == "out_of_scope" and _asks_elsewhere(turn)):
        return no_pathway(turn)
    if turn.intent in LEAN and turn.confidence < SURE_KIND and _asks_for_own_list(turn):
        turn.intent, turn.confidence = "ask_duties", 1.0
    hits = in_context(turn)
    best = hits[0].score if hits else 0.0
    particular = hits and single(hits[0], SPECIFIC) and not turn.desk.reader.generic(turn.question())
    if _follows_duties(turn) and not particular:
        turn.intent = "ask_duties"
        if not turn.reading.get("mine"):
            turn.reading = {"audience": turn.audience_told(), **turn.reading}
        return duties(turn, [])
    if turn.intent in LEAN and turn.confidence < SURE_KIND and best >= SPECIFIC:
        return choose(turn, hits)
    again = after_another(turn)
    if again and (best < STRONG or hits[0].record.kind in ("stages", "duties")):
        return again
    if turn.intent == "ask_next" and not (hits and single(hits[0], SPECIFIC)):
        if not _duties_first(turn, hits):
            return next_steps(turn)
        turn.intent = "ask_duties"
        hits = [h for h in hits if h.record.id not in next_records(None)]
    if turn.intent == "ask" and _asks_of_a_list(turn, hits):
        turn.intent = "ask_duties"
    if turn.intent == "ask_duties":
        return duties(turn, hits)
    if turn.intent == "ask_contact":
        reply = contacts(turn, hits)
        if reply:
            return reply
    if turn.intent == "ask_stage":
        reply = stages(turn, hits)
        if reply:
            return reply
    outside = SURE_OUT_OF_SCOPE if turn.confidence >= SURE_OUTSIDE else DOUBTED_OUT_OF_SCOPE
    if turn.intent == "out_of_scope" and best < outside:
        return Reply(
            "out_of_scope",
            words()["manners"]["out_of_scope"],
            scope=turn.scope(local=False),
            buttons=[Button(words()["buttons"]["next"], payload("ask_next"))],
        )
    if best < (SURE if len(turn.text.split()) > BARE else SURE_SHORT):
        return miss(turn, hits)
    return choose(turn, hits)


def _asks_for_own_list(turn: Turn) -> bool:
    """Whether somebody whose list is known asks for all they have to do, in words of no clear kind."""
    mine = bool(turn.reading.get("mine")) and turn.desk.reader.generic(turn.question())
    return mine and turn.stage() is not None and turn.audience() is not None


def _follows_duties(turn: Turn) -> bool:
    """Whether duties were told and somebody else's, or another stage's, are asked for: 'and what of us?'."""
    if turn.intent in LEAN and turn.confidence >= SURE_KIND and not AND.match(turn.text):
        return False
    if not follows(turn) or turn.get("last").get("intent") != "ask_duties":
        return False
    if turn.reading.get("audience") or turn.reading.get("mine"):
        return True
    return bool(turn.audience_told() and turn.stages_named() and not turn.things_named())


def _duties_first(turn: Turn, hits: list[Hit]) -> bool:
    """Whether the list of the person's own audience and stage is nearer than the next steps are."""
    stage, audience = next(iter(turn.stages_named()), turn.stage()), turn.audience()
    for hit in hits:
        if hit.record.id in next_records(turn.decision):
            return False
        if hit.record.kind == "duties" and stage in (None, turn.knowledge.stages[hit.record.entry.stage]):
            if audience in (None, hit.record.audience):
                return True
    return False


def _asks_of_a_list(turn: Turn, hits: list[Hit]) -> bool:
    """Whether stage and audience are said, and what is nearest is only the pathway at large."""
    if not hits or not turn.stages_named() or not turn.reading.get("audience"):
        return False
    return hits[0].record.area == turn.area and hits[0].record.kind in ("guidance", "stages", "duties")


def _asks_elsewhere(turn: Turn) -> bool:
    """Whether a short message only names a place that is not one of ours: 'is it the same in Leicester?'."""
    area = turn.knowledge.areas.get(turn.reading.get("area") or "")
    return bool(area and area.kind == "not-covered" and len(turn.text.split()) <= 8)


def rerun(turn: Turn, pending: dict[str, Any]) -> Reply:
    """Answer the kept question, now that what was missing has been said."""
    turn.set("pending", None)
    turn.set("misses", 0)
    turn.intent, turn.text, turn.confidence = pending["intent"], pending["text"], 1.0  # its kind was settled then
    turn.reading = {
        k: v for k, v in pending["reading"].items() if k not in ("role", "area", "counts", "stage", "decision")
    }
    turn.entities = pending["entities"]
    turn.sentences = [(s, kind) for s, kind in pending["sentences"]]
    turn.understood = pending.get("understood") or {}
    turn.set("last", pending.get("last"))  # what was asked in between has nothing to do with it
    if turn.intent == "walk":
        return start(turn)
    if turn.intent == "person":
        return person(turn, "person")
    return answer(turn)


def anew(turn: Turn) -> Optional[Reply]:
    """The last question's answer for a situation that was just put right or changed: 'sorry, I meant Hackney'."""
    last = turn.get("last") or {}
    if not str(last.get("intent")).startswith(("ask", "need")):
        return None
    reading = turn.desk.reader.read(last["text"]).as_dict()
    kept = {"intent": last["intent"], "text": last["text"], "reading": reading, "entities": {}, "sentences": []}
    kept["understood"] = last.get("understood") or {}
    return rerun(turn, kept)


def more(turn: Turn) -> Reply:
    """More about the last answer: what stands beside it in the knowledge."""
    reply = more_of_need(turn) or follow_up(turn)
    if reply:
        return reply
    last = (turn.get("last") or {}).get("records") or []
    for name in last:
        record = turn.knowledge.records.get(name)
        if record is None:
            continue
        see = [s for s in getattr(record.entry, "see", []) if s in turn.knowledge.records]
        if see:
            return tell(turn, see[:1])
        if record.stage and record.kind == "duty":
            return list_of(turn, record.entry.id)
        if record.kind == "duties":
            return list_of(turn, record.entry.stage)
    if turn.text and not turn.tapped and len(turn.text.split()) > 3:
        return answer(turn)
    if turn.decision:
        return next_steps(turn)
    text = words()["manners"]["unclear"]
    return Reply("smalltalk", text, scope=turn.scope(local=False), buttons=next_buttons(turn, "law"))
