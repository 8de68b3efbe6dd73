"""A clock to move and a session to try things in."""

from __future__ import annotations

import asyncio
from typing import Any, Awaitable, Callable

import aiohttp


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def run(work: Callable[[aiohttp.ClientSession], Awaitable[Any]]) -> Any:
    """The outcome of what needs a session."""

    async def go() -> Any:
        async with aiohttp.ClientSession() as session:
            return await work(session)

    return asyncio.run(go())
