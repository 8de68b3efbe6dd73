"""Repairs to Rasa 3.6.21 that its settings do not reach. Each says what goes wrong without it.

tests/engine keeps a checksum of what each one replaces, so that another edition of Rasa is read before it is used.
"""

from __future__ import annotations

import copy
import functools
import warnings
from contextlib import asynccontextmanager
from typing import Any, AsyncGenerator, Dict, List, Optional, Text, Tuple

with warnings.catch_warnings():  # importing Sanic turns every library's deprecation warnings on, for good
    import sanic  # noqa: F401

from rasa.core.actions.action import RemoteAction
from rasa.core.agent import Agent
from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import InMemoryTrackerStore, TrackerStore
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, SessionStarted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.inprocess import InProcessActions

TURNS_A_SESSION = 10


class LockStore(InMemoryLockStore):
    """A conversation's next message waits 20 ms for its turn, not Rasa's fixed second."""

    @asynccontextmanager
    async def lock(
        self, conversation_id: Text, lock_lifetime: float = LOCK_LIFETIME, wait_time_in_seconds: float = 0.02
    ) -> AsyncGenerator[TicketLock, None]:
        async with super().lock(conversation_id, lock_lifetime, wait_time_in_seconds) as held:
            yield held


_resolved = Event.resolve_by_type
_validated = RemoteAction._validate_action_result
_expired_by_time = MessageProcessor._has_session_expired


@functools.cache
def _event_type(type_name: Text, default: Any = None) -> Any:
    """Rasa walks all subclasses of Event for every stored event on every message."""
    return _resolved(type_name, default)


def _run(
    self: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
) -> Dict[Text, Any]:
    """Rasa plans its graph anew for each of a message's three runs, and prints all inputs for a log."""
    done = {name: (name, value) for name, value in (inputs or {}).items()}

    def result(node: Text) -> Tuple[Text, Any]:
        if node not in done:
            needs = self._graph_schema.nodes[node].needs.values()
            done[node] = self._instantiated_nodes[node](*[result(n) for n in needs])
        return done[node]

    return dict(result(target) for target in targets or self._graph_schema.target_names)


def _validate(self: RemoteAction, result: Any) -> bool:
    """Rasa checks the schema of what an action returned, 28 ms a message: for our own process that is a test's work."""
    return isinstance(self.action_endpoint, InProcessActions) or _validated(self, result)


def _copied(self: DialogueStateTracker) -> DialogueStateTracker:
    """Rasa copies a conversation twice a message by replaying all its events."""
    double = copy.copy(self)
    double.events = copy.copy(self.events)
    double.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
    double.active_loop = copy.copy(self.active_loop)
    return double


def _expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
    """Every message replays the session's events; a new session after ten turns keeps long conversations quick."""
    turns = 0
    for event in reversed(tracker.events):
        if isinstance(event, SessionStarted):
            break
        turns += isinstance(event, UserUttered)
    return turns >= TURNS_A_SESSION or _expired_by_time(self, tracker)


def _create(store: Optional[TrackerStore], domain: Domain) -> TrackerStore:
    """Rasa answers from an empty memory when the database fails: an answer from the wrong state is worse than none."""
    if store is None:
        return InMemoryTrackerStore(domain)
    store.domain = domain
    return store


# of which class, under which name, what takes its place
REPAIRS: Tuple[Tuple[type, Text, Any], ...] = (
    (Event, "resolve_by_type", staticmethod(_event_type)),
    (DaskGraphRunner, "run", _run),
    (RemoteAction, "_validate_action_result", _validate),
    (DialogueStateTracker, "copy", _copied),
    (MessageProcessor, "_has_session_expired", _expired),
    (Agent, "_create_tracker_store", staticmethod(_create)),
)


def apply() -> None:
    """Put every repair in its place; safe to call twice."""
    for owner, name, repair in REPAIRS:
        setattr(owner, name, repair)
