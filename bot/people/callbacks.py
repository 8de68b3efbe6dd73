"""Whom to ring back: apart from the notes of a call, and deleted soon after it is done."""

from __future__ import annotations

import time
from typing import Any, Optional

import sqlalchemy as sa

from bot.people.calls import keep_days as call_days
from bot.people.kept import OfConversations
from bot.people.tables import CallBack

DAY = 86400
KEEP_DAYS = 14  # after it is done or given up
_TABLE = CallBack.__table__


class CallBacks(OfConversations):
    """The store of call-backs."""

    name = "callbacks"
    table = _TABLE

    def put(
        self,
        call: dict[str, Any],
        account: int,
        due: str,
        number: str,
        name: Optional[str] = None,
        safe: Optional[str] = None,
    ) -> None:
        """Arrange a call-back; it takes the place of an open one of the same call."""
        row = {
            **{"call": call["reference"], "conversation": call["conversation"], "account": account, "due": due},
            **{"number": number, "name": name, "safe": safe, "state": "open", "tries": 0, "created": time.time()},
        }
        with self._engine.begin() as connection:
            mine = sa.and_(_TABLE.c.call == call["reference"], _TABLE.c.state == "open")
            connection.execute(sa.delete(_TABLE).where(mine))
            connection.execute(sa.insert(_TABLE), row)

    def open(self) -> list[dict[str, Any]]:
        """All that are still to be made, the earliest first."""
        query = sa.select(_TABLE).where(_TABLE.c.state == "open").order_by(_TABLE.c.due, _TABLE.c.id)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def of(self, call: str) -> Optional[dict[str, Any]]:
        """The open one of a call."""
        where = (_TABLE.c.call == call, _TABLE.c.state == "open")
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_TABLE).where(*where)).mappings().first()
        return dict(row) if row else None

    def close(self, number: int, state: str) -> bool:
        """It was made ('done') or given up ('dropped'); False if somebody has closed it already."""
        return self._change(number, state=state, closed=time.time())

    def again(self, number: int, due: str) -> bool:
        """Nobody answered: try again then; False if somebody has closed it already."""
        return self._change(number, due=due, tries=_TABLE.c.tries + 1)

    def _change(self, number: int, **values: Any) -> bool:
        mine = sa.and_(_TABLE.c.id == number, _TABLE.c.state == "open")
        with self._engine.begin() as connection:
            return bool(connection.execute(sa.update(_TABLE).where(mine).values(**values)).rowcount)

    def expire(self, now: float) -> int:
        """Delete what was closed two weeks ago, and what is as old as a call may be; how many."""
        old = sa.or_(_TABLE.c.closed < now - KEEP_DAYS * DAY, _TABLE.c.created < now - call_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_TABLE).where(old)).rowcount)
