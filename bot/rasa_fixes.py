"""Repairs to Rasa 3.6.21 that its settings do not reach. Each says what goes wrong without it."""

from __future__ import annotations

import functools
from contextlib import asynccontextmanager
from typing import Any, AsyncGenerator, Optional, Text

import jsonschema
from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

TURNS_A_SESSION = 20


class LockStore(InMemoryLockStore):
    """A conversation's next message waits 20 ms for its turn, not Rasa's fixed second."""

    @asynccontextmanager
    async def lock(
        self, conversation_id: Text, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 0.02
    ) -> AsyncGenerator[TicketLock, None]:
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as held:
            yield held


def apply() -> None:
    """Apply every repair; safe to call twice."""
    if getattr(apply, "done", False):
        return
    apply.done = True  # type: ignore[attr-defined]
    _cache_event_types()
    _validate_actions_quickly()
    _roll_sessions()
    _let_store_failures_show()


def _cache_event_types() -> None:
    """Rasa walks all subclasses of Event for every stored event on every message."""
    slow = Event.resolve_by_type

    @functools.cache
    def resolve(type_name: Text, default: Any = None) -> Any:
        return slow(type_name, default)

    Event.resolve_by_type = staticmethod(resolve)  # type: ignore[assignment]


def _validate_actions_quickly() -> None:
    """Rasa checks the schema of action results anew for every result: 28 ms a message."""
    validator = jsonschema.Draft7Validator(RemoteAction.action_response_format_spec())

    def validate(self: RemoteAction, result: Any) -> bool:
        validator.validate(result)
        return True

    RemoteAction._validate_action_result = validate  # type: ignore[assignment]


def _roll_sessions() -> None:
    """Every message replays the session's events; a new session after 20 turns keeps long conversations quick."""
    by_time = MessageProcessor._has_session_expired

    def expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
        turns = 0
        for event in reversed(tracker.events):
            if isinstance(event, SessionStarted):
                break
            turns += isinstance(event, UserUttered)
        return turns >= TURNS_A_SESSION or by_time(self, tracker)

    MessageProcessor._has_session_expired = expired  # type: ignore[assignment]


def _let_store_failures_show() -> None:
    """Rasa answers from an empty memory when the database fails: an answer from the wrong state is worse than none."""

    def create(store: Optional[TrackerStore], domain: Domain) -> TrackerStore:
        if store is None:
            return InMemoryTrackerStore(domain)
        store.domain = domain
        return store

    Agent._create_tracker_store = staticmethod(create)  # type: ignore[assignment]
