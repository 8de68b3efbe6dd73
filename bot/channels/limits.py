"""How often something may be done."""

from __future__ import annotations

import ipaddress
import time
from typing import Callable

MINUTE = 60.0
_SWEEP = 10_000  # keys


class Limit:
    """So many times a minute a key: all at once, or evenly."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._step = MINUTE / a_minute
        self._clock = clock
        self._full: dict[str, float] = {}  # until when what a key did weighs on it

    def take(self, key: str) -> float:
        """Count one; 0 if it may be done, else the seconds until it may, and it is not counted."""
        now = self._clock()
        if len(self._full) > _SWEEP:
            self._full = {k: at for k, at in self._full.items() if at > now}
        full = max(self._full.get(key, 0.0), now) + self._step
        wait = full - now - MINUTE
        if wait > 1e-6:
            return wait
        self._full[key] = full
        return 0.0


def neighbourhood(address: str) -> str:
    """An address as limits see it: one that has IPv6 commands a whole /64 of them."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    return address if ip.version == 4 else str(ipaddress.ip_network((ip, 64), strict=False))
