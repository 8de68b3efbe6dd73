"""What a web page is told of a conversation, derived each time from the events that the tracker store holds.

Nothing is kept a second time: an event's id is the number of the stored row, and a reply answers the message before it.
"""

from __future__ import annotations

import functools
import json
from typing import Any, Callable, Iterator, Optional

from bot.engine.tracker_store import TrackerStore
from bot.inbound import payload
from bot.people.inbox import Waiting
from bot.replies import Reply, shown, to_keep
from knowledge.desk import desk
from knowledge.letters import of_self
from knowledge.render import words

PRESET = "preset"  # begins the id of a message that stands for what is known of the reader beforehand; not shown
_LAST = 2**62  # after every row
_BEGINNING = 8  # events: the words of a new beginning, what is known beforehand, and the first message


def trackers_of(agent: Any) -> TrackerStore:
    """The agent's store; one of our own where Rasa has put a wrapper around it."""
    store = agent.tracker_store
    return store if isinstance(store, TrackerStore) else _own_trackers()


@functools.cache
def _own_trackers() -> TrackerStore:
    return TrackerStore()


def is_preset(message: str) -> bool:
    """Whether a message is none that a person sent."""
    return message.split("-")[0] == PRESET


def since(trackers: TrackerStore, conversation: str, after: int = 0) -> list[dict[str, Any]]:
    """What was said and answered after the event with the id `after`, oldest first."""
    events, message = [], ""
    for number, event in trackers.turns(conversation, after):
        if event["event"] == "user":
            message = event.get("message_id") or ""
        if number > after and not is_preset(message):
            events.append({"id": str(number), **(_said if event["event"] == "user" else _reply)(event, message)})
    return events


def _said(event: dict[str, Any], message: str) -> dict[str, Any]:
    title = (event.get("metadata") or {}).get("title")
    tapped = (event.get("text") or "").startswith("/")
    return {
        "type": "said",
        "message": message,
        "text": None if tapped else event.get("text"),
        "title": title if tapped else None,
    }


def _reply(event: dict[str, Any], message: str) -> dict[str, Any]:
    return reply_event(stored_reply(event), message)


def reply_event(reply: Reply, message: str) -> dict[str, Any]:
    """What a page is told of a Reply: the data with all parts as blocks, and the text to take away."""
    blocks = [block.to_dict() for block in shown(reply)]
    return {"type": "reply", "message": message, "reply": {**reply.to_dict(), "blocks": blocks}, "text": to_keep(reply)}


def stored_reply(event: dict[str, Any]) -> Reply:
    """The Reply of a stored answer; one that no action of ours gave is plain text."""
    kept = (event.get("metadata") or {}).get("reply")
    return Reply.from_dict(kept) if kept else Reply("smalltalk", event.get("text") or "")


def answers(trackers: TrackerStore, conversation: str, message: str) -> Optional[int]:
    """How many answers the conversation's last message has; None if that is another message."""
    turn = [event for _, event in trackers.turns(conversation, _LAST)]
    return len(turn) - 1 if turn and turn[0].get("message_id") == message else None


def replies(trackers: TrackerStore, conversation: str, message: str) -> Optional[list[Reply]]:
    """The answers to a message; None while the conversation does not hold it."""
    for turns in (trackers.turns(conversation, _LAST), trackers.turns(conversation)):
        found: Optional[list[Reply]] = None
        current = None
        for _, event in turns:
            if event["event"] == "user":
                current = event.get("message_id")
                found = [] if current == message else found
            elif current == message and found is not None:
                found.append(stored_reply(event))
        if found is not None:
            return [*opening(trackers, conversation, message, found), *found]
    return None


def opening(
    trackers: TrackerStore,
    conversation: str,
    message: str,
    answers: list[Reply],
    hidden: Callable[[str], bool] = is_preset,
) -> list[Reply]:
    """What goes before the answers to the first message of a conversation that begins anew: that the one before cannot
    be read. Nothing for another message, and nothing beside the words for danger.
    """
    before: list[Reply] = []
    said = False
    if any(reply.status == "crisis" for reply in answers):
        return []
    for _, event in trackers.turns(conversation, most=_BEGINNING):
        if event["event"] == "bot" and not said:
            before.append(stored_reply(event))
        elif event["event"] == "user":
            said = True
            if not hidden(event.get("message_id") or ""):
                return before if event.get("message_id") == message else []
    return []


def stated_role(trackers: TrackerStore, conversation: str, message: str) -> Optional[str]:
    """The role that a conversation's last message states of its writer; None for another message, and without one."""
    turn = [event for _, event in trackers.turns(conversation, _LAST)]
    if not turn or turn[0].get("message_id") != message:
        return None
    reading = (turn[0].get("parse_data") or {}).get("reading") or {}
    stated: bool = reading.get("role_stated", False) and of_self(turn[0].get("text") or "")
    return reading.get("role") if stated else None


def answer(trackers: TrackerStore, conversation: str, number: int) -> Optional[Reply]:
    """The Reply of an event; None if the conversation has no such answer."""
    found = (e for n, e in trackers.turns(conversation, number) if n == number and e["event"] == "bot")
    return next(map(stored_reply, found), None)


def title(trackers: TrackerStore, conversation: str, waiting: Waiting) -> Optional[str]:
    """The words on the button whose payload was sent: as last shown, else as we would write them now."""
    titles = {b["payload"]: b["title"] for b in start_buttons()}
    for _, event in trackers.turns(conversation):
        if event["event"] == "bot":
            titles.update({b.payload: b.title for b in stored_reply(event).buttons})
    return titles.get(waiting.text) or _choice(waiting.text)


def _choice(text: str) -> Optional[str]:
    """'Hackney', for the payload that sets the area; None for one that sets nothing."""
    chosen = json.loads(text[text.index("{") :]) if "{" in text else {}
    return " · ".join(filter(None, (_label(kind, value) for kind, value in chosen.items()))) or None


def _label(kind: str, value: str) -> Optional[str]:
    known = labels().get(kind, {})
    if kind == "stage":
        known = {code: title for stages in known.values() for code, title in stages.items()}
    found: Optional[str] = known.get(value)
    return found


def labels() -> dict[str, Any]:
    """How a person reads the values of a scope: what each may be, with its title."""
    fixed, knowledge = words()["labels"], desk().knowledge
    kinds = ("covered", "not-covered")
    places = {a.id: a.title for kind in kinds for a in knowledge.areas.values() if a.kind == kind}
    elsewhere = {a.id: words()["buttons"]["elsewhere"] for a in knowledge.areas.values() if a.kind == "national"}
    stages = {area: {s.code: s.title for s in knowledge.pathway(area)} for area in places}
    return {
        "role": fixed["roles"],
        "audience": fixed["audience"],
        "area": {**places, **elsewhere},
        "stage": {area: titles for area, titles in stages.items() if titles},
        "decision": fixed["decisions"],
        "part": words()["walk"]["parts"],
    }


def start_buttons() -> list[dict[str, str]]:
    """The buttons below the first words."""
    return [{"title": title, "payload": made} for title, made in _start_buttons()]


def _start_buttons() -> Iterator[tuple[str, str]]:
    for name, intent in (("next", "ask_next"), ("walk", "walk"), ("person", "person"), ("danger", "danger")):
        yield words()["buttons"][name], payload(intent)
