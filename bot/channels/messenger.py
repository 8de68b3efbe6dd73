"""A messenger, whatever its client: updates in, each once; answers out, once the conversation is stored.

An update and all that it leads to are committed together, before it is acknowledged. Its answer is read from the stored
conversation and sent part by part; what is owed when the server ends is sent after the next start. A channel brings a
`Client` and calls `take`. docs/adr/0010-messengers.md says why.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import time
from typing import Any, Awaitable, Callable, Coroutine, Optional, Protocol

from rasa.core.channels.channel import UserMessage

from bot.channels import events, summary
from bot.channels.failure import failure_reply
from bot.channels.limits import Limit
from bot.channels.phrases import phrases
from bot.channels.staff import Doing, Staff, Update, mark, name_of
from bot.channels.worker import Worker
from bot.engine.tracker_store import TrackerStore
from bot.people import database, stores
from bot.people.inbox import Inbox
from bot.people.pupils import Pupil, Pupils
from bot.people.updates import Owed, Updates
from bot.replies import Reply, to_keep
from bot.sqlite import scrub
from knowledge import clock
from knowledge.desk import desk
from knowledge.render import month, situation

log = logging.getLogger(__name__)

UPDATES_A_MINUTE = 30  # of one person
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0  # seconds before another try to send
TOO_LATE = 86400.0  # seconds after which an answer is of no use
# replies that hold for an area, a stage or a role; the others do not say for whom
SCOPED = ("answered", "not_covered", "walkthrough_step", "walkthrough_summary")
_PATIENCE = 5.0  # seconds that a stop waits for what is being sent


class Undeliverable(Exception):
    """An answer that can never be sent: the person has blocked the bot, the chat is gone."""


class Later(Exception):
    """An answer that could not be sent now, and surely was not; `seconds` is how long to wait, if that is known."""

    def __init__(self, seconds: Optional[float] = None) -> None:
        super().__init__()
        self.seconds = seconds


@dataclasses.dataclass(frozen=True)
class Showing:
    """A Reply as it is to be shown in one place.

    `heading` says for whom it holds ('Pupil B · Staffordshire · 4 suspensions') and may be empty. `token` and `step` go
    into the buttons, to know their conversation and step when they are pressed. With `note` the text is to be copied,
    and the Reply's notes stand outside it. `board` is the client's id of the message that shows the conversation's
    walk, `pressed` of the one whose button led here. `greets` marks the words for somebody who was not greeted yet.
    """

    reply: Reply
    heading: str = ""
    token: str = ""
    step: Optional[str] = None
    note: bool = False
    board: Optional[str] = None
    pressed: Optional[str] = None
    greets: bool = False


@dataclasses.dataclass(frozen=True)
class Part:
    """One call of a client: what it sends, and whether this is the message that shows the walk from now on."""

    body: Any
    board: bool = False


class Client(Protocol):
    """How a messenger shows things. `address` is the update's own."""

    def parts(self, showing: Showing) -> list[Part]:
        """A Reply as what is sent, in order; the same each time for the same showing."""

    async def send(self, address: dict[str, Any], part: Part) -> Optional[str]:
        """Send one part, and the platform's id of the message that shows it; raises Undeliverable or Later."""

    async def typing(self, address: dict[str, Any]) -> None:
        """Show that an answer is being looked up; failing at that is no failure."""


