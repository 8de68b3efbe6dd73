"""How Telegram is set up: its settings, and whether they can be used. Knows no Rasa, so that it answers quickly."""

from __future__ import annotations

import logging
from typing import Optional
from urllib.parse import urlsplit

from telegram.error import InvalidToken, TelegramError
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from bot import settings
from bot.channels.phrases import phrases

CHANNEL = "telegram"
PATH = "/webhooks/telegram/webhook"
FLOOD_RETRIES = 3
PATIENCE = 10.0  # seconds that a call may take
POOL = 32  # calls at once


class BadWebhook(settings.BadSetting):
    """The address of the settings is none that Telegram could reach; the message says what to do."""


def token() -> Optional[str]:
    """The bot's token; None where the channel is off."""
    return settings.TELEGRAM_TOKEN()


def webhook() -> Optional[str]:
    """The address to which Telegram is to send updates; None for polling. Raises BadWebhook."""
    given = (settings.TELEGRAM_WEBHOOK() or "").rstrip("/")
    if given and (urlsplit(given).scheme != "https" or not urlsplit(given).hostname):
        raise BadWebhook(phrases()[CHANNEL]["start"]["bad_webhook"])
    return given + PATH if given else None


def make_bot(given: str) -> ExtBot:
    """The library's bot, with its limiter; the settings may name another server of the Bot API."""
    # it logs what it cannot read, and tokens with their errors
    logging.getLogger("telegram").setLevel(logging.CRITICAL + 1)
    base = settings.TELEGRAM_API().rstrip("/")
    return ExtBot(
        given,
        base_url=f"{base}/bot",
        request=HTTPXRequest(connection_pool_size=POOL, read_timeout=PATIENCE, connect_timeout=PATIENCE),
        rate_limiter=AIORateLimiter(max_retries=FLOOD_RETRIES),
    )


async def state() -> tuple[bool, str]:
    """Whether the channel can be used as it is set up, and a line that says so; raises BadWebhook."""
    say = phrases()[CHANNEL]["start"]
    given = token()
    if given is None:
        return False, say["off"]
    address = webhook()
    try:
        async with make_bot(given) as bot:
            return True, say["webhook" if address else "polling"].format(name=bot.username, address=address)
    except InvalidToken:
        return False, say["refused"]
    except TelegramError:
        return True, say["unreachable"]
