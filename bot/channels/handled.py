"""Having a message handled, also where the conversation before it cannot be read."""

from __future__ import annotations

from typing import Any, Awaitable, Callable

from rasa.core.channels.channel import UserMessage

from bot.engine.tracker_store import SetAside


async def handled(handle: Callable[[UserMessage], Awaitable[Any]], message: UserMessage) -> bool:
    """Have a message handled; False if the conversation had to be set aside and the message begins a new one."""
    try:
        await handle(message)
    except SetAside:
        await handle(message)
        return False
    return True
