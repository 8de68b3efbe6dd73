"""What a person says of their situation: taken in, put right, and what depends on it answered."""

from __future__ import annotations

import re
from typing import Optional

from actions import ask
from actions.answer import anew, answer, rerun
from actions.find import FOLLOWS, SPECIFIC, in_context, nationwide
from actions.need import need
from actions.tell import next_steps, tell
from actions.turn import CONTEXT, CORRECTS, Turn
from actions.walk import offer
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge.render import words
from knowledge.words import plain

ONLY_AREA = 3  # words: 'in Leicestershire'
DOUBTED = 0.6  # a confidence below leaves room for another kind of message
ASKS = re.compile(
    r"\?|\b(whats?|how|whom?|why|when|where|which|can|could|should|must|may|does|did|will|would|tell|explain"
    r"|need|want|help|advice|info\w*)\b"
)
HAS = re.compile(r"(?:(?:my|our|the) \w+ |he |she )?(?:is|has|hes|shes|he has|she has)\b")
CHANGES = re.compile(r"\b(different|differently|differ|difference|change[sd]?|still the same|the same)\b")
TELLS = 16  # words of a message that asks nothing and puts something right
KEPT = 60  # words of what was said before that the next question is read with


def only_tells(turn: Turn) -> bool:
    """Whether what was taken for a question only says who writes or how things stand: 'he has an EHC plan'."""
    said = plain(turn.text)
    if turn.tapped or turn.intent != "ask" or ASKS.search(said):
        return False
    if turn.reading.get("facts") and HAS.match(said):
        return True
    stated = turn.reading.get("role_stated") and (turn.reading.get("area") or turn.reading.get("counts"))
    return bool(stated) and turn.confidence < DOUBTED


def only_corrects(turn: Turn) -> bool:
    """Whether a short message puts right what was said before and asks nothing: 'sorry, I meant Hackney'."""
    said, tells = len(turn.text.split()), not turn.understood.get("asks") and not turn.asks()
    short = (said <= FOLLOWS or (said <= TELLS and tells)) and "?" not in turn.text
    return short and bool(turn.understand()) and bool(CORRECTS.search(plain(turn.text)))


def asks_what_changes(turn: Turn) -> bool:
    """Whether what was known has changed and that is all that is asked of: 'make that 4. Is it different now?'."""
    asked = re.split(r"[.!?,]\s+", turn.text.strip())[-1]
    short = len(asked.split()) <= FOLLOWS
    return short and not turn.tapped and bool(CHANGES.search(plain(asked))) and _changed(turn)


def _changed(turn: Turn) -> bool:
    """Whether the message says otherwise than was known."""
    return any(turn.slots.get(name) not in (None, turn.get(name)) for name in turn.understand() if name in CONTEXT)


def take_in(turn: Turn) -> Reply:
    """Remember what the message says of the situation, and answer what waited for it or depends on it."""
    told = turn.understand()
    pending = turn.get("pending")
    if pending and (turn.supplies(told) if pending.get("answered") else told or turn.tapped):
        return rerun(turn, pending)
    if pending and not pending.get("answered") and pending.get("missing") in ("area", "role", "stage", "decision"):
        if turn.intent == "inform" and not turn.get("misses"):
            turn.set("misses", 1)
            return ask.ask(turn, pending["missing"])
    if not told:
        if turn.reading.get("audience") and len(turn.text.split()) < 8:
            turn.intent, turn.confidence = "ask_duties", 1.0
        return answer(turn)
    turn.set("misses", 0)
    if not turn.tapped and len(turn.text.split()) > FOLLOWS and (whole := need(turn)) and whole.status == "answered":
        return offer(turn, whole)
    changed = _changed(turn)
    only_area = told == ["area"] and len(turn.text.split()) <= ONLY_AREA  # said to an answer that did not ask for it
    short = len(turn.text.split()) <= FOLLOWS
    if (changed or only_area) and short and not turn.tapped and (reply := anew(turn)):
        return reply
    if told == ["facts"] and turn.things_named():  # 'it's a private school': what that changes is a record of its own
        return answer(turn)
    if len(turn.text.split()) > 5 and not turn.tapped and ("?" in turn.text or not turn.changes):
        return answer(turn)
    if whole := _after_a_need(turn):
        return offer(turn, whole)
    fitting = _fitting(turn, told)
    if fitting:
        return fitting
    _keep_for_the_next_question(turn)
    notes = []
    area = turn.area_entry
    if "area" in told and area and area.kind != "covered":
        notes.append(area.note)
    needed = _fact_told(turn) if told == ["facts"] else None
    buttons = needs(turn, needed) if needed else [_way("walk"), _way("next")]
    text = "\n\n".join([_noted(turn, needed), *notes])
    return offer(turn, Reply("context_noted", text, scope=turn.scope(), buttons=buttons))


