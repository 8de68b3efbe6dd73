"""Microsoft Teams by the Bot Framework protocol: activities in by POST, answers out through the Bot Connector.

docs/adr/0011-teams.md says why no SDK is used; bot/channels/messenger.py is what it shares with other messengers.
"""

from __future__ import annotations

import asyncio
import logging
from typing import Any, Awaitable, Callable, Dict, Optional, Text

import aiohttp
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.failure import failure_reply
from bot.channels.http import DATA_HEADERS, failure
from bot.channels.messenger import Later, Messenger, Part, Undeliverable
from bot.channels.staff import Update
from bot.channels.teams.access import Access
from bot.channels.teams.activity import CHANNEL, NoActivity, checked, update_of
from bot.channels.teams.cards import texts
from bot.channels.teams.client import TeamsClient
from bot.channels.teams.connector import Connector
from bot.channels.teams.settings import registration
from bot.channels.teams.verify import Keys, Refused, Verifier
from bot.channels.tokens import secret
from bot.replies import as_text

log = logging.getLogger(__name__)

MESSENGER = "Microsoft Teams"
PATH = "/messages"
PATIENCE = 1.5  # seconds to keep an activity in, before it is acknowledged all the same


class TeamsChannel(InputChannel):
    """One route; none while the channel has no credentials."""

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "TeamsChannel":
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's route, and what begins and ends with the server."""
        hook = Blueprint("teams_channel", __name__)
        given = registration()
        if given is None:
            return hook

        @hook.listener("before_server_start")
        async def prepare(app: Sanic, _: Any) -> None:
            self._secret = secret()
            self._late: set[asyncio.Task[None]] = set()
            self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
            self._verifier = Verifier(given, Keys(self._session, given.keys))
            self._access = Access(self._session, given)
            self._client = TeamsClient(Connector(self._session, self._access))
            self._messenger = Messenger(
                CHANNEL, self._client, on_new_message, lambda: app.ctx.agent, MESSENGER, command="'{}'"
            )

        @hook.listener("after_server_start")
        async def recover(_: Sanic, __: Any) -> None:
            self._messenger.recover()

        @hook.listener("before_server_stop")
        async def stop(_: Sanic, __: Any) -> None:
            if self._late:
                await asyncio.wait(self._late, timeout=PATIENCE)
            await self._messenger.stop()
            await self._session.close()

        hook.exception(Exception)(failure)

        @hook.route(PATH, methods=["POST"])
        async def messages(request: Request) -> HTTPResponse:
            return await self.receive(request)

        return hook

    async def _take(self, update: Update) -> None:
        await self._say(update, await self._messenger.take(update))

    async def _later(self, update: Update, taking: asyncio.Task[None]) -> None:
        """Keep what could not be kept in time: one more try, then the person is told that it failed."""
        try:
            await taking
        except Exception:
            try:
                await self._take(update)
            except Exception as error:
                log.error("Microsoft Teams: an activity could not be kept: %s", type(error).__name__)
                await self._say(update, as_text(failure_reply()))

    async def _say(self, update: Update, words: Optional[str]) -> None:
        """Say something at once that is kept nowhere."""
        for text in texts(words or ""):
            try:
                await self._client.send(update.address, Part({"activity": text}))
            except (Later, Undeliverable):
                break

    async def receive(self, request: Request) -> HTTPResponse:
        """Take in an activity; what it leads to is said through the Bot Connector."""
        try:
            activity = checked(request.json)
            await self._verifier.check(request.headers.get("authorization"), activity)
        except (InvalidUsage, NoActivity):
            return response.empty(400, headers=DATA_HEADERS)
        except Refused as refused:
            log.warning("Microsoft Teams: a request was refused: %s.", refused)
            return response.empty(refused.status, headers=DATA_HEADERS)
        update = update_of(activity, self._secret)
        if update:
            taking = asyncio.create_task(self._take(update))
            done, _ = await asyncio.wait({taking}, timeout=PATIENCE)
            if done:
                taking.result()
            else:  # Teams shows a fault to who pressed, so the person is told here if it cannot be kept
                late = asyncio.create_task(self._later(update, taking))
                self._late.add(late)
                late.add_done_callback(self._late.discard)
        if activity["type"] == "invoke":  # nothing of ours is one, and an empty yes shows no fault to the person
            return response.json({}, headers=DATA_HEADERS)
        return response.empty(200, headers=DATA_HEADERS)
