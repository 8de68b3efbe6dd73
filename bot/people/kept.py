"""What the stores of rows that belong to a conversation have in common."""

from __future__ import annotations

from typing import Any, ClassVar

import sqlalchemy as sa


class OfConversations:
    """A store whose rows go with their conversation, whole: a table with `id` and `conversation`."""

    table: ClassVar[Any]

    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def erase(self, conversation: str) -> int:
        """Delete what belongs to a conversation, whatever its state; how many rows."""
        with self._engine.begin() as connection:
            gone = connection.execute(sa.delete(self.table).where(self.table.c.conversation == conversation))
            return int(gone.rowcount)

    def export(self, conversation: str) -> list[dict[str, Any]]:
        """All rows of a conversation, oldest first."""
        query = sa.select(self.table).where(self.table.c.conversation == conversation).order_by(self.table.c.id)
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]