def introduced(turn: Turn) -> Optional[Reply]:
    """The reply to a message that only says who writes: what such a person most often needs next, to choose from."""
    if turn.tapped or not turn.reading.get("introduces") or _fact_told(turn) or turn.asks():
        return None
    told = turn.understand()
    if not turn.role:  # somebody whom no role of ours is read of
        return Reply("asks_role", words()["asks"]["role"], scope=turn.scope(), buttons=ask.buttons(turn, "role"))
    if "role" not in told or turn.get("pending") or _changed(turn):
        return None
    _keep_for_the_next_question(turn)
    text = words()["manners"]["introduced"].format(context=turn.context_text())
    area = turn.area_entry
    if "area" in told and area and area.kind != "covered":
        text += f"\n\n{area.note}"
    buttons = needs(turn, turn.role or "parent")
    return offer(turn, Reply("context_noted", text, scope=turn.scope(), buttons=buttons))


def needs(turn: Turn, name: str) -> list[Button]:
    """Buttons for what somebody in a role, or with a child in some circumstance, most often needs."""
    wanted = words()["needs"][name]
    records = [turn.knowledge.records[r] for r in wanted["records"] if r in turn.knowledge.records]
    shown = [r for r in records if nationwide(r) or r.area == turn.area]
    return [*(Button(r.title, payload("show", record=r.id)) for r in shown), *map(_way, wanted["ways"])]


def _way(name: str) -> Button:
    """A way on by its name among the buttons of words.yml; an audience's name leads to its duties."""
    plainly = {"walk": payload("walk"), "next": payload("ask_next")}
    return Button(words()["buttons"][name], plainly.get(name) or payload("ask_duties", audience=name))


def _fact_told(turn: Turn) -> Optional[str]:
    """The circumstance that a message says holds, where something is most often needed with it."""
    facts = turn.reading.get("facts") or {}
    return next((name for name, holds in facts.items() if holds is True and name in words()["needs"]), None)


def _noted(turn: Turn, fact: Optional[str]) -> str:
    """That what was said is kept, in its words where there are any."""
    parts = [turn.context_text(), words()["labels"]["facts"].get(fact or "", "")]
    known = " · ".join(part for part in parts if part)
    return str(words()["manners"]["context"].format(context=known) if known else words()["manners"]["context_other"])


def _after_a_need(turn: Turn) -> Optional[Reply]:
    """What a new fact adds to the guide that was told last, or the guide that a short message comes with."""
    whole = None if turn.tapped else need(turn)
    return whole if whole and whole.status == "answered" else None


def _fitting(turn: Turn, told: list[str]) -> Optional[Reply]:
    """The record that fits what was told, where a family tells what was done: it is not only filed."""
    told_how_often = "suspensions" in told or "stage" in told
    if turn.tapped or "decision" not in told or told_how_often or turn.role not in (None, "parent", "child"):
        return None
    last = turn.get("last")
    turn.intent = "ask"
    best = next(iter(in_context(turn)), None)
    near = (
        best is not None
        and turn.decision != "nothing"
        and best.score >= SPECIFIC
        and best.record.kind in ("law", "guidance")
    )
    reply = tell(turn, [best.record.id], best.phrase) if best and near else next_steps(turn)
    if reply.status != "answered":
        turn.set("last", last)
        return None
    turn.set("last", {"records": reply.records, "intent": "ask", "text": turn.text})
    reply.notes.append(_noted(turn, None))
    return offer(turn, reply)


def _keep_for_the_next_question(turn: Turn) -> None:
    """'he's adopted, not in care any more' is what 'who should we contact?' is about."""
    if turn.tapped or len(turn.text.split()) < 3:
        return
    last = turn.get("last") or {"records": [], "intent": "inform", "text": ""}
    words_before = f"{last['text']} {turn.text}".split()
    turn.set("last", {**last, "text": " ".join(words_before[-KEPT:])})
