"""A draft of what a person could pass on to a helpline: they read it, change it, and agree first."""

from __future__ import annotations

from typing import Any, Optional

from bot import settings
from bot.engine.tracker_store import TrackerStore
from knowledge.desk import desk
from knowledge.render import situation, words

QUESTIONS = 3  # the last ones


def helpline() -> Optional[str]:
    """The name of the helpline that takes hand-overs; None where there is none."""
    return settings.HELPLINE()


def draft(trackers: TrackerStore, conversation: str) -> str:
    """The situation and the last questions; nothing that was said of danger."""
    kept = trackers.slots(conversation)
    known = situation(desk().knowledge, **{name: kept.get(name) for name in _SITUATION})
    lines = [known] if known else []
    questions = asked(trackers, conversation)
    if questions:
        lines += [words()["web"]["handover"]["asked"], *(f"- {text}" for text in questions[-QUESTIONS:])]
    return "\n".join(lines)


def asked(trackers: TrackerStore, conversation: str) -> list[str]:
    """What was typed in a conversation, apart from what shows danger."""
    return [e["text"] for _, e in trackers.turns(conversation) if e["event"] == "user" and _may_be_passed_on(e)]


_SITUATION = ("role", "area", "stage", "suspensions", "decision")


def _may_be_passed_on(said: dict[str, Any]) -> bool:
    text, read = said.get("text") or "", said.get("parse_data") or {}
    danger = read.get("crisis") or (read.get("intent") or {}).get("name") in ("crisis", "danger")
    return bool(text) and not text.startswith("/") and not danger
