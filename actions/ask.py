"""Asking back for what an answer depends on, with the question kept until it can be answered."""

from __future__ import annotations

from typing import Any

from actions.turn import Turn
from bot.choices import choices
from bot.replies import Button, Reply
from knowledge.render import words


def ask(turn: Turn, missing: str) -> Reply:
    """Ask for `missing` (role, area, stage or decision) and keep the question that waits for it."""
    keep(turn, missing)
    status: Any = f"asks_{missing}"
    return Reply(status, words()["asks"][missing], scope=turn.scope(), buttons=buttons(turn, missing))


def keep(turn: Turn, missing: str, answered: bool = False) -> None:
    """Keep the turn's question until `missing` is told; one that is `answered` in general waits for nothing else."""
    kept: dict[str, Any] = turn.get("pending") or {}
    rerun = {
        "intent": turn.intent,
        "text": turn.text,
        "reading": turn.reading,
        "entities": turn.entities,
        "sentences": turn.sentences,
        "understood": turn.understood,
        "last": turn.get("last"),
    }
    if turn.intent == "inform" and kept:
        rerun = {k: kept.get(k) for k in rerun}
    turn.set("pending", {**rerun, "missing": missing, "answered": answered})


def buttons(turn: Turn, missing: str) -> list[Button]:
    """What may be answered to the question for `missing`."""
    return choices(turn.knowledge, missing, turn.area)


def ask_again(turn: Turn, reply: Reply) -> None:
    """After the answer to a question in between: what was asked before it still waits, with its buttons."""
    waiting = turn.slots.get("pending") or {}
    pending = turn.get("pending") or {}
    missing = str(pending.get("missing"))
    if not pending or pending.get("answered") or missing != waiting.get("missing") or not turn.asks():
        return
    if reply.status.startswith("asks_") or reply.status == "crisis" or missing not in words()["asks"]:
        return
    reply.notes.append(words()["manners"]["still_asked"].format(question=words()["asks"][missing]))
    own = {button.payload for button in reply.buttons}
    reply.buttons = [*(b for b in buttons(turn, missing) if b.payload not in own), *reply.buttons]
