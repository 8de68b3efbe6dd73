"""Whether a request comes from Microsoft's Bot Connector and is meant for this bot: the token that it carries.

The rules are those of Microsoft's 'Authentication with the Bot Connector API'.
"""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any, Callable, Optional

import aiohttp
import jwt

from bot.channels.teams.settings import Settings, safe

log = logging.getLogger(__name__)

ISSUER = "https://api.botframework.com"
ALGORITHM = "RS256"
CHANNEL_ID = "msteams"
SKEW = 300  # seconds by which clocks may differ
FRESH = 24 * 3600.0  # seconds for which keys are not asked for again
STALE = 5 * FRESH  # seconds for which keys serve where new ones cannot be had
PAUSE = 60.0  # seconds before keys are asked for again, whatever a token claims
_WAIT = aiohttp.ClientTimeout(total=8)


class Refused(Exception):
    """A request that is not let in; `status` is the answer to it, the message says why and names no one."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


class Keys:
    """The keys that Microsoft publishes, kept for a day, and asked for anew when a token names another."""

    def __init__(
        self, session: aiohttp.ClientSession, address: str, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session, self._address, self._clock = session, address, clock
        self._keys: dict[str, tuple[jwt.PyJWK, Optional[list[str]]]] = {}
        self._got: Optional[float] = None
        self._tried: Optional[float] = None
        self._lock = asyncio.Lock()

    async def find(self, kid: str) -> Optional[tuple[jwt.PyJWK, Optional[list[str]]]]:
        """A key and the channels it vouches for; None if there is no such key. Raises Refused while none can be had."""
        if kid not in self._keys or self._older(self._got, FRESH):
            async with self._lock:
                if (kid not in self._keys or self._older(self._got, FRESH)) and self._older(self._tried, PAUSE):
                    await self._ask()
        if self._older(self._got, STALE):
            raise Refused(503, "no keys to check tokens with")
        return self._keys.get(kid)

    def _older(self, since: Optional[float], seconds: float) -> bool:
        return since is None or self._clock() - since >= seconds

    async def _ask(self) -> None:
        self._tried = self._clock()
        try:
            about = await self._get(self._address)
            published = (await self._get(str(about["jwks_uri"])))["keys"]
            found = {key["kid"]: key for key in published if isinstance(key, dict) and _signs(key)}
            keys = {kid: (jwt.PyJWK.from_dict(key, ALGORITHM), _endorsed(key)) for kid, key in found.items()}
        except (aiohttp.ClientError, asyncio.TimeoutError, ValueError, KeyError, TypeError, jwt.PyJWTError) as error:
            log.error("Teams: the keys of the Bot Connector could not be had: %s", type(error).__name__)
            return
        if keys:
            self._keys, self._got = keys, self._clock()

    async def _get(self, url: str) -> Any:
        if not safe(url):
            raise ValueError("not an address to trust")
        async with self._session.get(url, timeout=_WAIT, allow_redirects=False) as answer:
            answer.raise_for_status()
            return await answer.json(content_type=None)


class Verifier:
    """Lets in what Microsoft's Bot Connector signed for this bot, from a tenant on the list."""

    def __init__(self, settings: Settings, keys: Keys) -> None:
        self._settings, self._keys = settings, keys

    async def check(self, header: Optional[str], activity: dict[str, Any]) -> None:
        """Check the Authorization header of a request and the activity in it; raises Refused."""
        kind, _, token = (header or "").partition(" ")
        if kind.lower() != "bearer" or not token.strip():
            raise Refused(401, "no token")
        claims, endorsed = await self._claims(token.strip())
        service = activity.get("serviceUrl")
        if not safe(service) or claims.get("serviceurl") != service:
            raise Refused(403, "a token for another service URL")
        if activity.get("channelId") != CHANNEL_ID:
            raise Refused(403, "another channel")
        if endorsed is not None and CHANNEL_ID not in endorsed:
            raise Refused(403, "a key that does not vouch for Teams")
        if tenant_of(activity) not in self._settings.tenants:
            raise Refused(403, "a tenant that is not on the list")

    async def _claims(self, token: str) -> tuple[dict[str, Any], Optional[list[str]]]:
        try:
            header = jwt.get_unverified_header(token)
        except jwt.InvalidTokenError:
            raise Refused(403, "no token at all") from None
        kid = header.get("kid")
        if header.get("alg") != ALGORITHM or not isinstance(kid, str):
            raise Refused(403, "a token of another kind")
        found = await self._keys.find(kid)
        if found is None:
            raise Refused(403, "an unknown key")
        key, endorsed = found
        try:
            claims = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                audience=self._settings.app,
                issuer=ISSUER,
                leeway=SKEW,
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.InvalidTokenError as error:
            raise Refused(403, f"a token that does not hold: {type(error).__name__}") from None
        return claims, endorsed


def tenant_of(activity: dict[str, Any]) -> Optional[str]:
    """The id of the tenant that an activity comes from."""
    data, conversation = activity.get("channelData"), activity.get("conversation")
    named = data.get("tenant") if isinstance(data, dict) else None
    found = named.get("id") if isinstance(named, dict) else None
    if not found and isinstance(conversation, dict):
        found = conversation.get("tenantId")
    return found.lower() if isinstance(found, str) else None


def _signs(key: dict[str, Any]) -> bool:
    return key.get("kty") == "RSA" and key.get("use", "sig") == "sig" and isinstance(key.get("kid"), str)


def _endorsed(key: dict[str, Any]) -> Optional[list[str]]:
    named = key.get("endorsements")
    return [str(each) for each in named] if isinstance(named, list) else None
