"""The token that shows the Bot Connector who we are: asked for with the app's secret, kept, renewed before it ends."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from typing import Any, Callable, Optional

import aiohttp

from bot.channels.teams.settings import Settings, registration
from bot.channels.teams.wording import wording

log = logging.getLogger(__name__)

SCOPE = "https://api.botframework.com/.default"
EARLY = 300.0  # seconds before its end from which a token is renewed
SOON = 30.0  # seconds before its end from which it is not used any more
PAUSE = 20.0  # seconds before a renewal that failed is tried again while the old token serves
_WAIT = aiohttp.ClientTimeout(total=10)
_CODE = re.compile(r"AADSTS\d+")


class NoAccess(RuntimeError):
    """No token is to be had; the message says why and what to do. `refused` says that trying again is of no use."""

    def __init__(self, message: str, refused: bool) -> None:
        super().__init__(message)
        self.refused = refused


class Access:
    """The token, for whoever asks."""

    def __init__(
        self, session: aiohttp.ClientSession, settings: Settings, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._settings, self._clock = session, settings, clock
        self._token = ""
        self._ends = self._renew_at = float("-inf")
        self._lock = asyncio.Lock()

    async def token(self, not_this: Optional[str] = None) -> str:
        """A token that is good for now, and another one than `not_this`; raises NoAccess."""
        if self._wanting(not_this):
            async with self._lock:
                if self._wanting(not_this):
                    await self._renew(not_this)
        return self._token

    def _wanting(self, not_this: Optional[str]) -> bool:
        return self._clock() >= self._renew_at or (not_this is not None and self._token == not_this)

    async def _renew(self, not_this: Optional[str]) -> None:
        try:
            self._token, seconds = await self._ask()
        except NoAccess as failed:
            if self._clock() < self._ends - SOON and self._token != not_this:
                log.warning("Teams: the token could not be renewed yet. %s", failed)
                self._renew_at = self._clock() + PAUSE
                return
            raise
        self._ends = self._clock() + seconds
        self._renew_at = self._ends - min(EARLY, seconds / 2)

    async def _ask(self) -> tuple[str, float]:
        url = f"{self._settings.login}/{self._settings.tenant}/oauth2/v2.0/token"
        form = {
            "grant_type": "client_credentials",
            "client_id": self._settings.app,
            "client_secret": self._settings.secret,
            "scope": SCOPE,
        }
        try:
            async with self._session.post(url, data=form, timeout=_WAIT, allow_redirects=False) as answer:
                said = await answer.json(content_type=None)
                status = answer.status
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError):
            raise NoAccess(_sentences()["unreachable"], refused=False) from None
        if status == 200 and isinstance(said, dict) and isinstance(said.get("access_token"), str):
            try:
                return said["access_token"], float(said.get("expires_in", 0))
            except (TypeError, ValueError):
                pass
        raise _refusal(status, said)


async def state() -> str:
    """Whether the channel is on, as a line to be shown at the start: off, on, or why nothing can be sent.

    Raises BadSettings.
    """
    given, say = registration(), wording()
    if given is None:
        return str(say["off"])
    async with aiohttp.ClientSession() as session:
        try:
            await Access(session, given).token()
        except NoAccess as failed:
            return str(say["refused"].format(why=failed))
    return str(say["on"])


def _refusal(status: int, said: Any) -> NoAccess:
    """What to do about an answer that is no token. Of Microsoft's words only the code is repeated."""
    told = str(said.get("error_description") or "") if isinstance(said, dict) else ""
    found = _CODE.search(told)
    code = found.group() if found else f"HTTP {status}"
    known = _sentences()["codes"].get(code)
    if known is None and (status >= 500 or status == 429):
        return NoAccess(_sentences()["unreachable"], refused=False)
    return NoAccess((known or _sentences()["other"]).format(code=code), refused=True)


def _sentences() -> dict[str, Any]:
    found: dict[str, Any] = wording()["access"]
    return found
