"""How SQLite files are opened, and how what was deleted really goes."""

from __future__ import annotations

import logging
import sqlite3
import time
from typing import Any

log = logging.getLogger(__name__)


def pragmas(connection: Any, _: Any) -> None:
    """Readers and writers side by side, and what is deleted overwritten; a listener for an engine's 'connect'."""
    connection.text_factory = _text
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")


def _text(kept: bytes) -> str:
    """A damaged text as far as it can be read: the rows around it must not suffer."""
    return kept.decode(errors="replace")


def durable(connection: Any, _: Any) -> None:
    """As `pragmas`; what is committed also survives a power cut, and transactions begin where SQLAlchemy says."""
    pragmas(connection, _)
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")


def scrub(engine: Any, tries: int = 20) -> None:
    """See to it that deleted words are in no file: rewrite the database, then empty its write-ahead log.

    `secure_delete` alone is not enough: a page that SQLite splits keeps a copy of the rows that moved away. Takes about
    a second for 100 MB, during which others wait to write. What cannot be had for being in use is logged and left to
    the next deletion.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()  # a rewrite stands outside transactions
    try:
        connection.cursor().execute("VACUUM")
        for _ in range(tries):
            if _checkpoint(connection):
                return
            time.sleep(0.05)
        log.warning("A database is being read; its deleted words go with its next checkpoint.")
    except sqlite3.OperationalError:  # no room on the disk, or a writer that does not end
        log.warning("A database could not be rewritten; traces of deleted words may stand in it until the next time.")
    finally:
        connection.close()


def empty_log(engine: Any) -> bool:
    """Empty the write-ahead log, which holds what rows said before they changed; whether nobody was in the way."""
    if engine.dialect.name != "sqlite":
        return True
    connection = engine.raw_connection()
    try:
        return _checkpoint(connection)
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()


def _checkpoint(connection: Any) -> bool:
    return not connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
