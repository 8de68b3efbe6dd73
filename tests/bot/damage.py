"""Conversations that something has damaged, and databases that somebody holds."""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Iterator

# what may stand where an event stood: a torn write, a bad restore, a slip of an operator
DAMAGE: dict[str, Any] = {
    "half a JSON": '{"event": "user", "text": "ZEBRA',
    "nothing": None,
    "no text": b"\xff\xfe\x00",
    "no object": "[]",
    "null": "null",
    "no event of ours": '{"event": "nonsense"}',
    "half an event": '{"event": "slot"}',
}


def tear(database: Path, conversation: str, data: Any = DAMAGE["half a JSON"], kind: str = "%") -> None:
    """Damage the last row of a conversation, or the last of a kind."""
    with sqlite3.connect(database) as opened:
        last = "SELECT max(id) FROM events WHERE sender_id = ? AND type_name LIKE ?"
        update = f"UPDATE events SET data = ? WHERE id = ({last})"
        changed = opened.execute(update, (data, conversation, kind)).rowcount
        assert changed == 1
    opened.close()


@contextmanager
def held(database: Path) -> Iterator[None]:
    """Nobody else can write into a database meanwhile."""
    other = sqlite3.connect(database, isolation_level=None, timeout=30)
    other.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        other.close()
