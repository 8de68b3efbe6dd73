"""Which web pages may talk to the chat."""

from __future__ import annotations

from typing import Optional
from urllib.parse import urlsplit

from bot import settings

LOOPBACK = ("localhost", "127.0.0.1", "::1")


def allowed(origin: Optional[str], host: str) -> bool:
    """Whether a page of `origin` may use the chat that is reached as `host`; requests of no page may.

    Our own pages always may. Others are named in INCLUSION_GUIDE_ORIGINS; where that is unset, pages on this machine
    may.
    """
    if origin is None:
        return True
    parts = urlsplit(origin)
    if parts.netloc and parts.netloc.lower() == host.lower():
        return True
    named = settings.ORIGINS()
    return origin.lower() in named if named else parts.hostname in LOOPBACK


def headers(origin: Optional[str]) -> dict[str, str]:
    """What lets an allowed page read our answers."""
    if origin is None:
        return {"Vary": "Origin"}
    return {
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Allow-Methods": "GET, POST, DELETE, OPTIONS",
        "Access-Control-Allow-Headers": "Authorization, Content-Type",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Max-Age": "600",
        "Vary": "Origin",
    }
