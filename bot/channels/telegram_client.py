"""Sending to Telegram: what a failure means, and what is tried again."""

from __future__ import annotations

import dataclasses
import logging
from typing import Any, Awaitable, Callable, Optional

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message, ReplyParameters
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from bot.channels import telegram_view as view
from bot.channels.messenger import Later, Part, Showing, Undeliverable

log = logging.getLogger(__name__)

WALKS = ("walkthrough_step", "walkthrough_summary")
# the library's causes of a failure before anything was sent
_BEFORE = ("ConnectError", "ConnectTimeout", "PoolTimeout")
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


@dataclasses.dataclass(frozen=True)
class Body:
    """One message: its HTML, its buttons, the message it takes the place of, the one whose buttons it ends."""

    html: str
    keyboard: list[list[tuple[str, str]]]
    edits: Optional[str] = None
    retires: Optional[str] = None


class TelegramClient:
    """Shows Replies in Telegram chats. An address is {"chat", "reply" (to which message), "thread"}."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    def parts(self, showing: Showing) -> list[Part]:
        """The messages of a Reply. A walk whose button was pressed changes in place, if it fits in one message."""
        walk = showing.reply.status in WALKS and not showing.note
        texts, keyboard = view.messages(showing), view.keyboard(showing)
        edits = retires = None
        if walk and showing.board:
            edits = showing.board if showing.board == showing.pressed and len(texts) == 1 else None
            retires = None if edits else showing.board
        last = len(texts) - 1
        return [
            Part(
                Body(text, keyboard if at == last else [], edits, retires if at == 0 else None),
                board=showing.reply.status == "walkthrough_step" and at == last,
            )
            for at, text in enumerate(texts)
        ]

    async def send(self, address: dict[str, Any], part: Part) -> Optional[str]:
        """Send or change one message; its id. Raises Undeliverable or Later."""
        body: Body = part.body
        if body.retires:
            await self._end_buttons(address, body.retires)
        if body.edits and await self._change(address, body):
            return body.edits
        message = await self._sure(lambda: self._new(address, body, body.html, ParseMode.HTML), address)
        return str(message.message_id) if message else None

    async def typing(self, address: dict[str, Any]) -> None:
        """Show that an answer is being looked up."""
        await self._bot.send_chat_action(address["chat"], ChatAction.TYPING, message_thread_id=address.get("thread"))

    async def _new(self, address: dict[str, Any], body: Body, text: str, mode: Optional[str]) -> Message:
        try:
            return await self._bot.send_message(
                address["chat"],
                text,
                parse_mode=mode,
                message_thread_id=address.get("thread"),
                link_preview_options=_NO_PREVIEW,
                reply_markup=_markup(body),
                reply_parameters=_answering(address),
            )
        except BadRequest as refused:
            if mode and "entit" in refused.message.lower():  # markup that Telegram can't read: the words still count
                return await self._new(address, body, view.plain(text), None)
            raise

    async def _change(self, address: dict[str, Any], body: Body) -> bool:
        """Whether the message could be changed; one that is gone or too old cannot."""
        try:
            await self._sure(
                lambda: self._bot.edit_message_text(
                    body.html,
                    address["chat"],
                    int(body.edits or 0),
                    parse_mode=ParseMode.HTML,
                    link_preview_options=_NO_PREVIEW,
                    reply_markup=_markup(body),
                ),
                address,
            )
        except Undeliverable as refused:
            return "not modified" in str(refused).lower()
        return True

    async def _end_buttons(self, address: dict[str, Any], message: str) -> None:
        try:
            await self._bot.edit_message_reply_markup(address["chat"], int(message))
        except TelegramError:  # they are told apart when pressed, too
            log.debug("Buttons of an earlier step could not be taken away.")

    async def _sure(self, call: Callable[[], Awaitable[Any]], address: dict[str, Any]) -> Any:
        """Make a call; a second time if its outcome is unknown, and then it is taken as carried out."""
        for _ in range(2):
            try:
                return await call()
            except RetryAfter as error:
                raise Later(_seconds(error)) from None
            except ChatMigrated as error:
                address["chat"] = error.new_chat_id
            except (BadRequest, Forbidden, InvalidToken) as error:
                raise Undeliverable(error.message) from None
            except TelegramError as error:
                if _not_carried_out(error):
                    raise Later from None
        return None


def _not_carried_out(error: TelegramError) -> bool:
    """Whether a call surely had no effect: it never left, or Telegram answered with an error."""
    cause = error.__cause__
    if type(cause).__module__.startswith("httpx"):
        return type(cause).__name__ in _BEFORE
    return isinstance(error, NetworkError)


def _seconds(error: RetryAfter) -> float:
    wait = error.retry_after
    return float(wait) if isinstance(wait, (int, float)) else wait.total_seconds()


def _markup(body: Body) -> Optional[InlineKeyboardMarkup]:
    rows = [[InlineKeyboardButton(title, callback_data=data) for title, data in row] for row in body.keyboard]
    return InlineKeyboardMarkup(rows) if rows else None


def _answering(address: dict[str, Any]) -> Optional[ReplyParameters]:
    if not address.get("reply"):
        return None
    return ReplyParameters(address["reply"], allow_sending_without_reply=True)
