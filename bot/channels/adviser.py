"""The helpline console's way to the assistant: called from the console's threads, answered on the server's own loop."""

from __future__ import annotations

import asyncio
import logging
import uuid
from typing import Any, Awaitable, Callable, Optional

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage

from bot.channels.events import opening, stored_reply
from bot.channels.failure import failure_reply
from bot.channels.handled import handled
from bot.engine.tracker_store import TrackerStore
from bot.inbound import CHAT_LIMIT, payload, take_in
from bot.replies import Reply
from knowledge.desk import desk

log = logging.getLogger(__name__)

CHANNEL = "console"
PATIENCE = 20.0  # seconds that an adviser waits for an answer
SET = "set"  # begins the id of a message that sets what the console knows; not shown


class Replies(CollectingOutputChannel):
    """Collects the Replies to one message."""

    def __init__(self) -> None:
        super().__init__()
        self.replies: list[Reply] = []

    @classmethod
    def name(cls) -> str:
        return CHANNEL

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keep the Reply."""
        self.replies.append(stored_reply({"metadata": {"reply": message.get("reply")}, "text": message.get("text")}))


class AdviserChannel:
    """Asks the assistant on an adviser's behalf: one conversation a call."""

    def __init__(
        self,
        handle: Callable[[UserMessage], Awaitable[Any]],
        loop: asyncio.AbstractEventLoop,
        trackers: TrackerStore,
    ) -> None:
        self._handle, self._loop, self._trackers = handle, loop, trackers

    def ask(self, conversation: str, message: str, known: dict[str, str], title: Optional[str] = None) -> list[Reply]:
        """The answer to a question, or to a button whose words are `title`; never none.

        `known` is what the console knows of the situation (role, area, stage, decision). It goes in first, as buttons'
        payloads, where the conversation holds anything else.
        """
        said = take_in(message, desk().known, desk().public_numbers, typed=title is None, limit=CHAT_LIMIT)
        if said.problem or (title is not None and not said.tap):
            return [failure_reply(said.problem or "error", limit=CHAT_LIMIT)]
        metadata: dict[str, Any] = {"redacted": said.redacted} if said.redacted else {}
        if title is not None:
            metadata["title"] = title
        asking = self._ask(conversation, said.text, known, metadata)
        try:
            return asyncio.run_coroutine_threadsafe(asking, self._loop).result(PATIENCE)
        except Exception as error:  # whatever fails, the adviser gets an answer, and the log none of the words
            log.error("An adviser's question could not be answered: %s", type(error).__name__)
            return [failure_reply()]

    async def _ask(self, conversation: str, text: str, known: dict[str, str], metadata: dict[str, Any]) -> list[Reply]:
        for n, setting in enumerate(await self._trackers.aside(self._differs, conversation, known)):
            await self._say(conversation, setting, f"{SET}-{n}-{uuid.uuid4().hex}", None)
        number = uuid.uuid4().hex
        replies = await self._say(conversation, text, number, metadata or None) or [failure_reply()]
        trackers = self._trackers
        return [*await trackers.aside(opening, trackers, conversation, number, replies, _hidden), *replies]

    async def _say(self, conversation: str, text: str, number: str, metadata: Optional[dict[str, Any]]) -> list[Reply]:
        output = Replies()
        await handled(
            self._handle,
            UserMessage(text, output, conversation, input_channel=CHANNEL, message_id=number, metadata=metadata),
        )
        return output.replies

    def _differs(self, conversation: str, known: dict[str, str]) -> list[str]:
        """The payloads that set what the conversation does not hold as the console knows it."""
        held = self._trackers.slots(conversation)
        count = held.get("suspensions")
        if held.get("stage") is None and count is not None:
            reached = desk().knowledge.stage_for_count(known.get("area") or held.get("area"), count)
            held["stage"] = reached and reached.code
        new = {k: v for k, v in known.items() if v and desk().known(k, v) and held.get(k) != v}
        who = {k: new[k] for k in ("role", "area") if k in new}
        return [
            *([payload("inform", **who)] if who else []),
            *(payload("inform", **{k: new[k]}) for k in ("stage", "decision") if k in new),
        ]

    def said(self, conversation: str) -> list[tuple[str, list[Reply]]]:
        """What was asked and answered so far, oldest first."""
        turns: list[tuple[str, list[Reply]]] = []
        hidden = False
        for _, event in self._trackers.turns(conversation):
            if event["event"] == "user":
                hidden = _hidden(event.get("message_id") or "")
                title = (event.get("metadata") or {}).get("title")
                if not hidden:
                    turns.append((title or event.get("text") or "", []))
            elif turns and not hidden:
                turns[-1][1].append(stored_reply(event))
        return turns


def _hidden(message: str) -> bool:
    return message.startswith(f"{SET}-")
