"""The clock as a test sets it, and the zone that the machine is in."""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Iterator

import pytest

ZONES = ("UTC", "Europe/London", "Pacific/Auckland")
Set = Callable[[str], None]


@pytest.fixture(params=ZONES)
def set_clock(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Set]:
    """Sets the time, as '2026-07-01T09:30' in UTC, on machines of three zones."""
    with monkeypatch.context() as here:
        here.setenv("TZ", request.param)
        time.tzset()

        def put(utc: str) -> None:
            at = datetime.datetime.fromisoformat(utc).replace(tzinfo=datetime.timezone.utc).timestamp()
            here.setattr(time, "time", lambda: at)

        yield put
    time.tzset()
