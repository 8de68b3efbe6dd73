"""Summaries that people agreed to pass on, queued for a helpline's console."""

from __future__ import annotations

import time
from typing import Any, Optional

import sqlalchemy as sa

from bot.people.kept import OfConversations
from bot.people.tables import Handover
from bot.privacy import keep_days

DAY = 86400
_TABLE = Handover.__table__


class Handovers(OfConversations):
    """The store of hand-overs."""

    name = "handovers"
    table = _TABLE

    def put(
        self, conversation: str, summary: str, contact: Optional[str], area: Optional[str], role: Optional[str]
    ) -> None:
        """Queue a summary; it takes the place of one of the same conversation that still waits."""
        waits = sa.and_(_TABLE.c.conversation == conversation, _TABLE.c.state == "waiting")
        row = {"conversation": conversation, "summary": summary, "contact": contact, "area": area, "role": role}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(waits))
            connection.execute(sa.insert(_TABLE), {**row, "state": "waiting", "created": time.time()})

    def waiting(self) -> list[dict[str, Any]]:
        """The hand-overs that nobody has taken up, oldest first."""
        query = sa.select(_TABLE).where(_TABLE.c.state == "waiting").order_by(_TABLE.c.created)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def get(self, number: int) -> Optional[dict[str, Any]]:
        """The hand-over of this number."""
        return self._one(_TABLE.c.id == number)

    def of(self, call: str) -> Optional[dict[str, Any]]:
        """The hand-over that a call took up, unless its writer has deleted it."""
        return self._one(_TABLE.c.call == call)

    def _one(self, where: Any) -> Optional[dict[str, Any]]:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_TABLE).where(where)).mappings().first()
        return dict(row) if row else None

    def take(self, number: int, call: str) -> bool:
        """Take one up in a call; False if somebody has taken it already, or its writer has deleted it."""
        waits = sa.and_(_TABLE.c.id == number, _TABLE.c.state == "waiting")
        with self._engine.begin() as connection:
            taken = sa.update(_TABLE).where(waits).values(state="taken", call=call)
            return bool(connection.execute(taken).rowcount)

    def close(self, call: str) -> None:
        """The call that took it up has ended."""
        with self._engine.begin() as connection:
            connection.execute(sa.update(_TABLE).where(_TABLE.c.call == call).values(state="closed"))

    def expire(self, now: float) -> int:
        """Delete hand-overs that are older than a conversation may be; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.created < now - keep_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)
