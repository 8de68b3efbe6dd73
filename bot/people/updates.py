"""What messengers delivered: each handled once though it comes twice, and answered also after a restart."""

from __future__ import annotations

import dataclasses
import time
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.people.tables import Update as _Table

DAY = 86400
KNOWN_DAYS = 7  # for how long an id is known again; messengers repeat within a day
_TABLE = _Table.__table__


@dataclasses.dataclass(frozen=True)
class Owed:
    """An update that is still to be answered: its message in the inbox if it has one, what it takes, parts sent."""

    id: int
    key: str
    conversation: Optional[str]
    message: Optional[str]
    work: dict[str, Any]
    sent: int
    received: float


class Updates:
    """The store of updates."""

    name = "updates"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name].insert

    def begin(self, connection: Any, channel: str, update: str) -> bool:
        """Whether an update is new; if so it is known from the end of the transaction on."""
        row = {"channel": channel, "key": update, "state": "waiting", "sent": 0, "received": time.time()}
        return bool(connection.execute(self._insert(_TABLE).on_conflict_do_nothing(), row).rowcount)

    def owe(
        self,
        connection: Any,
        channel: str,
        update: str,
        conversation: Optional[str],
        message: Optional[str],
        work: dict[str, Any],
    ) -> None:
        """Keep what it takes to answer an update that has begun."""
        values = {"conversation": conversation, "message": message, "work": work}
        connection.execute(sa.update(_TABLE).where(_is(channel, update)).values(**values))

    def nothing(self, connection: Any, channel: str, update: str) -> None:
        """An update that has begun needs no answer."""
        connection.execute(_done(_is(channel, update)))

    def owed(self, channel: str, conversation: Optional[str] = None) -> list[Owed]:
        """What is still to be answered, oldest first: on the whole channel, in one conversation, or ('') in none."""
        query = sa.select(_TABLE).where(_TABLE.c.channel == channel, _TABLE.c.state == "waiting").order_by(_TABLE.c.id)
        if conversation is not None:
            query = query.where(_TABLE.c.conversation == (conversation or None))
        with self._engine.connect() as connection:
            rows = connection.execute(query).mappings()
            return [Owed(**{f.name: row[f.name] for f in dataclasses.fields(Owed)}) for row in rows if row["work"]]

    def sent(self, number: int, parts: int) -> None:
        """So many parts of an answer have gone out."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(_TABLE).where(_TABLE.c.id == number).values(sent=parts))

    def answered(self, number: int) -> None:
        """The answer is out, or never will be: of the update only its id stays."""
        with self._engine.begin() as connection:
            connection.execute(_done(_TABLE.c.id == number))

    def erase(self, conversation: str) -> int:
        """Forget what is still to be answered in a conversation; how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(_done(_TABLE.c.conversation == conversation)).rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """What is kept of a conversation's updates: those still to be answered."""
        query = sa.select(_TABLE).where(_TABLE.c.conversation == conversation).order_by(_TABLE.c.id)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def expire(self, now: float) -> int:
        """Forget updates after a week, answered or not; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.received < now - KNOWN_DAYS * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)


def _is(channel: str, update: str) -> Any:
    return sa.and_(_TABLE.c.channel == channel, _TABLE.c.key == update)


def _done(where: Any) -> Any:
    return sa.update(_TABLE).where(where).values(conversation=None, message=None, work=None, state="done")
