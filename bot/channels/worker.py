"""Handles what waits in the inbox: each conversation's messages in order, each once, whatever dies in between."""

from __future__ import annotations

import asyncio
import logging
from contextlib import asynccontextmanager
from typing import Any, AsyncIterator, Awaitable, Callable, Optional, Protocol
from weakref import WeakValueDictionary

from rasa.core.channels.channel import OutputChannel, UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered

from bot.channels import events
from bot.channels.failure import failure_reply
from bot.people.inbox import Inbox, Waiting
from bot.replies import as_text
from bot.tracker_store import TrackerStore

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
        self._gates: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._stopping = False
        self.busy: dict[str, str] = {}  # conversation to the message that is being handled

    def wake(self, conversation: str) -> None:
        """Handle what waits in a conversation."""
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
        gate = self._gates.setdefault(conversation, asyncio.Lock())
        tries: dict[str, int] = {}
        try:
            while not self._stopping:
                async with gate:
                    waiting = self._inbox.next(conversation)
                    if waiting is None:
                        return
                    tries[waiting.id] = tries.get(waiting.id, 0) + 1
                    pause = await self._take(conversation, waiting, tries[waiting.id])
                if pause:
                    await asyncio.sleep(pause)
        except Exception as error:  # the database of the inbox: nothing can be said that would be kept
            log.error("What waits in a conversation could not be read: %s", type(error).__name__)
        finally:
            del self._tasks[conversation]
            self.busy.pop(conversation, None)

    async def _take(self, conversation: str, waiting: Waiting, attempt: int) -> float:
        """Have one message answered; 0, or for how long to wait before another try.

        A message that was tried before is looked for in the conversation first. One that cannot be answered, or whose
        handling ended the server too often, gets the words for a failure instead.
        """
        try:
            again = attempt > 1 or waiting.restarts
            answers = events.answers(self._trackers(), conversation, waiting.id) if again else None
            if answers is None and attempt <= TRIES and waiting.restarts <= FATAL:
                await self._answer(conversation, waiting)
                answers = events.answers(self._trackers(), conversation, waiting.id)
            if not answers:
                await self._keep_failure(conversation, waiting)
            self.busy.pop(conversation, None)
            self._hub.ring(conversation)
            await asyncio.to_thread(self._inbox.done, conversation, waiting.id)
            return 0.0
        except Exception as error:  # whatever fails, the person gets an answer, and the log none of their words
            log.error("A message could not be handled: %s", type(error).__name__)
            if attempt == TRIES + 1:
                self.busy.pop(conversation, None)
                self._hub.ring(conversation, _passing(waiting))
            return PAUSE if attempt <= TRIES else LONG_PAUSE

    async def _answer(self, conversation: str, waiting: Waiting) -> None:
        self.busy[conversation] = waiting.id
        if not events.is_preset(waiting.id):
            self._hub.ring(conversation, {"type": "typing", "message": waiting.id})
        metadata: dict[str, Any] = {"redacted": waiting.redacted} if waiting.redacted else {}
        if waiting.tap:
            metadata["title"] = events.title(self._trackers(), conversation, waiting)
        await self._handle(
            UserMessage(
                waiting.text,
                Silent(),
                conversation,
                input_channel=self._channel,
                message_id=waiting.id,
                metadata=metadata or None,
            )
        )

    async def _keep_failure(self, conversation: str, waiting: Waiting) -> None:
        """Store the message with the words for a failure, so that it has its one answer."""
        store = self._agent().tracker_store
        async with self._agent().lock_store.lock(conversation):
            tracker = await store.get_or_create_tracker(conversation)
            held = any(isinstance(e, UserUttered) and e.message_id == waiting.id for e in tracker.events)
            if not held:
                tracker.update(UserUttered(waiting.text, message_id=waiting.id, input_channel=self._channel))
            tracker.update(BotUttered(metadata={"reply": failure_reply().to_dict()}))
            tracker.update(ActionExecuted("action_listen"))
            await store.save(tracker)


def _passing(waiting: Waiting) -> dict[str, Any]:
    """The words for a failure that can be kept nowhere: an event without an id."""
    reply = failure_reply()
    return {"type": "reply", "message": waiting.id, "reply": reply.to_dict(), "text": as_text(reply)}
