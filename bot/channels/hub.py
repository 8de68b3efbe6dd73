"""Who is listening to which conversation."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import Any, Iterator

MOST = 8  # streams a conversation; a phone that lost its signal leaves some behind


class Listener:
    """One open stream. It rings when there may be something new; `notes` are events that are kept nowhere."""

    def __init__(self) -> None:
        self.bell = asyncio.Event()
        self.notes: list[dict[str, Any]] = []
        self.closed = False

    async def wait(self, seconds: float) -> bool:
        """Whether it rang within so many seconds."""
        try:
            await asyncio.wait_for(self.bell.wait(), seconds)
        except asyncio.TimeoutError:
            return False
        self.bell.clear()
        return True

    def take(self) -> list[dict[str, Any]]:
        """The notes since the last time."""
        notes, self.notes = self.notes, []
        return notes

    def close(self) -> None:
        """End the stream."""
        self.closed = True
        self.bell.set()


class Hub:
    """The open streams, by conversation. What they send is read from the store, so nothing is kept here."""

    def __init__(self) -> None:
        self._listeners: dict[str, list[Listener]] = {}

    @contextmanager
    def listen(self, conversation: str) -> Iterator[Listener]:
        """A stream of a conversation; the oldest is closed where there are too many."""
        mine = Listener()
        others = self._listeners.setdefault(conversation, [])
        if len(others) >= MOST:
            others.pop(0).close()
        others.append(mine)
        try:
            yield mine
        finally:
            if mine in others:
                others.remove(mine)
            if not others and self._listeners.get(conversation) is others:
                del self._listeners[conversation]

    def ring(self, conversation: str, note: dict[str, Any] | None = None) -> None:
        """Tell a conversation's streams to look for something new, or to pass on a note."""
        for listener in self._listeners.get(conversation, []):
            if note:
                listener.notes.append(note)
            listener.bell.set()

    def close(self, conversation: str | None = None) -> None:
        """End the streams of a conversation, or all."""
        for key in [conversation] if conversation else list(self._listeners):
            for listener in self._listeners.get(key, []):
                listener.close()
