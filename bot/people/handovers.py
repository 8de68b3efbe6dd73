"""Summaries that people agreed to pass on, queued for a helpline's console."""

from __future__ import annotations

import time
from typing import Any, Optional

import sqlalchemy as sa

from bot.people.tables import Handover
from bot.privacy import keep_days

DAY = 86400
_TABLE = Handover.__table__


class Handovers:
    """The store of hand-overs."""

    name = "handovers"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def put(
        self, conversation: str, summary: str, contact: Optional[str], area: Optional[str], role: Optional[str]
    ) -> None:
        """Queue a summary; it takes the place of one of the same conversation that still waits."""
        waits = sa.and_(_TABLE.c.conversation == conversation, _TABLE.c.state == "waiting")
        row = {"conversation": conversation, "summary": summary, "contact": contact, "area": area, "role": role}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(waits))
            connection.execute(sa.insert(_TABLE), {**row, "state": "waiting", "created": time.time()})

    def erase(self, conversation: str) -> int:
        """Delete a conversation's hand-overs, whatever their state; how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_TABLE).where(_TABLE.c.conversation == conversation)).rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """The hand-overs of a conversation."""
        query = sa.select(_TABLE).where(_TABLE.c.conversation == conversation).order_by(_TABLE.c.id)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def expire(self, now: float) -> int:
        """Delete hand-overs that are older than a conversation may be; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.created < now - keep_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)
