"""One server a database: which process has it, and until when. A second one would answer everybody twice."""

from __future__ import annotations

import contextlib
import os
import secrets
import socket
import time
from pathlib import Path
from typing import Any, Optional

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.people import database
from bot.people.tables import Lease as _Row
from knowledge import clock

LASTS = 60.0  # seconds for which it holds unless it is renewed
RENEWED = 15.0  # seconds between renewals
_TABLE = _Row.__table__
_NAME = "server"


class Taken(RuntimeError):
    """Another server has the database; the message says which, and what to do."""


class Lease:
    """One process's hold on the database, as one of the stores."""

    name = "lease"

    def __init__(self, engine: Any) -> None:
        self._engine = engine
        self._insert = {"sqlite": sqlite, "postgresql": postgresql}[engine.dialect.name].insert
        self._key = secrets.token_hex(8)

    def free(self) -> None:
        """Raises Taken while another process has the database; its tables may be of any version."""
        if sa.inspect(self._engine).has_table(_TABLE.name):
            self._other()

    def take(self) -> None:
        """Have the database from now on; raises Taken while another process has it."""
        other = self._other()
        if other:
            with self._engine.begin() as connection:
                connection.execute(sa.delete(_TABLE).where(_TABLE.c.name == _NAME, _TABLE.c.key == other["key"]))
        if not self.renew():  # another was a moment quicker
            self._other()

    def renew(self) -> bool:
        """Have it for longer, or again where nobody has it; False if another process has taken it."""
        mine = sa.and_(_TABLE.c.name == _NAME, _TABLE.c.key == self._key)
        now = time.time()
        holder = {"pid": os.getpid(), "host": socket.gethostname(), "started": now}
        row = {"name": _NAME, "key": self._key, **holder, "until": now + LASTS}
        with self._engine.begin() as connection:
            if connection.execute(sa.update(_TABLE).where(mine).values(until=now + LASTS)).rowcount:
                return True
            return bool(connection.execute(self._insert(_TABLE).on_conflict_do_nothing(), row).rowcount)

    def release(self) -> None:
        """Leave it to the next."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(_TABLE).where(_TABLE.c.key == self._key))

    def _other(self) -> Optional[Any]:
        """What is left of a hold that has ended; raises Taken where one has not."""
        with self._engine.connect() as connection:
            row = connection.execute(sa.select(_TABLE).where(_TABLE.c.name == _NAME)).mappings().first()
        if row is None or row["until"] < time.time() or _is_gone(row["host"], row["pid"]):
            return row
        raise Taken(_sentence(row))

    # as a store -------------------------------------------------------------------------------------------------

    def erase(self, conversation: str) -> int:
        """Nothing: it belongs to no conversation."""
        return 0

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """Nothing: it belongs to no conversation."""
        return []

    def expire(self, now: float) -> int:
        """Nothing: the next server takes its place."""
        return 0


def free() -> None:
    """Raises Taken while another process has the database that the settings name; changes nothing."""
    with contextlib.suppress(OSError, sa.exc.SQLAlchemyError):  # said with what to do once the database is needed
        Lease(database.connect(database.people_url())).free()


def _is_gone(host: str, pid: int) -> bool:
    """Whether a process has surely ended: one of this machine that is not to be found, or whose number is ours now."""
    if host != socket.gethostname():
        return False
    if pid == os.getpid():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    try:  # one that has ended and whose parent has not asked yet
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except OSError:
        return False


def _sentence(row: Any) -> str:
    since = f"{clock.shown(row['started']):%H:%M on %d/%m/%Y}"
    until = f"{clock.shown(row['until']):%H:%M:%S}"
    here = row["host"] == socket.gethostname()
    where = "on this machine" if here else f"on the machine {row['host']}"
    how = f": Ctrl+C in its window, or kill {row['pid']}" if here else ""
    return (
        f"Another server already runs over this database: process {row['pid']} {where}, since {since}.\n"
        "Two would answer everybody twice, so I did not start.\n"
        f"Stop that one first{how}. If it has ended already, start me again after {until}.\n"
        "To run a second one beside it, give it a folder of its own: "
        "INCLUSION_GUIDE_HOME=FOLDER ./run start --port PORT\n"
        "Where PEOPLE_URL or TRACKER_URL is set, give it other databases there."
    )
