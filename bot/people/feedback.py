"""Whether answers helped, by record: kept for a year, and without its conversation once that is gone."""

from __future__ import annotations

import datetime
from typing import Any, Optional

import sqlalchemy as sa

from bot.people.tables import Feedback
from bot.privacy import keep_days
from knowledge import clock

KEEP_DAYS = 365
_TABLE = Feedback.__table__


class Feedbacks:
    """The store of feedback."""

    name = "feedback"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def put(
        self, conversation: str, reply: int, records: list[str], status: str, helpful: bool, reason: Optional[str]
    ) -> None:
        """Keep what was said of one answer; it takes the place of what was said of it before."""
        about = sa.and_(_TABLE.c.conversation == conversation, _TABLE.c.reply == reply)
        said = {"records": records, "status": status, "helpful": helpful, "reason": reason, "day": _day()}
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(about))
            connection.execute(sa.insert(_TABLE), {"conversation": conversation, "reply": reply, **said})

    def erase(self, conversation: str) -> int:
        """Cut the link to a conversation; of how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(_unlink(_TABLE.c.conversation == conversation)).rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """The feedback given in a conversation."""
        with self._engine.connect() as connection:
            query = sa.select(_TABLE).where(_TABLE.c.conversation == conversation)
            return [dict(row) for row in connection.execute(query).mappings()]

    def expire(self, now: float) -> int:
        """Delete what is over a year old, and cut the links of what is older than a conversation may be; how many."""
        with self._engine.begin() as connection:
            gone = connection.execute(sa.delete(_TABLE).where(_TABLE.c.day < _day(now, KEEP_DAYS))).rowcount
            linked = sa.and_(_TABLE.c.conversation.is_not(None), _TABLE.c.day < _day(now, keep_days()))
            return int(gone + connection.execute(_unlink(linked)).rowcount)


def _unlink(where: Any) -> Any:
    return sa.update(_TABLE).where(where).values(conversation=None, reply=None)


def _day(now: Optional[float] = None, before: int = 0) -> str:
    at = clock.now() if now is None else clock.shown(now)
    return (at.date() - datetime.timedelta(days=before)).isoformat()
