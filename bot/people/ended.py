"""Conversations of the web chat that were deleted: their tokens are good for nothing any more."""

from __future__ import annotations

import hashlib
import time
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.people.tables import Ended as _Row
from bot.privacy import keep_days

DAY = 86400
OF_TOKENS = "web-"  # begins the id of a conversation that a token names
_TABLE = _Row.__table__


class Ended:
    """The store of conversations that have ended: only a hash of each one's random id, until its last token expires."""

    name = "ended"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name].insert

    def has(self, conversation: str) -> bool:
        """Whether a conversation was deleted."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(_TABLE.c.until).where(_is(conversation))).first() is not None

    def erase(self, conversation: str) -> int:
        """End a conversation that has tokens; nothing of it is kept here that could go."""
        if conversation.startswith(OF_TOKENS):
            row = {"conversation": _hash(conversation), "until": time.time() + (keep_days() + 1) * DAY}
            with self._engine.begin() as connection:
                connection.execute(self._insert(_TABLE).on_conflict_do_nothing(), row)
        return 0

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """Nothing: what has ended holds nothing of a person."""
        return []

    def expire(self, now: float) -> int:
        """Forget those whose tokens have all expired; how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_TABLE).where(_TABLE.c.until < now)).rowcount)


def _hash(conversation: str) -> str:
    return hashlib.sha256(conversation.encode()).hexdigest()


def _is(conversation: str) -> Any:
    return _TABLE.c.conversation == _hash(conversation)
