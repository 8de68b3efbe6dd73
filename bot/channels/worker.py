"""Handles what waits in the inbox: each conversation's messages in order, each once, whatever dies in between."""

from __future__ import annotations

import asyncio
import dataclasses
import logging
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Optional, Protocol
from weakref import WeakValueDictionary

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered

from bot.channels import events
from bot.channels.failure import failure_reply
from bot.channels.handled import handled
from bot.engine.tracker_store import StoreFailed, TrackerStore
from bot.people.inbox import Inbox, Waiting

log = logging.getLogger(__name__)

TRIES = 3
PAUSE = 0.5  # seconds before another try
LONG_PAUSE = 20.0  # seconds, while not even a failure can be kept
FATAL = 3  # restarts that a message may have seen before it is taken for the cause
_PATIENCE = 5.0  # seconds that a stop waits for what is being handled


class Bell(Protocol):
    """Who is told that a conversation has something new, or of an event that is kept nowhere."""

    def ring(self, conversation: str, note: Optional[dict[str, Any]] = None) -> None: ...


class Silent(OutputChannel):
    """Shows nothing: replies leave only once the conversation is stored, and are read from there."""

    @classmethod
    def name(cls) -> str:
        return "silent"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Let it be."""


class Worker:
    """One task a conversation that has something waiting; the conversations are those of one channel."""

    def __init__(
        self,
        channel: str,
        handle: Callable[[UserMessage], Awaitable[Any]],
        agent: Callable[[], Any],
        trackers: Callable[[], TrackerStore],
        inbox: Inbox,
        hub: Bell,
    ) -> None:
        self._channel = channel
        self._handle, self._agent, self._trackers = handle, agent, trackers
        self._inbox, self._hub = inbox, hub
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._woken: set[str] = set()  # since what waits there was last looked up
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stopping = False
        self.busy: dict[str, str] = {}  # conversation to the message that is being handled

    def wake(self, conversation: str) -> None:
        """Handle what waits in a conversation."""
        self._woken.add(conversation)
        if conversation not in self._tasks and not self._stopping:
            self._tasks[conversation] = asyncio.get_running_loop().create_task(self._work(conversation))

    def recover(self) -> None:
        """Handle what was waiting when the server ended."""
        for conversation in self._inbox.restart(f"{self._channel}-"):
            self.wake(conversation)

    async def stop(self) -> None:
        """Finish what is being handled; what waits is handled after the next start."""
        self._stopping = True
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=_PATIENCE)
            for task in late:
                task.cancel()

    @asynccontextmanager
    async def quiet(self, conversation: str) -> AsyncIterator[None]:
        """Nothing of the conversation is handled meanwhile."""
        gate = self._gates.setdefault(conversation, asyncio.Lock())
        async with gate, self._agent().lock_store.lock(conversation):
            yield

    async def _work(self, conversation: str) -> None:
        """Handle what waits, until nothing does or the server stops."""
        gate = self._gates.setdefault(conversation, asyncio.Lock())
        tries: dict[str, _Tries] = {}
        try:
            while not self._stopping:
                async with gate:
                    self._woken.discard(conversation)
                    try:
                        waiting = await asyncio.to_thread(self._inbox.next, conversation)
                    except Exception as error:  # the inbox: nothing can be said that would be kept
                        log.error("What waits in a conversation could not be read: %s", type(error).__name__)
                        pause = LONG_PAUSE
                    else:
                        if waiting is None and conversation not in self._woken:
                            return
                        if waiting is None:
                            continue
                        pause = await self._take(conversation, waiting, tries.setdefault(waiting.id, _Tries()))
                if pause:
                    await asyncio.sleep(pause)
        finally:
            del self._tasks[conversation]
            self._woken.discard(conversation)
            self.busy.pop(conversation, None)

    async def _take(self, conversation: str, waiting: Waiting, tries: _Tries) -> float:
        """Have one message answered; 0, or for how long to wait before another try.

        A message that was tried before is looked for in the conversation first. One that cannot be answered gets the
        words for a failure instead, and so does one whose handling ended the server too often: for that one the
        conversation, which may be the cause, is not read. While the conversations cannot be stored the person is told,
        and the message is tried until they can.
        """
        try:
            if waiting.restarts > FATAL:
                await self._keep_failure(conversation, waiting)
            elif not tries.answered:
                await self._see_to(conversation, waiting, tries)
            tries.answered = True
            self.busy.pop(conversation, None)
            self._hub.ring(conversation)
            await asyncio.to_thread(self._inbox.done, conversation, waiting.id)
            return 0.0
        except Exception as error:  # whatever fails, the person gets an answer, and the log none of their words
            log.error("A message could not be handled: %s", type(error).__name__)
            stored = not isinstance(error, StoreFailed)
            tries.failures += stored
            return PAUSE if stored and tries.failures <= TRIES else self._tell(conversation, waiting, tries)

    async def _see_to(self, conversation: str, waiting: Waiting, tries: _Tries) -> None:
        """See to it that the conversation holds the message and an answer."""
        answers = await self._answers(conversation, waiting) if tries.begun or waiting.restarts else None
        tries.begun = True
        if answers is None:
            try:
                await self._answer(conversation, waiting)
            except StoreFailed:
                raise
            except Exception as error:
                if tries.failures + 1 < TRIES:
                    raise
                log.error("A message could not be handled: %s", type(error).__name__)
            answers = await self._answers(conversation, waiting)
        if not answers:
            await self._keep_failure(conversation, waiting)

    def _tell(self, conversation: str, waiting: Waiting, tries: _Tries) -> float:
        """Tell the person once that nothing can be stored; for how long to wait before another try."""
        if not tries.answered and not tries.told:
            tries.told = True
            self.busy.pop(conversation, None)
            self._hub.ring(conversation, _passing(waiting))
        tries.pause = min(2 * tries.pause, LONG_PAUSE) if tries.pause else PAUSE
        return tries.pause

    async def _answers(self, conversation: str, waiting: Waiting) -> Optional[int]:
        trackers = self._trackers()
        return await trackers.aside(events.answers, trackers, conversation, waiting.id)

    async def _answer(self, conversation: str, waiting: Waiting) -> None:
        self.busy[conversation] = waiting.id
        if not events.is_preset(waiting.id):
            self._hub.ring(conversation, {"type": "typing", "message": waiting.id})
        metadata: dict[str, Any] = {"redacted": waiting.redacted} if waiting.redacted else {}
        if waiting.tap:
            trackers = self._trackers()
            metadata["title"] = await trackers.aside(events.title, trackers, conversation, waiting)
        message = UserMessage(
            waiting.text,
            Silent(),
            conversation,
            input_channel=self._channel,
            message_id=waiting.id,
            metadata=metadata or None,
        )
        await handled(self._handle, message)

    async def _keep_failure(self, conversation: str, waiting: Waiting) -> None:
        """Store the message with the words for a failure, so that it has its one answer; without reading anything."""
        trackers = self._trackers()
        async with self._agent().lock_store.lock(conversation):
            answered = await trackers.aside(trackers.answered, conversation, waiting.id)
            if answered:
                return
            kept: list[Event] = [
                BotUttered(metadata={"reply": failure_reply().to_dict()}),
                ActionExecuted("action_listen"),
            ]
            if answered is None:
                kept.insert(0, UserUttered(waiting.text, message_id=waiting.id, input_channel=self._channel))
            await trackers.append(conversation, kept)


@dataclasses.dataclass
class _Tries:
    """What became of a message so far."""

    begun: bool = False
    failures: int = 0  # of which the database was not the cause
    answered: bool = False
    told: bool = False  # that nothing can be stored
    pause: float = 0.0  # the last one, in seconds


def _passing(waiting: Waiting) -> dict[str, Any]:
    """The words for a failure that can be kept nowhere: an event without an id."""
    return events.reply_event(failure_reply(), waiting.id)
