"""How SQLite files are opened, and how what was deleted really goes."""

from __future__ import annotations

import logging
import time
from typing import Any

import sqlalchemy as sa

log = logging.getLogger(__name__)


def pragmas(connection: Any, _: Any) -> None:
    """Readers and writers side by side, and what is deleted overwritten; a listener for an engine's 'connect'."""
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute("PRAGMA secure_delete=ON")


def durable(connection: Any, _: Any) -> None:
    """As `pragmas`; what is committed also survives a power cut, and transactions begin where SQLAlchemy says."""
    pragmas(connection, _)
    connection.isolation_level = None
    connection.execute("PRAGMA synchronous=FULL")


def scrub(engine: Any, tries: int = 20) -> None:
    """Empty the write-ahead log, where deleted words would otherwise stand until it is reused."""
    if engine.dialect.name != "sqlite":
        return
    for _ in range(tries):
        with engine.connect() as connection:
            if not connection.execute(sa.text("PRAGMA wal_checkpoint(TRUNCATE)")).first()[0]:
                return
        time.sleep(0.05)
    log.warning("A database is being read; its deleted words go with its next checkpoint.")
