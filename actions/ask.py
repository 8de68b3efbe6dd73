"""Asking back for what an answer depends on, with the question kept until it can be answered."""

from __future__ import annotations

from typing import Any

from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge.render import words

ROLES = ("parent", "school", "child", "governor", "professional", "council", "adviser")


def ask(turn: Turn, missing: str) -> Reply:
    """Ask for `missing` (role, area, stage or decision) and keep the question that waits for it."""
    kept: dict[str, Any] = turn.get("pending") or {}
    rerun = {
        "intent": turn.intent,
        "text": turn.text,
        "reading": turn.reading,
        "entities": turn.entities,
        "sentences": turn.sentences,
        "last": turn.get("last"),
    }
    if turn.intent == "inform" and kept:
        rerun = {k: kept.get(k) for k in rerun}
    turn.set("pending", {**rerun, "missing": missing})
    status: Any = f"asks_{missing}"
    return Reply(status, words()["asks"][missing], scope=turn.scope(), buttons=buttons(turn, missing))


def buttons(turn: Turn, missing: str) -> list[Button]:
    """What may be answered to the question for `missing`."""
    labels = words()["labels"]
    if missing == "role":
        return [Button(labels["roles"][r], payload("inform", role=r)) for r in ROLES]
    if missing == "decision":
        return [Button(title, payload("inform", decision=d)) for d, title in labels["decisions"].items()]
    if missing == "stage":
        return [Button(s.title, payload("inform", stage=s.code)) for s in turn.knowledge.pathway(turn.area)]
    covered = [a for a in turn.knowledge.areas.values() if a.kind == "covered"]
    named = [Button(a.title, payload("inform", area=a.id)) for a in covered]
    return [*named, Button(words()["buttons"]["elsewhere"], payload("inform", area="england"))]
