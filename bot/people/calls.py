"""Calls to the helpline: the situation, the note, and how each ended."""

from __future__ import annotations

import re
import secrets
import time
import uuid
from typing import Any, Optional

import sqlalchemy as sa
from stdnum import luhn

from bot import settings
from bot.people.tables import Call

DAY = 86400
DIGITS = 7  # of a reference, the last of which checks the others
_SET_APART = re.compile(r"[\s.\u2010-\u2015\u2212-]")  # spaces, dots, hyphens and dashes
_TABLE = Call.__table__


class Changed(RuntimeError):
    """Somebody else has changed the call since it was read."""


def keep_days() -> int:
    """For how many days after its last change a call is kept."""
    return settings.CALL_DAYS()


def reference(typed: str) -> Optional[str]:
    """A reference as it is kept, '417-2058', from however its digits were set apart; None if it can't be one.

    What holds anything else, such as a name that ends in the same digits, is none.
    """
    digits = _SET_APART.sub("", typed)
    if not (digits.isascii() and digits.isdecimal()):
        return None
    if len(digits) != DIGITS or not luhn.is_valid(digits):
        return None
    return f"{digits[:3]}-{digits[3:]}"


class Calls:
    """The store of calls."""

    name = "calls"

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def begin(
        self, account: int, script: str, facts: Optional[dict[str, Any]] = None, before: Optional[str] = None
    ) -> str:
        """A new call; its reference, to be read out: digits alone, the last of which tells a slip."""
        now = time.time()
        row = {
            **{"conversation": f"call-{uuid.uuid4().hex}", "account": account, "script": script, "state": "open"},
            **{"begun": now, "changed": now, "version": 1, "facts": facts or {}, "filled": {}, "told": []},
            **{"note": "", "before": before},
        }
        while True:
            digits = f"{secrets.randbelow(9 * 10 ** (DIGITS - 2)) + 10 ** (DIGITS - 2)}"
            made = str(reference(digits + luhn.calc_check_digit(digits)))
            try:
                with self._engine.begin() as connection:
                    connection.execute(sa.insert(_TABLE), {**row, "reference": made})
                return made
            except sa.exc.IntegrityError:  # taken
                continue

    def get(self, reference: str) -> Optional[dict[str, Any]]:
        """The call with this reference."""
        return self._first(_TABLE.c.reference == reference)

    def of(self, conversation: str) -> Optional[dict[str, Any]]:
        """The call that a conversation with the assistant belongs to."""
        return self._first(_TABLE.c.conversation == conversation)

    def _first(self, where: Any) -> Optional[dict[str, Any]]:
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_TABLE).where(where)).mappings().first()
        return dict(row) if row else None

    def save(self, reference: str, version: int, **values: Any) -> int:
        """Change a call that is still as it was read; its new version. Raises Changed."""
        mine = sa.and_(_TABLE.c.reference == reference, _TABLE.c.version == version)
        with self._engine.begin() as connection:
            done = connection.execute(
                sa.update(_TABLE).where(mine).values(**values, version=version + 1, changed=time.time())
            )
            if not done.rowcount:
                raise Changed
        return version + 1

    def some(self, account: Optional[int] = None, state: Optional[str] = None, most: int = 100) -> list[dict[str, Any]]:
        """Calls, the last changed first."""
        query = sa.select(_TABLE).order_by(_TABLE.c.changed.desc()).limit(most)
        if account is not None:
            query = query.where(_TABLE.c.account == account)
        if state is not None:
            query = query.where(_TABLE.c.state == state)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def outcomes(self, since: float) -> dict[str, int]:
        """How many calls ended how since then."""
        count = sa.func.count()
        query = sa.select(_TABLE.c.outcome, count).where(_TABLE.c.ended >= since).group_by(_TABLE.c.outcome)
        with self._engine.connect() as connection:
            return {str(outcome): int(n) for outcome, n in connection.execute(query)}

    def erase(self, conversation: str) -> int:
        """Delete a call; how many."""
        with self._engine.begin() as connection:
            return int(connection.execute(sa.delete(_TABLE).where(_TABLE.c.conversation == conversation)).rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """What is kept of a call."""
        call = self.of(conversation)
        return [call] if call else []

    def expire(self, now: float) -> int:
        """Delete calls that were last changed too long ago; how many."""
        old = sa.delete(_TABLE).where(_TABLE.c.changed < now - keep_days() * DAY)
        with self._engine.begin() as connection:
            return int(connection.execute(old).rowcount)
