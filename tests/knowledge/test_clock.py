"""British time, whatever the machine's zone: the day, the hour, and both nights on which the clocks change."""

from __future__ import annotations

import pytest

from knowledge import clock
from tests.clocks import Set, set_clock

__all__ = ["set_clock"]


@pytest.mark.parametrize(
    ("utc", "day", "hour"),
    [
        ("2026-07-01T09:30", "2026-07-01", "10:30"),
        ("2026-06-30T23:30", "2026-07-01", "00:30"),  # past midnight in Britain alone
        ("2026-12-31T23:30", "2026-12-31", "23:30"),
        ("2027-03-28T00:59", "2027-03-28", "00:59"),
        ("2027-03-28T01:00", "2027-03-28", "02:00"),
        ("2026-10-25T00:30", "2026-10-25", "01:30"),
        ("2026-10-25T01:30", "2026-10-25", "01:30"),
    ],
)
def test_the_day_and_the_hour_in_britain(utc: str, day: str, hour: str, set_clock: Set) -> None:
    set_clock(utc)
    assert clock.today().isoformat() == day
    assert f"{clock.now():%H:%M}" == hour


@pytest.mark.parametrize(
    ("wall", "exists"),
    [
        ("2027-03-28T00:59", True),
        ("2027-03-28T01:00", False),
        ("2027-03-28T01:59", False),
        ("2027-03-28T02:00", True),
        ("2026-10-25T01:30", True),
        ("2026-07-01T01:30", True),
    ],
)
def test_the_hour_that_the_clocks_leave_out_does_not_exist(wall: str, exists: bool) -> None:
    assert clock.exists(wall) is exists


@pytest.mark.parametrize(
    ("utc", "wall", "passed"),
    [
        ("2026-07-01T09:30", "2026-07-01T10:29", True),
        ("2026-07-01T09:30", "2026-07-01T10:30", False),  # the minute that it is
        ("2026-07-01T09:30", "2026-07-01T10:31", False),
        ("2026-12-01T09:30", "2026-12-01T09:29", True),
        ("2026-12-01T09:30", "2026-12-01T09:31", False),
        # 1:30 comes twice in that night: what was due then is due the first time, and stays past the second
        ("2026-10-25T00:29", "2026-10-25T01:30", False),
        ("2026-10-25T00:31", "2026-10-25T01:30", True),
        ("2026-10-25T01:10", "2026-10-25T01:30", True),
        ("2026-10-25T01:30", "2026-10-25T02:00", False),
    ],
)
def test_whether_a_time_on_british_clocks_has_passed(utc: str, wall: str, passed: bool, set_clock: Set) -> None:
    set_clock(utc)
    assert clock.passed(wall) is passed
