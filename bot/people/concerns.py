"""Safeguarding records: apart from the notes of a call, for fewer eyes, and kept for as long as the law wants them.

Erasing a conversation cuts the link to it and leaves the record: whoever runs the helpline has to decide on it.
"""

from __future__ import annotations

import time
from typing import Any, Optional

import sqlalchemy as sa

from bot import settings
from bot.people.calls import Changed
from bot.people.tables import Concern

DAY = 86400
_TABLE = Concern.__table__


def keep_days() -> int:
    """For how many days after its last change a record is kept."""
    return settings.SAFEGUARDING_DAYS()


class Concerns:
    """The store of safeguarding records."""

    name = "concerns"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def begin(self, account: int, kind: str, area: Optional[str] = None, call: Optional[dict[str, Any]] = None) -> int:
        """A new record; its number."""
        now = time.time()
        row = {
            **{"account": account, "kind": kind, "area": area, "said": "", "done": "", "lead_told": False},
            **{"call": call and call["reference"], "conversation": call and call["conversation"]},
            **{"created": now, "changed": now, "version": 1},
        }
        with self._engine.begin() as connection:
            return int(connection.execute(sa.insert(_TABLE), row).inserted_primary_key[0])

    def get(self, number: int) -> Optional[dict[str, Any]]:
        """The record of this number."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_TABLE).where(_TABLE.c.id == number)).mappings().first()
        return dict(row) if row else None

    def of(self, call: str) -> list[dict[str, Any]]:
        """The records of a call."""
        return self._all(_TABLE.c.call == call)

    def all(self) -> list[dict[str, Any]]:
        """Every record, the last changed first."""
        return self._all(sa.true())

    def save(self, number: int, version: int, **values: Any) -> int:
        """Change a record that is still as it was read; its new version. Raises Changed."""
        mine = sa.and_(_TABLE.c.id == number, _TABLE.c.version == version)
        with self._engine.begin() as connection:
            done = connection.execute(
                sa.update(_TABLE).where(mine).values(**values, version=version + 1, changed=time.time())
            )
            if not done.rowcount:
                raise Changed
        return version + 1

    def _all(self, where: Any) -> list[dict[str, Any]]:
        query = sa.select(_TABLE).where(where).order_by(_TABLE.c.changed.desc())
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def erase(self, conversation: str) -> int:
        """Cut the link to a conversation; of how many."""
        cut = sa.update(_TABLE).where(_TABLE.c.conversation == conversation).values(conversation=None)
        with self._engine.begin() as connection:
            return int(connection.execute(cut).rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """That there is a record, and since when: its words may name others, so a person decides on them."""
        seen = ("id", "call", "created", "changed")
        return [{name: row[name] for name in seen} for row in self._all(_TABLE.c.conversation == conversation)]

    def expire(self, now: float) -> int:
        """Delete records that were last changed too long ago; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.changed < now - keep_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)
