"""The Bot Connector: sends activities to a chat and changes those that were sent, again where that may help."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import json
import logging
import random
from typing import Any, Awaitable, Callable, Optional
from urllib.parse import quote

import aiohttp

from bot.channels.teams.access import Access, NoAccess

log = logging.getLogger(__name__)

TRIES = 4
AGAIN = (408, 412, 429, 500, 502, 503, 504)  # what Microsoft asks to try again, and what passes
FIRST_PAUSE = 0.5  # seconds, doubled each time
LONGEST_WAIT = 5.0  # seconds; who is asked to wait longer is told so
_WAIT = aiohttp.ClientTimeout(total=15, connect=5)


class Undelivered(Exception):
    """The Bot Connector did not take an activity.

    `status` is its answer, 0 if it could not be reached; `wait` the seconds it asks us to wait, if it does.
    """

    def __init__(self, status: int, wait: Optional[float] = None) -> None:
        super().__init__(f"status {status}")
        self.status, self.wait = status, wait

    @property
    def passing(self) -> bool:
        """Whether trying again later may help."""
        return self.status in (0, 401, *AGAIN)


class Unknown(Exception):
    """An activity was sent twice, and both times nothing came back: it may have been taken."""


@dataclasses.dataclass(frozen=True)
class Address:
    """Where a chat is: what has to be known to write to it."""

    service: str
    conversation: str
    bot: str
    user: str

    @classmethod
    def of(cls, activity: dict[str, Any]) -> "Address":
        """Where an activity came from."""
        return cls(
            activity["serviceUrl"], activity["conversation"]["id"], activity["recipient"]["id"], activity["from"]["id"]
        )

    def to_dict(self) -> dict[str, str]:
        """The form in which it is kept until the answer is out."""
        return dataclasses.asdict(self)


class Connector:
    """Writes to chats."""

    def __init__(
        self,
        session: aiohttp.ClientSession,
        access: Access,
        sleep: Callable[[float], Awaitable[Any]] = asyncio.sleep,
    ) -> None:
        self._session, self._access, self._sleep = session, access, sleep

    async def send(self, to: Address, activity: dict[str, Any]) -> Optional[str]:
        """Send an activity; its id, if the Connector gives one. Raises Undelivered, Unknown or NoAccess."""
        return await self._write("POST", to, "", activity)

    async def update(self, to: Address, number: str, activity: dict[str, Any]) -> None:
        """Put an activity in the place of one that was sent. Raises Undelivered, Unknown or NoAccess."""
        await self._write("PUT", to, f"/{quote(number, safe='')}", activity)

    async def typing(self, to: Address) -> None:
        """Show that an answer is being made; no matter if that fails."""
        with contextlib.suppress(Undelivered, NoAccess, aiohttp.ClientError, asyncio.TimeoutError):
            await self._once("POST", to, "", {"type": "typing"}, await self._access.token())

    async def _write(self, method: str, to: Address, path: str, activity: dict[str, Any]) -> Optional[str]:
        """Try until it is taken. Where it is not known whether it was, once more: better twice than never."""
        unknown, renewed, pause = False, False, FIRST_PAUSE
        token = await self._access.token()
        for left in reversed(range(TRIES)):
            try:
                return await self._once(method, to, path, activity, token)
            except aiohttp.ClientConnectorError:  # nothing was sent
                failed = Undelivered(0)
            except (aiohttp.ClientError, asyncio.TimeoutError):
                if unknown:
                    raise Unknown from None
                failed, unknown = Undelivered(0), True
            except Undelivered as answer:
                failed = answer
                if failed.status == 401 and not renewed:
                    token, renewed = await self._access.token(not_this=token), True
                    continue
                if failed.status not in AGAIN or (failed.wait or 0) > LONGEST_WAIT:
                    raise
            if left:
                await self._sleep(pause * random.uniform(1, 1.5) if failed.wait is None else failed.wait)
                pause *= 2
        raise failed

    async def _once(self, method: str, to: Address, path: str, activity: dict[str, Any], token: str) -> Optional[str]:
        url = f"{to.service.rstrip('/')}/v3/conversations/{quote(to.conversation, safe='')}/activities{path}"
        body = {
            **activity,
            "from": {"id": to.bot},
            "recipient": {"id": to.user},
            "conversation": {"id": to.conversation},
        }
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        data = json.dumps(body, ensure_ascii=False).encode()
        # no redirect is followed: the token is for this address alone
        async with self._session.request(
            method, url, data=data, headers=headers, timeout=_WAIT, allow_redirects=False
        ) as answer:
            if not 200 <= answer.status < 300:
                raise Undelivered(answer.status, _seconds(answer.headers.get("Retry-After")))
            try:
                said = await answer.json(content_type=None)
            except ValueError:
                said = None
            number = said.get("id") if isinstance(said, dict) else None
            return number if isinstance(number, str) else None


def _seconds(header: Optional[str]) -> Optional[float]:
    try:
        return max(0.0, float(header)) if header else None
    except ValueError:
        return None
