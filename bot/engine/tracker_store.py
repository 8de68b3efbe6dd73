"""Conversations in SQL: SQLite in WAL mode by default, PostgreSQL by TRACKER_URL; expired ones are deleted.

Nothing here runs on the server's loop: a slow or locked database holds up the conversation that waits for it, and no
other. Nothing ends the process: a conversation that cannot be read is set aside.
"""

from __future__ import annotations

import asyncio
import functools
import json
import logging
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Callable, Dict, Iterator, List, Optional, Sequence, Text, Tuple, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs, is_postgresql_url
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import settings
from bot.channels.failure import failure_reply
from bot.privacy import keep_days
from bot.sqlite import pragmas
from knowledge import place

log = logging.getLogger(__name__)

ASIDE = "aside-"  # begins the name of a conversation that could not be read
THREADS = 32  # messages that may wait for the database at once
PATIENCE = 2.0  # seconds that a write waits for another process's lock
AGAIN = 0.25  # seconds before the second and last try
# what Rasa replays as something else where it is missing
NEEDS = {"slot": {"name", "value"}, "action": {"name"}, "user": {"text", "parse_data"}}
T = TypeVar("T")
Row = Tuple[int, Dict[Text, Any]]


class StoreFailed(Exception):
    """The database of the conversations fails now; it may work in a moment."""


class SetAside(Exception):
    """A conversation could not be read and is set aside. It begins anew, with a sentence that says so."""


def tracker_url() -> str:
    """The database of the conversations."""
    return settings.TRACKER_URL() or f"sqlite:///{place.home() / 'conversations.db'}"


