"""Whom to contact: the service that is meant, and people who can help."""

from __future__ import annotations

from typing import Any, Optional

from actions import ask
from actions.find import ALSO, CLEAR, CONTACT, NATIONAL, SPECIFIC, STRONG, follows, nationwide
from actions.tell import tell
from actions.turn import Turn
from bot.replies import Reply
from knowledge import render
from knowledge.query import Hit
from knowledge.render import words

GUIDE = "who-can-help"
CHILDS = ("childline", "child-who-is-on-my-side")  # what a child hears first


def contacts(turn: Turn, hits: list[Hit]) -> Optional[Reply]:
    """The service named, the area's own before a national one; else the area's list. None: another record is meant."""
    nothing_named = turn.desk.reader.bare(turn.question())  # 'is there someone I can ring?'
    services = [h for h in hits if h.record.kind == "services" and h.score >= CONTACT and not nothing_named]
    if hits and (
        _something_else(hits[0], services) or hits[0].record.id in (turn.get("last") or {}).get("records", [])
    ):
        return None
    if services:
        best = services[0]
        kind = best.record.entry.kind
        mine = [h for h in services if not nationwide(h.record) and turn.may_show(h.record)]
        mine = [h for h in mine if h.score >= best.score - NATIONAL]
        national = [h for h in services if nationwide(h.record) and (turn.area or h.record.entry.kind == kind)]
        if mine or national:
            return tell(turn, [(mine or national)[0].record.id])
    if not turn.area:
        if hits and hits[0].score >= SPECIFIC and hits[0].record.kind == "law" and follows(turn):
            return None
        return person(turn, "person") if nothing_named else ask.ask(turn, "area")
    return who_can_help(turn)


def who_can_help(turn: Turn) -> Reply:
    """The answer to 'who can help?': the area's services and the national ones."""
    reply = person(turn, "person")
    if reply.records:
        reply.status = "answered"
        reply.text = render.answer(turn.knowledge, reply.records, turn.role).text
    return reply


def _something_else(best: Hit, services: list[Hit]) -> bool:
    """Whether the best hit is no service, and so near that it was meant: 'who refers to Lighthouse Mentoring?'."""
    if best.record.kind in ("services", "duties", "stages"):
        return False
    far = not services or best.score >= services[0].score + ALSO
    if best.score < STRONG:
        return far and best.record.kind == "law" and best.score >= CLEAR
    return not services or (best.record.kind != "glossary" and far)


def person(turn: Turn, lead: str) -> Reply:
    """Whom to contact, in the person's area where it is known."""
    kinds = ("exclusions-or-inclusion", "sendiass", "family-information")
    services = turn.knowledge.contacts(turn.area, kinds) if turn.area else []
    ids = [name for name in CHILDS if turn.role == "child" and name in turn.knowledge.records]
    ids += [s.id for s in services] + ([GUIDE] if GUIDE in turn.knowledge.records else [])
    shown = render.answer(turn.knowledge, ids, turn.role)
    reply = Reply(
        "offers_person",
        "\n\n".join(t for t in (words()["manners"][lead], shown.text) if t),
        records=ids,
        scope=turn.scope(local=bool(services)),
        contacts=shown.contacts,
        sources=shown.sources,
    )
    if not turn.area:
        reply.text += "\n\n" + words()["asks"]["area"]
        reply.buttons = ask.buttons(turn, "area")
        turn.set(
            "pending",
            {"intent": "person", "text": turn.text, "reading": {}, "entities": {}, "sentences": [], "missing": "area"},
        )
    turn.set("misses", 0)
    return reply


def details(turn: Turn, ids: list[str]) -> list[dict[str, Any]]:
    """How to reach these services."""
    return [render.contact(turn.knowledge.services[i], turn.role) for i in ids if i in turn.knowledge.services]
