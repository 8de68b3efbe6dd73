"""Telegram: updates by polling or by webhook, each kept before it is acknowledged.

INCLUSION_GUIDE_TELEGRAM_TOKEN switches the channel on. With INCLUSION_GUIDE_TELEGRAM_WEBHOOK Telegram sends updates to
that address; without it they are asked for, which needs no address at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import hmac
import logging
import re
from typing import Any, Awaitable, Callable, Dict, Optional, Text

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse
from telegram import BotCommand, CallbackQuery, Message, MessageEntity, Update
from telegram.constants import ChatType, UpdateType
from telegram.error import Conflict, EndPointNotFound, InvalidToken, TelegramError
from telegram.ext import ExtBot

from bot.channels import staff
from bot.channels.messenger import FIRST_PAUSE, Messenger
from bot.channels.phrases import phrases
from bot.channels.staff import command_of, person_of, place_of
from bot.channels.telegram_client import TelegramClient
from bot.channels.telegram_settings import CHANNEL, make_bot, token, webhook
from bot.channels.telegram_view import description, read_data
from bot.channels.tokens import secret

log = logging.getLogger(__name__)

ASKED = [UpdateType.MESSAGE, UpdateType.EDITED_MESSAGE, UpdateType.CALLBACK_QUERY]
WAIT = 25  # seconds that one question for updates stays open
LONGEST_PAUSE = 30.0  # seconds before another try
_SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
# what a message may be instead of words
UNREADABLE = {
    "voice": ("voice", "audio", "video_note"),
    "picture": ("photo", "video", "animation"),
    "sticker": ("sticker",),
    "file": ("document",),
    "other": ("contact", "location", "venue", "poll", "dice", "story", "game", "paid_media", "checklist"),
}


class TelegramChannel(InputChannel):
    """The channel, its webhook's route and its polling."""

    _bot: ExtBot
    _messenger: Messenger

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "TelegramChannel":
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The webhook's route; none without a token."""
        hook = Blueprint("telegram_channel", __name__)
        given = token()
        if given is None:
            return hook
        self._secret, self._address = secret(), webhook()
        self._aside: set[asyncio.Task[Any]] = set()

        @hook.listener("before_server_start")
        async def prepare(app: Sanic, _: Any) -> None:
            self._bot = make_bot(given)
            client = TelegramClient(self._bot)
            name = phrases()[CHANNEL]["name"]
            self._messenger = Messenger(CHANNEL, client, on_new_message, lambda: app.ctx.agent, name)

        @hook.listener("after_server_start")
        async def begin(_: Sanic, __: Any) -> None:
            self._life = asyncio.create_task(self._live())

        @hook.listener("before_server_stop")
        async def end(_: Sanic, __: Any) -> None:
            self._life.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._life
            await self._messenger.stop()
            await self._bot.shutdown()

        @hook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            return await self._receive(request)

        return hook

    # life -------------------------------------------------------------------------------------------------------

    async def _live(self) -> None:
        """Begin as soon as Telegram can be reached, then ask for updates; end only if the token is refused."""
        pause = FIRST_PAUSE
        offset: Optional[int] = None
        begun = False
        while True:
            try:
                if not begun:
                    await self._begin()
                    begun = True
                if self._address:
                    return
                offset = await self._ask(offset)
                pause = FIRST_PAUSE
            except (InvalidToken, EndPointNotFound):
                log.error(phrases()[CHANNEL]["start"]["refused"])
                return
            except Exception as error:  # the network, Telegram, or our own database: nothing is acknowledged
                taken = isinstance(error, Conflict)
                say = phrases()[CHANNEL]["start"]["taken"] if taken else f"Telegram: {type(error).__name__}"
                log.warning("%s", say)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _begin(self) -> None:
        await self._bot.initialize()
        commands = phrases()["commands"].items()
        await self._bot.set_my_commands([BotCommand(name, text) for name, text in commands])
        await self._bot.set_my_description(description())
        if self._address:
            await self._bot.set_webhook(self._address, allowed_updates=ASKED, secret_token=self._hook_secret())
        else:
            await self._bot.delete_webhook()
        self._messenger.recover()

    async def _ask(self, offset: Optional[int]) -> Optional[int]:
        """Ask for updates and take each in; the number of the next. What cannot be kept is asked for again."""
        asked = {"timeout": WAIT, "allowed_updates": ASKED, **({"offset": offset} if offset else {})}
        # raw, so that one update that the library cannot read does not hold up the rest
        found: Any = await self._bot.do_api_request("getupdates", api_kwargs=asked, read_timeout=WAIT + 10)
        for raw in found:
            await self._take(raw)
            offset = int(raw["update_id"]) + 1
        return offset

    # updates ----------------------------------------------------------------------------------------------------

    async def _receive(self, request: Request) -> HTTPResponse:
        """One update by webhook; an answer other than 200 has Telegram send it again."""
        if not self._address:
            return response.empty(404)
        if not hmac.compare_digest(request.headers.get(_SECRET_HEADER, "").encode(), self._hook_secret().encode()):
            return response.empty(403)
        try:
            raw = request.json
        except InvalidUsage:
            raw = None
        if not isinstance(raw, dict) or not isinstance(raw.get("update_id"), int):
            return response.empty(400)
        try:
            await self._take(raw)
        except Exception as error:
            log.error("An update could not be kept: %s", type(error).__name__)
            return response.empty(503)
        return response.empty(200)

    def _hook_secret(self) -> str:
        """What Telegram shows with each update, so that nobody else can send one."""
        return hmac.new(self._secret.encode(), b"telegram webhook", hashlib.sha256).hexdigest()

    async def _take(self, raw: Any) -> None:
        """Take in one update; one that cannot be read is left out. Raises if it could not be kept."""
        try:
            update = Update.de_json(raw, self._bot)
            made = self._read(update)
        except Exception as error:
            log.warning("An update could not be read: %s", type(error).__name__)
            return
        query = update.callback_query
        say = await self._messenger.take(made) if made else None
        if query:
            self._go(self._acknowledge(query, say))
        elif made and say:
            self._go(self._bot.send_message(made.address["chat"], say))

    def _go(self, call: Awaitable[Any]) -> None:
        """Make a call that nothing waits for and whose failure is none."""

        async def go() -> None:
            with contextlib.suppress(TelegramError):
                await call

        task = asyncio.create_task(go())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    async def _acknowledge(self, query: CallbackQuery, say: Optional[str]) -> None:
        await query.answer(say, show_alert=bool(say))

    def _read(self, update: Update) -> Optional[staff.Update]:
        """What a person did, if it concerns us."""
        user, query = update.effective_user, update.callback_query
        if user is None or user.is_bot:
            return None
        if query:
            return self._read_press(update, query)
        message = update.message or update.edited_message
        if message is None or message.chat.type == ChatType.CHANNEL:
            return None
        group = message.chat.type != ChatType.PRIVATE
        text = self._words(message)
        if group and not self._is_addressed(message):
            return None
        unreadable = _unreadable(message)
        if update.edited_message:
            text, unreadable = None, "edited"
        if not text and not unreadable:
            # a mention alone is a greeting; what else has no words is Telegram's own: someone joined, a title changed
            if not (group and (message.text or message.caption)):
                return None
            text = "/help"
        command = command_of(text) if text and not unreadable else None
        given: dict[str, Any] = {"unreadable": unreadable, "words": text}
        if command:
            given = {"command": command[0], "arguments": command[1]}
        return self._update(update, message, group, **given)

    def _read_press(self, update: Update, query: CallbackQuery) -> Optional[staff.Update]:
        if query.message is None or not query.data:
            return None
        group = query.message.chat.type != ChatType.PRIVATE
        press = read_data(query.data, str(query.message.message_id))
        return self._update(update, query.message, group, press=press)

    def _update(self, update: Update, message: Any, group: bool, **given: Any) -> staff.Update:
        user = update.effective_user
        assert user
        address: dict[str, Any] = {"chat": message.chat.id}
        if group and not update.callback_query:
            address["reply"] = message.message_id
        if getattr(message, "is_topic_message", None):
            address["thread"] = message.message_thread_id
        return staff.Update(
            str(update.update_id),
            person_of(CHANNEL, self._secret, str(user.id)),
            place_of(CHANNEL, self._secret, str(message.chat.id)),
            address,
            group=group,
            **given,
        )

    def _words(self, message: Message) -> Optional[str]:
        """The words of a message, without the mention of us."""
        text = message.text or message.caption
        return text and re.sub(rf"@{re.escape(self._bot.username)}\b", "", text, flags=re.I).strip()

    def _is_addressed(self, message: Message) -> bool:
        """Whether a message in a group mentions us, or replies to us."""
        answered = message.reply_to_message
        if answered and answered.from_user and answered.from_user.id == self._bot.id:
            return True
        kinds: list[Optional[str]] = [MessageEntity.MENTION, MessageEntity.TEXT_MENTION, MessageEntity.BOT_COMMAND]
        found = message.parse_entities(kinds) if message.text else {}
        found = {**found, **(message.parse_caption_entities(kinds) if message.caption else {})}
        name = f"@{self._bot.username}".lower()
        return any(
            text.lower().endswith(name) or bool(entity.user and entity.user.id == self._bot.id)
            for entity, text in found.items()
        )


def _unreadable(message: Message) -> Optional[str]:
    return next((name for name, kinds in UNREADABLE.items() if any(getattr(message, k, None) for k in kinds)), None)