_EVENTS = SQLTrackerStore.SQLEvent.__table__
_ALL = (
    sa.select(_EVENTS.c.id, _EVENTS.c.data).where(_EVENTS.c.sender_id == sa.bindparam("sender")).order_by(_EVENTS.c.id)
)
_START = (
    sa.select(sa.func.max(_EVENTS.c.id))
    .where(_EVENTS.c.sender_id == sa.bindparam("sender"), _EVENTS.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_SESSION = _ALL.where(_EVENTS.c.id >= sa.func.coalesce(_START, 0))


class TrackerStore(SQLTrackerStore):
    """Rasa's SQL store with five repairs.

    Sessions are found by id and not by clock; one insert a turn; no second read; in threads, with one more try; and a
    conversation that cannot be read is set aside.
    """

    def __init__(
        self,
        domain: Optional[Domain] = None,
        event_broker: Optional[EventBroker] = None,
        url: Optional[str] = None,
        **kwargs: Any,
    ) -> None:
        address = url or tracker_url()
        path = sa.engine.make_url(address)
        if path.get_backend_name() == "sqlite" and path.database:
            Path(path.database).parent.mkdir(parents=True, exist_ok=True)
        kwargs.pop("host", None)
        super().__init__(domain=domain, host=address, event_broker=event_broker, **kwargs)
        self.engine.dispose()
        self.engine: Any = _engine(address)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="conversations")

    @contextmanager
    def session_scope(self) -> Iterator[Any]:
        """A session, closed afterwards; whatever fails is raised. Rasa ends the process at every ValueError."""
        session = self.sessionmaker()
        try:
            yield session
        finally:
            session.close()

    async def aside(self, do: Callable[..., T], *args: Any) -> T:
        """What `do` gives, in a thread of the store's; tried once more where the database fails. Raises StoreFailed."""
        loop = asyncio.get_running_loop()
        for last in (False, True):
            try:
                return await loop.run_in_executor(self._threads, functools.partial(do, *args))
            except sa.exc.SQLAlchemyError as error:
                if last:
                    log.error("The database of the conversations fails: %s", type(error).__name__)
                    raise StoreFailed from None  # an error's text may carry people's words
                await asyncio.sleep(AGAIN)
        raise AssertionError

    # Rasa's part ------------------------------------------------------------------------------------------------

    async def _retrieve(self, sender_id: Text, fetch_events_from_all_sessions: bool) -> Optional[DialogueStateTracker]:
        """The conversation since its last session began, or the whole; None where there is none. Raises SetAside."""
        query = _ALL if fetch_events_from_all_sessions else _SESSION
        return await self.aside(self._tracker, sender_id, query)

    def _tracker(self, sender_id: Text, query: Any) -> Optional[DialogueStateTracker]:
        def replay(rows: List[Row]) -> Optional[DialogueStateTracker]:
            events = [event for _, event in rows]
            return DialogueStateTracker.from_dict(sender_id, events, self.domain.slots) if events else None

        tracker = self._read(sender_id, query, replay)
        if tracker:
            tracker.already_stored = len(tracker.events)  # type: ignore[attr-defined]
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the turn's events in one insert."""
        await self.stream_events(tracker)
        await self.append(tracker.sender_id, list(tracker.events)[getattr(tracker, "already_stored", 0) :])
        tracker.already_stored = len(tracker.events)  # type: ignore[attr-defined]

    async def append(self, sender_id: Text, events: Sequence[Event]) -> None:
        """Add events to a conversation, without reading it."""
        if events:
            await self.aside(self._append, [_row(sender_id, event) for event in events])

    def _append(self, rows: List[Dict[Text, Any]]) -> None:
        with self.session_scope() as session:
            session.execute(sa.insert(_EVENTS), rows)
            try:
                session.commit()
            except sa.exc.SQLAlchemyError as error:  # it may be stored all the same: another try could double it
                log.error("The database of the conversations fails: %s", type(error).__name__)
                raise StoreFailed from None

    # reading ----------------------------------------------------------------------------------------------------

    def _read(self, sender_id: Text, query: Any, make: Callable[[List[Row]], T]) -> T:
        """What `make` makes of a conversation's rows. Sets the conversation aside where it cannot; raises SetAside."""
        with self.session_scope() as session:
            rows = session.execute(query, {"sender": sender_id}).all()
        try:
            return make([(number, _event(data)) for number, data in rows])
        except Exception as error:  # half a JSON, no event at all, one that Rasa cannot replay
            self.set_aside(sender_id, rows[-1][0])
            raise SetAside(type(error).__name__) from None

    def _rows(self, sender_id: Text, *where: Any, most: Optional[int] = None) -> List[Row]:
        """The events of a conversation that fit; of one that had to be set aside, those of its new beginning."""
        query = _ALL.where(*where).limit(most)
        try:
            return self._read(sender_id, query, list)
        except SetAside:
            return self._read(sender_id, query, list)

    def slots(self, sender_id: Text) -> Dict[Text, Any]:
        """What is remembered in one conversation: each session begins with it."""
        kept = self._rows(
            sender_id, _EVENTS.c.type_name == SlotSet.type_name, _EVENTS.c.id >= sa.func.coalesce(_START, 0)
        )
        return {event["name"]: event["value"] for _, event in kept}

    def events(self, sender_id: Text) -> List[Dict[Text, Any]]:
        """All that is kept of one conversation, set aside or not; what cannot be read comes as it lies there."""
        query = sa.select(_EVENTS.c.data).where(_EVENTS.c.sender_id.in_(_names(sender_id))).order_by(_EVENTS.c.id)
        with self.session_scope() as session:
            return [_as_it_lies(data) for data in session.execute(query).scalars()]

    def turns(self, sender_id: Text, after: int = 0, most: Optional[int] = None) -> List[Row]:
        """What was said and answered, with the rows' numbers: from the turn on that row `after` belongs to.

        No more than `most` of it, where that is given.
        """
        said = sa.select(sa.func.max(_EVENTS.c.id)).where(
            _EVENTS.c.sender_id == sender_id, _EVENTS.c.type_name == UserUttered.type_name, _EVENTS.c.id <= after
        )
        kinds = (UserUttered.type_name, BotUttered.type_name)
        start = sa.func.coalesce(said.scalar_subquery(), 0)
        return self._rows(sender_id, _EVENTS.c.type_name.in_(kinds), _EVENTS.c.id >= start, most=most)

    def answered(self, sender_id: Text, message: Text) -> Optional[bool]:
        """Whether a message has an answer, found without reading the conversation; None where it is not kept at all."""
        named = _EVENTS.c.data.contains(f'"message_id": {json.dumps(message)}', autoescape=True)
        mine = _EVENTS.c.sender_id == sender_id
        said = sa.select(sa.func.max(_EVENTS.c.id)).where(mine, _EVENTS.c.type_name == UserUttered.type_name, named)
        with self.session_scope() as session:
            number = session.execute(said).scalar()
            after = sa.and_(mine, _EVENTS.c.type_name == BotUttered.type_name, _EVENTS.c.id > (number or 0))
            answer = session.execute(sa.select(_EVENTS.c.id).where(after).limit(1)).first()
        return None if number is None else answer is not None

    # what cannot be read ----------------------------------------------------------------------------------------

    def set_aside(self, sender_id: Text, last: int) -> None:
        """Keep a conversation up to its row `last` under another name, and begin it anew with words that say so."""
        mine = sa.and_(_EVENTS.c.sender_id == sender_id, _EVENTS.c.id <= last)
        begins = [
            ActionExecuted("action_session_start"),
            SessionStarted(),
            BotUttered(metadata={"reply": failure_reply("set_aside").to_dict()}),
            ActionExecuted("action_listen"),
        ]
        with self.session_scope() as session:
            moved = session.execute(sa.update(_EVENTS).where(mine).values(sender_id=f"{ASIDE}{sender_id}")).rowcount
            if not moved:  # somebody else was quicker
                return
            session.execute(sa.insert(_EVENTS), [_row(sender_id, event) for event in begins])
            session.commit()
        log.error("A conversation could not be read and is set aside; its last row in the table events is %d.", last)

    def set_asides(self) -> int:
        """How many conversations are set aside."""
        aside = _EVENTS.c.sender_id.startswith(ASIDE, autoescape=True)
        query = sa.select(sa.func.count(sa.distinct(_EVENTS.c.sender_id))).where(aside)
        with self.session_scope() as session:
            return int(session.execute(query).scalar_one())

    # forgetting -------------------------------------------------------------------------------------------------

    def forget(self, sender_id: Text) -> int:
        """Delete one conversation, what is set aside of it too; how many events it had.

        Hold the conversation's lock while calling.
        """
        with self.session_scope() as session:
            gone = session.execute(sa.delete(_EVENTS).where(_EVENTS.c.sender_id.in_(_names(sender_id)))).rowcount
            session.commit()
        return int(gone)

    def forget_expired(self, now: Optional[float] = None) -> int:
        """Delete every conversation whose last message is older than `keep_days`; how many went."""
        before = (now or time.time()) - keep_days() * 86400
        with self.session_scope() as session:
            last = sa.func.max(self.SQLEvent.timestamp)
            old = session.query(self.SQLEvent.sender_id).group_by(self.SQLEvent.sender_id).having(last < before)
            senders = [sender for (sender,) in old]
            for sender in senders:
                session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender).delete()
            session.commit()
        return len(senders)


