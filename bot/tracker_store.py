"""Conversations in SQL: SQLite in WAL mode by default, PostgreSQL by TRACKER_URL; expired ones are deleted."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional, Text, Tuple

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.privacy import keep_days
from bot.sqlite import pragmas
from knowledge import place


def tracker_url() -> str:
    """The database of the conversations."""
    return os.environ.get("TRACKER_URL") or f"sqlite:///{place.home() / 'conversations.db'}"


_EVENTS = SQLTrackerStore.SQLEvent.__table__
_ALL = sa.select(_EVENTS.c.data).where(_EVENTS.c.sender_id == sa.bindparam("sender")).order_by(_EVENTS.c.id)
_START = (
    sa.select(sa.func.max(_EVENTS.c.id))
    .where(_EVENTS.c.sender_id == sa.bindparam("sender"), _EVENTS.c.type_name == SessionStarted.type_name)
    .scalar_subquery()
)
_SESSION = _ALL.where(_EVENTS.c.id >= sa.func.coalesce(_START, 0))


class TrackerStore(SQLTrackerStore):
    """Rasa's SQL store with three repairs: sessions found by id and not by clock, one insert a turn, no second read."""

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
        if self.engine.dialect.name == "sqlite":
            # connections are kept: opening one costs as much as reading a conversation. Retention runs in a thread
            self.engine.dispose()
            self.engine: Any = sa.create_engine(
                address, poolclass=sa.pool.QueuePool, connect_args={"check_same_thread": False}
            )
            sa.event.listen(self.engine, "connect", pragmas)
            self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)

    async def _retrieve(self, sender_id: Text, fetch_events_from_all_sessions: bool) -> Optional[DialogueStateTracker]:
        """The conversation since its last session began, or the whole; None where there is none."""
        with self.session_scope() as session:
            rows = session.execute(_ALL if fetch_events_from_all_sessions else _SESSION, {"sender": sender_id})
            events = [json.loads(data) for (data,) in rows]
        if not events:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        tracker.already_stored = len(tracker.events)  # type: ignore[attr-defined]
        return tracker

    def _additional_events(self, session: Any, tracker: DialogueStateTracker) -> Iterator:
        yield from list(tracker.events)[getattr(tracker, "already_stored", 0) :]

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Append the turn's events in one insert."""
        await self.stream_events(tracker)
        with self.session_scope() as session:
            rows = []
            for event in self._additional_events(session, tracker):
                data = event.as_dict()
                rows.append(
                    {
                        "sender_id": tracker.sender_id,
                        "type_name": event.type_name,
                        "timestamp": data.get("timestamp"),
                        "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
                        "action_name": data.get("name"),
                        "data": json.dumps(data),
                    }
                )
            if rows:
                session.execute(sa.insert(self.SQLEvent.__table__), rows)
                session.commit()
        tracker.already_stored = len(tracker.events)  # type: ignore[attr-defined]

    def forget(self, sender_id: Text) -> int:
        """Delete one conversation; how many events it had. Hold the conversation's lock while calling."""
        with self.session_scope() as session:
            gone = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id).delete()
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

    def slots(self, sender_id: Text) -> Dict[Text, Any]:
        """What is remembered in one conversation: each session begins with it."""
        table = self.SQLEvent.__table__
        started = sa.select(sa.func.max(table.c.id)).where(
            table.c.sender_id == sender_id, table.c.type_name == SessionStarted.type_name
        )
        kept = self._rows(
            sender_id,
            table.c.type_name == SlotSet.type_name,
            table.c.id >= sa.func.coalesce(started.scalar_subquery(), 0),
        )
        return {event["name"]: event["value"] for _, event in kept}

    def events(self, sender_id: Text) -> List[Dict[Text, Any]]:
        """All events of one conversation, as they are kept."""
        return [event for _, event in self._rows(sender_id)]

    def turns(self, sender_id: Text, after: int = 0) -> List[Tuple[int, Dict[Text, Any]]]:
        """What was said and answered, with the rows' numbers: from the turn on that row `after` belongs to."""
        table = self.SQLEvent.__table__
        said = sa.select(sa.func.max(table.c.id)).where(
            table.c.sender_id == sender_id, table.c.type_name == UserUttered.type_name, table.c.id <= after
        )
        kinds = (UserUttered.type_name, BotUttered.type_name)
        return self._rows(
            sender_id, table.c.type_name.in_(kinds), table.c.id >= sa.func.coalesce(said.scalar_subquery(), 0)
        )

    def _rows(self, sender_id: Text, *where: Any) -> List[Tuple[int, Dict[Text, Any]]]:
        table = self.SQLEvent.__table__
        query = sa.select(table.c.id, table.c.data).where(table.c.sender_id == sender_id, *where).order_by(table.c.id)
        with self.session_scope() as session:
            return [(number, json.loads(data)) for number, data in session.execute(query)]
