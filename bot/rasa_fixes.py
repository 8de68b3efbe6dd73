"""Repairs to Rasa 3.6.21 that its settings do not reach. Each says what goes wrong without it."""

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

from bot.inprocess import InProcessActions

TURNS_A_SESSION = 10


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
    _run_graph_directly()
    _trust_own_actions()
    _copy_without_replay()
    _roll_sessions()
    _let_store_failures_show()


def _cache_event_types() -> None:
    """Rasa walks all subclasses of Event for every stored event on every message."""
    slow = Event.resolve_by_type

    @functools.cache
    def resolve(type_name: Text, default: Any = None) -> Any:
        return slow(type_name, default)

    Event.resolve_by_type = staticmethod(resolve)  # type: ignore[assignment]


def _run_graph_directly() -> None:
    """Rasa plans its graph anew for each of a message's three runs, and prints all inputs for a log."""

    def run(
        self: DaskGraphRunner, inputs: Optional[Dict[Text, Any]] = None, targets: Optional[List[Text]] = None
    ) -> Dict[Text, Any]:
        done = {name: (name, value) for name, value in (inputs or {}).items()}

        def result(node: Text) -> Tuple[Text, Any]:
            if node not in done:
                needs = self._graph_schema.nodes[node].needs.values()
                done[node] = self._instantiated_nodes[node](*[result(n) for n in needs])
            return done[node]

        return dict(result(target) for target in targets or self._graph_schema.target_names)

    DaskGraphRunner.run = run  # type: ignore[assignment]


def _trust_own_actions() -> None:
    """Rasa checks the schema of what an action returned, 28 ms a message: for our own process that is a test's work."""
    check = RemoteAction._validate_action_result

    def validate(self: RemoteAction, result: Any) -> bool:
        return isinstance(self.action_endpoint, InProcessActions) or check(self, result)

    RemoteAction._validate_action_result = validate  # type: ignore[assignment]


def _copy_without_replay() -> None:
    """Rasa copies a conversation twice a message by replaying all its events."""

    def copied(self: DialogueStateTracker) -> DialogueStateTracker:
        made = copy.copy(self)
        made.events = copy.copy(self.events)
        made.slots = {name: copy.copy(slot) for name, slot in self.slots.items()}
        made.active_loop = copy.copy(self.active_loop)
        return made

    DialogueStateTracker.copy = copied  # type: ignore[assignment]


def _roll_sessions() -> None:
    """Every message replays the session's events; a new session after ten turns keeps long conversations quick."""
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