def _names(sender_id: Text) -> Tuple[Text, Text]:
    """Under which names something of a conversation may be kept."""
    return sender_id, f"{ASIDE}{sender_id}"


def _event(data: Any) -> Dict[Text, Any]:
    event: Dict[Text, Any] = json.loads(data)
    kind = event["event"]
    if Event.resolve_by_type(kind) is None or not NEEDS.get(kind, set()) <= set(event):
        raise ValueError
    return event


def _as_it_lies(data: Any) -> Dict[Text, Any]:
    try:
        return _event(data)
    except Exception:
        return {"unreadable": str(data)}


def _row(sender_id: Text, event: Event) -> Dict[Text, Any]:
    data = event.as_dict()
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
        "action_name": data.get("name"),
        "data": json.dumps(data),
    }


def _engine(address: Text) -> Any:
    """An engine whose connections are kept, and which waits for no lock for long; no error shows a row's contents."""
    options: Dict[Text, Any] = create_engine_kwargs(address)
    if sa.engine.make_url(address).get_backend_name() == "sqlite":
        # opening a connection costs as much as reading a conversation; one goes from thread to thread
        options = {
            "poolclass": sa.pool.QueuePool,
            "pool_size": 8,
            "max_overflow": 2 * THREADS,
            "connect_args": {"check_same_thread": False},
        }
    elif is_postgresql_url(address):
        given = options.pop("connect_args", {})
        wait = f"-clock_timeout={int(PATIENCE * 1000)}"
        options["connect_args"] = {"connect_timeout": 3, "options": f"{given.get('options', '')} {wait}".strip()}
    made = sa.create_engine(address, pool_pre_ping=True, hide_parameters=True, **options)
    if made.dialect.name == "sqlite":
        sa.event.listen(made, "connect", pragmas)
        sa.event.listen(made, "connect", _patience)
    return made


def _patience(connection: Any, _: Any) -> None:
    connection.execute(f"PRAGMA busy_timeout={int(PATIENCE * 1000)}")
