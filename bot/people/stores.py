"""The one list of stores that hold something of a person; erase, export and retention walk over it."""

from __future__ import annotations

import time
from typing import Any, Optional, Protocol

from bot.people import database
from bot.people.accounts import Accounts, SignIns
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.concerns import Concerns
from bot.people.ended import Ended
from bot.people.feedback import Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import Inbox
from bot.people.lease import Lease
from bot.people.pupils import Pupils
from bot.people.updates import Updates
from bot.sqlite import scrub


class Store(Protocol):
    """What every store of people's data can do."""

    name: str

    def erase(self, conversation: str) -> int:
        """Forget a conversation; how much went."""

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """All that is kept of a conversation."""

    def expire(self, now: float) -> int:
        """Forget what is kept for too long; how much went."""


class Trackers(Protocol):
    """What is used of the tracker store."""

    engine: Any

    def forget(self, sender_id: str) -> int: ...

    def forget_expired(self, now: Optional[float] = None) -> int: ...

    def events(self, sender_id: str) -> list[dict[str, Any]]: ...


class Conversations:
    """The tracker store as one of the stores."""

    name = "conversations"

    def __init__(self, trackers: Trackers) -> None:
        self._trackers = trackers

    def erase(self, conversation: str) -> int:
        """Delete a conversation; how many events it had."""
        return self._trackers.forget(conversation)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """A conversation's events."""
        return self._trackers.events(conversation)

    def expire(self, now: float) -> int:
        """Delete expired conversations; how many."""
        return self._trackers.forget_expired(now)


def stores(trackers: Trackers) -> tuple[Store, ...]:
    """Every store."""
    people = database.engine()
    of_chats = (Conversations(trackers), Inbox(people), Feedbacks(people), Handovers(people), Ended(people))
    of_messengers = (Updates(people), Pupils(people))
    of_helpline = (Calls(people), CallBacks(people), Concerns(people), SignIns(people), Accounts(people))
    return *of_chats, *of_messengers, *of_helpline, Lease(people)


def erase(trackers: Trackers, conversation: str) -> dict[str, int]:
    """Forget a conversation everywhere; how much went, by store. Hold the conversation's lock while calling."""
    gone = forget(trackers, conversation)
    scrub_files(trackers)
    return gone


def forget(trackers: Trackers, conversation: str) -> dict[str, int]:
    """As `erase`, for several in a row: call `scrub_files` after the last."""
    return {store.name: store.erase(conversation) for store in stores(trackers)}


def export(trackers: Trackers, conversation: str) -> dict[str, list[dict[str, Any]]]:
    """All that is kept of a conversation, by store."""
    return {store.name: store.export(conversation) for store in stores(trackers)}


def conversations(person: str) -> list[str]:
    """All conversations of a person of a messenger, so that each can be erased or exported."""
    return Pupils(database.engine()).conversations(person)


def expire(trackers: Trackers, now: Optional[float] = None) -> dict[str, int]:
    """Forget everywhere what is kept for too long; how much went, by store."""
    at = time.time() if now is None else now
    gone = {store.name: store.expire(at) for store in stores(trackers)}
    if any(gone.values()):
        scrub_files(trackers)
    return gone


def scrub_files(trackers: Trackers) -> None:
    """See to it that what was deleted is in no file of the databases any more."""
    for engine in (trackers.engine, database.engine()):
        scrub(engine)
