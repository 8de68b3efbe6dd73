"""The console's days and hours are Britain's, whatever zone its server is in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.people.callbacks import CallBacks
from tests.clocks import Set, set_clock
from tests.console.conftest import Adviser

__all__ = ["set_clock"]
By = Callable[..., Adviser]


def ring_back(who: Adviser, day: str, time: str) -> Any:
    """End a new call with a call-back then."""
    form = {"outcome": "call-back", "day": day, "time": time, "number": "01473 999888"}
    return who.post(f"/calls/{who.call()}/end", version=1, **form)


def group(page: str, number: str = "01473 999888") -> str:
    """The heading above a call-back."""
    before = page.split(number)[0]
    return before.rsplit("</h2>", 1)[0].rsplit(">", 1)[1]


def test_in_summer_a_call_back_is_due_by_british_clocks(set_clock: Set, people: Any, adviser: By) -> None:
    set_clock("2026-07-01T09:30")  # 10:30 in Britain
    anna = adviser()
    for past in ("10:00", "10:20"):
        answer = ring_back(anna, "2026-07-01", past)
        assert answer.status_code == 400
        assert "The call-back lies in the past." in answer.text
    assert CallBacks(people).open() == []
    assert ring_back(anna, "2026-07-01", "10:40").status_code == 302
    assert group(anna.get("/callbacks").text) == "Today"
    set_clock("2026-07-01T09:45")
    assert group(anna.get("/callbacks").text) == "Overdue"


def test_a_call_s_summary_names_the_british_hour(set_clock: Set, adviser: By) -> None:
    set_clock("2026-07-01T09:30")
    anna = adviser()
    case = anna.get(f"/calls/{anna.call()}/end").text.split('id="text-case"')[1]
    assert "Begun: Wed 1 Jul, 10:30" in case


def test_after_midnight_in_britain_it_is_the_next_day(set_clock: Set, adviser: By) -> None:
    set_clock("2026-06-30T23:30")  # half past midnight in Britain
    anna = adviser()
    ref = anna.call()
    assert 'name="follow_up" min="2026-07-01"' in anna.get(f"/calls/{ref}/end").text
    late = anna.post(f"/calls/{ref}/end", version=1, outcome="answered", follow_up="2026-06-30")
    assert "not in the past" in late.text
    assert ring_back(anna, "2026-07-01", "09:00").status_code == 302
    assert group(anna.get("/callbacks").text) == "Today"
    assert 'Call-backs due</a> <b class="count">1' in anna.get("/").text
    caller = anna.get(f"/calls/{ref}/end").text.split('id="text-caller"')[1]
    assert "Wed 1 Jul 2026" in caller


def test_a_time_that_the_clocks_leave_out_is_told_so(set_clock: Set, people: Any, adviser: By) -> None:
    set_clock("2027-03-27T12:00")
    anna = adviser()
    refused = ring_back(anna, "2027-03-28", "01:30")
    assert refused.status_code == 400
    assert "the clocks go forward" in refused.text
    assert ring_back(anna, "2027-03-28", "02:00").status_code == 302
    number = CallBacks(people).open()[0]["id"]
    again = anna.post(f"/callbacks/{number}", what="again", day="2027-03-28", time="01:15", follow=True)
    assert "the clocks go forward" in again.text
    assert CallBacks(people).open()[0]["due"] == "2027-03-28T02:00"


@pytest.mark.parametrize(("utc", "heading"), [("2026-10-25T00:15", "Today"), ("2026-10-25T01:15", "Overdue")])
def test_in_the_hour_that_comes_twice_the_first_counts(
    utc: str, heading: str, set_clock: Set, people: Any, adviser: By
) -> None:
    set_clock("2026-10-24T12:00")
    assert ring_back(adviser(), "2026-10-25", "01:30").status_code == 302
    set_clock(utc)
    assert group(adviser().get("/callbacks").text) == heading