class Messenger:
    """Takes in updates of one channel and sends their answers. One process serves one database."""

    def __init__(
        self,
        channel: str,
        client: Client,
        handle: Callable[[UserMessage], Awaitable[Any]],
        agent: Callable[[], Any],
        messenger: str,
        command: str = "/{}",
    ) -> None:
        self._channel, self._client, self._agent = channel, client, agent
        self._people = database.engine()
        self._inbox, self._pupils, self._updates = Inbox(self._people), Pupils(self._people), Updates(self._people)
        self._worker = Worker(channel, handle, agent, self._trackers, self._inbox, self)
        self.staff = Staff(
            self._pupils,
            lambda c: self._trackers().slots(c),
            lambda c: bool(self._inbox.waiting(c)),
            messenger,
            command,
        )
        self._limit, self._told = Limit(UPDATES_A_MINUTE), Limit(1)
        self._rung: set[str] = set()
        self._senders: dict[str, asyncio.Task[None]] = {}
        self._beside: set[asyncio.Task[None]] = set()
        self._stopping = False

    def _trackers(self) -> TrackerStore:
        return events.trackers_of(self._agent())

    # in ---------------------------------------------------------------------------------------------------------

    async def take(self, update: Update) -> Optional[str]:
        """Take in an update: once this returns, it is answered whatever happens. Raises if it could not be kept.

        Gives words that are to be said at once and are kept nowhere, if there are any.
        """
        if self._limit.take(update.person):
            return None if self._told.take(update.person) else str(phrases()["often"])
        doing = await asyncio.to_thread(self._take, update)
        if doing is None:
            return None
        if doing.say:
            return doing.say
        conversation = doing.pupil.conversation if doing.pupil else ""
        if doing.messages:
            self._worker.wake(conversation)
        self.ring(conversation)
        return None

    def _take(self, update: Update) -> Optional[Doing]:
        """Commit an update and what it leads to; None if it is known."""
        with self._people.begin() as connection:
            if not self._updates.begin(connection, self._channel, update.id):
                return None
            doing = self.staff.decide(connection, update)
            if doing.say:
                self._updates.nothing(connection, self._channel, update.id)
                return doing
            conversation = doing.pupil.conversation if doing.pupil else None
            message = None
            if conversation and doing.messages:
                self._inbox.add(connection, conversation, doing.messages)
                message = doing.messages[-1].id
            work = {
                "address": update.address,
                "pressed": update.press and update.press.on,
                "lead": doing.lead and doing.lead.to_dict(),
                "instead": doing.instead and doing.instead.to_dict(),
                "note": doing.note,
                "erase": doing.erase,
            }
            self._updates.owe(connection, self._channel, update.id, conversation, message, work)
        return doing

    # life -------------------------------------------------------------------------------------------------------

    def recover(self) -> None:
        """Handle what was waiting when the server ended, and send what was owed."""
        self._worker.recover()
        for owed in self._updates.owed(self._channel):
            self.ring(owed.conversation or "")

    async def stop(self) -> None:
        """Finish what is being handled and sent; the rest follows after the next start."""
        await self._worker.stop()
        self._stopping = True
        tasks = [*self._senders.values(), *self._beside]
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=_PATIENCE)
            for task in late:
                task.cancel()

    def ring(self, conversation: str, note: Optional[dict[str, Any]] = None) -> None:
        """There may be something to send in a conversation; a note is sent as it is, and kept nowhere."""
        if note:
            self._aside(self._pass_on(conversation, note))
            return
        self._rung.add(conversation)
        if conversation not in self._senders and not self._stopping:
            self._senders[conversation] = asyncio.get_running_loop().create_task(self._send(conversation))

    def _aside(self, going: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(going)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)

    # out --------------------------------------------------------------------------------------------------------

    async def _send(self, conversation: str) -> None:
        """Send what is owed in a conversation, in order; what cannot be sent now is tried again until it can."""
        pause = FIRST_PAUSE
        try:
            while conversation in self._rung and not self._stopping:
                self._rung.discard(conversation)
                try:
                    for owed in await asyncio.to_thread(self._updates.owed, self._channel, conversation):
                        await self._answer(owed)
                    pause = FIRST_PAUSE
                except Exception as error:  # the network, or a database: nothing is lost, it is owed still
                    if not isinstance(error, Later):
                        log.error("An answer could not be sent: %s", type(error).__name__)
                    wait = (isinstance(error, Later) and error.seconds) or pause
                    pause = min(2 * pause, LONGEST_PAUSE)
                    self._rung.add(conversation)
                    await asyncio.sleep(wait)
        finally:
            del self._senders[conversation]

    async def _answer(self, owed: Owed) -> None:
        """Send one answer if it is ready, from the part on that has not gone out."""
        try:
            if time.time() - owed.received > TOO_LATE:
                log.error("An answer could not be sent for a day, and is given up.")
            else:
                if owed.work["erase"]:
                    await self._erase(owed.work["erase"])
                showings = await asyncio.to_thread(self._showings, owed)
                if showings is None:
                    return
                await self._show(owed, showings)
        except Undeliverable:
            log.warning("An answer cannot be delivered: the chat is closed to the bot.")
        await asyncio.to_thread(self._updates.answered, owed.id)
        if owed.work["erase"]:  # the address to answer at has gone only now
            await asyncio.to_thread(scrub, self._people)

    async def _show(self, owed: Owed, showings: list[Showing]) -> None:
        try:
            parts = [part for showing in showings for part in self._client.parts(showing)]
        except Exception as error:  # a Reply that cannot be shown must not silence the conversation
            log.error("An answer could not be shown: %s", type(error).__name__)
            parts = self._client.parts(Showing(failure_reply(), token=showings[-1].token))
        for number, part in enumerate(parts[owed.sent :], owed.sent + 1):
            shown = await self._client.send(owed.work["address"], part)
            if owed.conversation and part.board:
                await asyncio.to_thread(self._pupils.show, owed.conversation, shown)
            await asyncio.to_thread(self._updates.sent, owed.id, number)
        if owed.conversation and showings[0].greets:
            await asyncio.to_thread(self._greeted, owed.conversation)

    def _showings(self, owed: Owed) -> Optional[list[Showing]]:
        """What is to be shown for an update; None while its message is not answered."""
        work, pupil, replies = owed.work, None, []
        if owed.conversation:
            pupil = self._pupils.of(owed.conversation)
        if owed.conversation and owed.message:
            found = events.replies(self._trackers(), owed.conversation, owed.message)
            if not found:
                return None
            replies = found
            area = self._trackers().slots(owed.conversation).get("area")
            role = events.stated_role(self._trackers(), owed.conversation, owed.message)
            self._pupils.learn(owed.conversation, role, area)
        crisis = any(reply.status == "crisis" for reply in replies)
        before = [self.staff.first()] if pupil and not pupil.greeted else []
        if work["lead"]:
            before.append(Reply.from_dict(work["lead"]))
        if work["instead"]:
            replies = [Reply.from_dict(work["instead"])]
        elif work["note"] and pupil:
            replies = [self._note(pupil, replies[-1])]
        # nothing stands beside the words for danger
        shown = replies if crisis else [*before, *replies]
        greets = bool(pupil and not pupil.greeted and not crisis)
        return [
            dataclasses.replace(
                self._showing(reply, pupil, work, work["note"] and reply is replies[-1]),
                greets=greets and reply is shown[0],
            )
            for reply in shown
        ]

    def _showing(self, reply: Reply, pupil: Optional[Pupil], work: dict[str, Any], note: bool) -> Showing:
        if pupil is None:
            return Showing(reply)
        heads = []
        if reply.status != "crisis" and not note:
            heads = [name_of(pupil)] if self._pupils.several(pupil) else []
            if reply.status in SCOPED:
                heads.append(_scope(reply))
        current = [mark(step["part"], step["id"]) for step in reply.steps if step["current"]]
        step = current[0] if current and reply.status == "walkthrough_step" else None
        heading = " · ".join(filter(None, heads))
        return Showing(reply, heading, pupil.token, step, note, pupil.board, work["pressed"])

    def _greeted(self, conversation: str) -> None:
        pupil = self._pupils.of(conversation)
        if pupil and not pupil.greeted:
            with self._people.begin() as connection:
                self._pupils.remember(connection, pupil.person, greeted=True)

    def _note(self, pupil: Pupil, reply: Reply) -> Reply:
        """The summary to copy: the situation, what was asked, and the checklist where there is one."""
        say = phrases()["note"]
        known = summary.draft(self._trackers(), pupil.conversation)
        listed = to_keep(reply) if reply.status == "walkthrough_summary" else ""
        asked = summary.asked(self._trackers(), pupil.conversation)
        if not listed and not asked:
            return Reply("smalltalk", say["nothing"].format(name=name_of(pupil)))
        head = say["head"].format(name=name_of(pupil), date=month(clock.today().isoformat()))
        text = "\n\n".join(filter(None, [head, known, listed]))
        return Reply(reply.status, text, reply.records, reply.scope, notes=[say["hint"]])

    async def _erase(self, person: str) -> None:
        """Forget all conversations of a person, wherever they were, in every store."""
        for conversation in await asyncio.to_thread(stores.conversations, person):
            async with self._worker.quiet(conversation):
                await asyncio.to_thread(stores.forget, self._trackers(), conversation)
        await asyncio.to_thread(stores.scrub_files, self._trackers())

    async def _pass_on(self, conversation: str, note: dict[str, Any]) -> None:
        """A sign of life, or the words for a failure that could be kept nowhere."""
        try:
            owed = await asyncio.to_thread(self._updates.owed, self._channel, conversation)
            for address in (o.work["address"] for o in owed if o.message == note["message"]):
                if note["type"] == "typing":
                    await self._client.typing(address)
                else:
                    for part in self._client.parts(Showing(Reply.from_dict(note["reply"]))):
                        await self._client.send(address, part)
        except Exception as error:
            log.warning("A sign of life could not be sent: %s", type(error).__name__)


def _scope(reply: Reply) -> str:
    """For whom a Reply holds: 'School staff · Staffordshire · 4 suspensions'."""
    scope, knowledge = reply.scope, desk().knowledge
    area = knowledge.areas.get(scope.get("area") or "")
    if area and area.kind == "national":
        return " · ".join(filter(None, [situation(knowledge, role=scope.get("role")), phrases()["national"]]))
    return situation(knowledge, role=scope.get("role"), area=scope.get("area"), stage=scope.get("stage"))
