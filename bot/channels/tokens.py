"""Tokens of the web chat: which conversation a browser may go on with, signed by the server."""

from __future__ import annotations

import dataclasses
import os
import secrets
import time
from typing import Optional

import jwt

from bot import settings
from bot.privacy import keep_days
from knowledge import place

DAY = 86400
TAB_DAYS = 1  # for how long a token is good whose holder does not want it kept
_AUDIENCE = "web"


@dataclasses.dataclass(frozen=True)
class Token:
    """What a token says: the conversation, and what the host page said of it when it began."""

    conversation: str
    area: Optional[str] = None
    role: Optional[str] = None
    expires: int = 0


def begin(area: Optional[str] = None, role: Optional[str] = None) -> Token:
    """A token for a conversation of its own."""
    return Token(f"web-{secrets.token_hex(16)}", area, role)


class Tokens:
    """Signs tokens, and reads what it signed."""

    def __init__(self, secret: str) -> None:
        self._secret = secret

    def sign(self, token: Token, keep: bool) -> tuple[str, int]:
        """The signed token and when it expires, in seconds of the epoch: after a day, or with what is kept."""
        expires = int(time.time()) + (keep_days() if keep else TAB_DAYS) * DAY
        claims = {"aud": _AUDIENCE, "sub": token.conversation, "exp": expires, "area": token.area, "role": token.role}
        return jwt.encode(claims, self._secret, algorithm="HS256"), expires

    def read(self, signed: object) -> Optional[Token]:
        """What a token says; None unless we signed it and it has not expired."""
        try:
            claims = jwt.decode(
                str(signed), self._secret, ["HS256"], {"require": ["aud", "sub", "exp"]}, audience=_AUDIENCE
            )
        except (jwt.InvalidTokenError, ValueError):  # the latter for what is no text that could be signed
            return None
        return Token(claims["sub"], claims.get("area"), claims.get("role"), claims["exp"])


def secret() -> str:
    """INCLUSION_GUIDE_SECRET, else one made at the first start and kept beside the databases; raises BadSetting."""
    chosen = settings.SECRET()
    if chosen:
        return chosen
    path = place.home() / "web.secret"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(secrets.token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text()
