"""Messages between being taken in and being answered: none is lost when the server dies, none is handled twice."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.people.kept import OfConversations
from bot.people.tables import Message
from bot.privacy import keep_days

DAY = 86400
_TABLE = Message.__table__


@dataclasses.dataclass(frozen=True)
class Waiting:
    """A message to be handled; `restarts` says how often the server has started since it came."""

    id: str
    text: str
    redacted: list[str]
    tap: bool
    restarts: int = 0


class Inbox(OfConversations):
    """The store of messages taken in."""

    name = "inbox"
    table = _TABLE

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name].insert

    def put(self, conversation: str, messages: list[Waiting]) -> str:
        """Take in messages in one transaction, each unless its id is known; the state of the last one."""
        with self._engine.begin() as connection:
            self.add(connection, conversation, messages)
            state = sa.select(_TABLE.c.state).where(_is(conversation, messages[-1].id))
            return str(connection.execute(state).scalar_one())

    def add(self, connection: Any, conversation: str, messages: list[Waiting]) -> None:
        """Take in messages over a connection, each unless its id is known."""
        for message in messages:
            row = {
                "conversation": conversation,
                "message": message.id,
                "text": message.text,
                "redacted": message.redacted,
                "tap": message.tap,
                "state": "waiting",
                "restarts": 0,
                "received": time.time(),
            }
            connection.execute(self._insert(_TABLE).on_conflict_do_nothing(), row)

    def next(self, conversation: str) -> Optional[Waiting]:
        """The oldest message that waits in a conversation."""
        query = (
            sa.select(_TABLE)
            .where(_TABLE.c.conversation == conversation, _TABLE.c.state == "waiting")
            .order_by(_TABLE.c.id)
            .limit(1)
        )
        with self._engine.connect() as connection:
            row = connection.execute(query).mappings().first()
        return row and Waiting(row["message"], row["text"], row["redacted"], row["tap"], row["restarts"])

    def done(self, conversation: str, message: str) -> None:
        """The conversation holds the message and its answer: its words are kept there alone from now on."""
        done = sa.update(_TABLE).where(_is(conversation, message)).values(state="done", text=None)
        with self._engine.begin() as connection:
            connection.execute(done)

    def waiting(self, conversation: str) -> list[str]:
        """The ids of what waits in a conversation, oldest first."""
        where = (_TABLE.c.conversation == conversation, _TABLE.c.state == "waiting")
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_TABLE.c.message).where(*where).order_by(_TABLE.c.id)).scalars())

    def restart(self, prefix: str = "") -> list[str]:
        """The conversations that have waiting messages when the server starts; each message's restarts are counted.

        Only conversations whose id begins with `prefix` are looked at: each channel has its own.
        """
        waits = sa.and_(_TABLE.c.state == "waiting", _TABLE.c.conversation.startswith(prefix, autoescape=True))
        with self._engine.begin() as connection:
            connection.execute(sa.update(_TABLE).where(waits).values(restarts=_TABLE.c.restarts + 1))
            query = sa.select(_TABLE.c.conversation).where(waits).group_by(_TABLE.c.conversation)
            return list(connection.execute(query.order_by(sa.func.min(_TABLE.c.id))).scalars())

    def expire(self, now: float) -> int:
        """Forget the messages of conversations whose last one is too old; how many."""
        kept = sa.select(_TABLE.c.conversation).where(_TABLE.c.received >= now - keep_days() * DAY)
        old = sa.delete(_TABLE).where(_TABLE.c.conversation.not_in(kept))
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)


def _is(conversation: str, message: str) -> Any:
    return sa.and_(_TABLE.c.conversation == conversation, _TABLE.c.message == message)
