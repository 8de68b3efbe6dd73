"""The one way in: every channel passes a message through `take_in` before Rasa sees it."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import Any, Callable, Iterable

from bot.privacy import redact
from knowledge.words import fold

LIMIT = 4000  # characters; a long story fits, a book does not
CHAT_LIMIT = 1000  # in the web chat, where a counter shows it
PAYLOAD_BYTES = 64  # what a Telegram button carries
_PAYLOAD = re.compile(r"^/([a-z_]+)(\{.*\})?$", re.S)
_SLASH = re.compile(r"^[\s/]+")

# intents that a button may carry, with the entities each may have
TAPS: dict[str, tuple[str, ...]] = {
    "done": (),
    "not_yet": (),
    "considered": (),
    "not_applicable": (),
    "more": (),
    "previous": (),
    "skip": (),
    "stop": (),
    "resume": (),
    "summary": (),
    "start_again": (),
    "person": (),
    "capabilities": (),
    "danger": (),
    "walk": (),
    "inform": ("role", "area", "stage", "decision"),
    "show": ("record",),
    "ask_duties": ("audience",),
    "ask_next": (),
    "none_of_these": (),
}

Known = Callable[[str, str], bool]


@dataclasses.dataclass
class Inbound:
    """A message fit for Rasa, and what was done to it. `problem` names what is wrong with it, if anything."""

    text: str
    redacted: list[str] = dataclasses.field(default_factory=list)
    problem: str | None = None
    tap: bool = False


def payload(intent: str, **entities: str) -> str:
    """The payload of a button; raises ValueError if it is not one that `take_in` would accept."""
    if intent not in TAPS or not set(entities) <= set(TAPS[intent]):
        raise ValueError(f"no button may carry {intent} {sorted(entities)}")
    made = f"/{intent}" + (json.dumps(entities, separators=(",", ":")) if entities else "")
    if len(made.encode()) > PAYLOAD_BYTES:
        raise ValueError(f"the payload {made} is longer than {PAYLOAD_BYTES} bytes")
    return made


def take_in(
    message: Any, known: Known, public_numbers: Iterable[str] = (), *, typed: bool = False, limit: int = LIMIT
) -> Inbound:
    """Check, fold and redact a message.

    `known(kind, value)` says whether a payload's value (an area, a stage, a record …) exists. A payload that no button
    of ours carries is treated as typed words: it never reaches Rasa as a command. `typed` says that no button was
    pressed, where a channel can tell.
    """
    if not isinstance(message, str):
        return Inbound("", problem="empty")
    text = fold(message)
    if not text:
        return Inbound("", problem="empty")
    if len(text) > limit:
        return Inbound("", problem="too_long")
    tapped = None if typed else _tap(text, known)
    if tapped:
        return Inbound(tapped, tap=True)
    text = _SLASH.sub("", text)
    if not text:
        return Inbound("", problem="empty")
    text, found = redact(text, public_numbers)
    return Inbound(text, redacted=found)


def _tap(text: str, known: Known) -> str | None:
    match = _PAYLOAD.match(text)
    if not match or match.group(1) not in TAPS or len(text.encode()) > PAYLOAD_BYTES:
        return None
    try:
        entities = json.loads(match.group(2) or "{}")
        if not isinstance(entities, dict) or not all(isinstance(v, str) and known(k, v) for k, v in entities.items()):
            return None
        return payload(match.group(1), **entities)
    except ValueError:
        return None
