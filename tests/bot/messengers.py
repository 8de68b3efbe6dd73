"""What the tests of the messengers share: a client that keeps what it is given, over the real assistant."""

from __future__ import annotations

import asyncio
import itertools
import time
from typing import Any, Optional

from bot.channels.messenger import Messenger, Part, Showing
from bot.channels.staff import Press, Update, command_of, pseudonym
from bot.replies import as_text

SECRET = "a secret of the tests, long enough to sign with"
_numbers = itertools.count(1)


class KeepingClient:
    """Keeps what it is to show. `fails` are raised by the next sends, in order."""

    def __init__(self) -> None:
        self.shown: list[Showing] = []
        self.addresses: list[dict[str, Any]] = []
        self.fails: list[Optional[Exception]] = []
        self.sends = 0
        self.typed = 0

    def parts(self, showing: Showing) -> list[Part]:
        return [Part(showing, board=showing.reply.status == "walkthrough_step")]

    async def send(self, address: dict[str, Any], part: Part) -> Optional[str]:
        self.sends += 1
        failure = self.fails.pop(0) if self.fails else None
        if failure:
            raise failure
        self.shown.append(part.body)
        self.addresses.append(address)
        return str(self.sends)

    async def typing(self, address: dict[str, Any]) -> None:
        self.typed += 1


class Person:
    """A member of staff at a messenger that keeps what it shows."""

    def __init__(self, messenger: Messenger, client: KeepingClient, name: str, place: str = "") -> None:
        self.messenger, self.client = messenger, client
        self.id, self.place = pseudonym("test", SECRET, name), pseudonym("test", SECRET, place or name)
        self.group = bool(place)

    def update(self, words: str = "", **fields: Any) -> Update:
        """An update of theirs, with an id of its own."""
        command = command_of(words)
        if command:
            fields = {"command": command[0], "arguments": command[1], **fields}
        elif words:
            fields = {"words": words, **fields}
        number = fields.pop("id", str(next(_numbers)))
        return Update(number, self.id, self.place, {"chat": self.place}, group=self.group, **fields)

    async def say(self, words: str = "", **fields: Any) -> str:
        """Say something, and wait for the answers; all texts that were shown."""
        before = len(self.client.shown)
        said = await self.messenger.take(self.update(words, **fields))
        if said:
            return said
        await settled(self.messenger)
        return "\n\n".join(as_text(s.reply) for s in self.client.shown[before:])

    async def press(self, title: str, showing: Showing | None = None) -> str:
        """Press a button of what was shown last, or of another showing."""
        shown = showing or self.client.shown[-1]
        payloads = {b.title: b.payload for b in shown.reply.buttons}
        return await self.say(press=Press(shown.token, payloads[title], shown.step, str(self.client.sends)))


async def settled(messenger: Messenger, seconds: float = 30) -> None:
    """Wait until nothing is owed any more."""
    end = time.monotonic() + seconds
    while messenger._updates.owed(messenger._channel):
        assert time.monotonic() < end, "something is still owed"
        await asyncio.sleep(0.01)
