"""The time on people's clocks: British time, in whatever zone the server's machine is.

Nothing else asks for the day or the hour. Moments that no person reads are seconds of the epoch, by `time.time()`.
"""

from __future__ import annotations

import datetime
import time
from zoneinfo import ZoneInfo

ZONE = ZoneInfo("Europe/London")


def now() -> datetime.datetime:
    """This moment, in British time."""
    return shown(time.time())


def today() -> datetime.date:
    """The day that it is in Britain."""
    return now().date()


def shown(seconds: float) -> datetime.datetime:
    """A moment of the epoch, as British clocks show it."""
    return datetime.datetime.fromtimestamp(seconds, ZONE)


def moment(wall: str) -> float:
    """When British clocks show '2026-11-21T15:04', in seconds of the epoch; where they do so twice, the first time."""
    return _at(wall).timestamp()


def exists(wall: str) -> bool:
    """Whether British clocks ever show '2026-11-21T15:04': one hour is left out when they go forward."""
    return shown(moment(wall)).replace(tzinfo=None) == _at(wall).replace(tzinfo=None)


def passed(wall: str) -> bool:
    """Whether '2026-11-21T15:04' is over in Britain; the minute that it is is not."""
    return moment(wall) + 60 <= now().timestamp()


def _at(wall: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(wall).replace(tzinfo=ZONE)
