"""School days of suspension, read from what people say of them."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.days import Days, days

TOLD: list[tuple[str, dict[str, Any]]] = [
    ("suspended for 5 days", {"this_time": 5}),
    ("excluded for a week over a fight", {"this_time": 5}),
    ("a two and a half day suspension", {"this_time": 2.5}),
    ("suspended for three lunchtimes", {"this_time": 1.5}),
    ("he's had 4 days and then 3 this term", {"this_time": 3, "term": 7, "listed": (4, 3)}),
    ("he's had 4 and then 3 days out", {"this_time": 3, "term": 7, "listed": (4, 3)}),
    ("suspended 2 days, then 3, then 4 days this term", {"this_time": 4, "term": 9, "listed": (2, 3, 4)}),
    ("she got 2 days in october and 4 now", {"this_time": 4, "term": 6, "listed": (2, 4)}),
    ("that's 17 days out this term", {"term": 17}),
    ("it's 8 days altogether and no exams", {"term": 8}),
    ("28 days out so far this year, how many left", {"year": 28}),
    ("suspended for 2 days, then 3 days, total 5 days this term", {"this_time": 3, "term": 5, "listed": (2, 3)}),
    ("and another 4 days out in november", {"this_time": 4, "added": True}),
]
NOTHING = [
    "we have 15 school days to write after the suspension",
    "the governors must meet within 5 days of the exclusion",
    "suspended, the letter came 3 days ago",
    "who teaches him from day six when he is excluded",
    "he has had 5 suspensions",
    "excluded till thursday",
    "we are going away for 10 days",
    "if it is a suspension of more than 5 days, what then",
]


@pytest.mark.parametrize(("text", "told"), TOLD, ids=[text for text, _ in TOLD])
def test_days_that_are_told_are_read(text: str, told: dict[str, Any]) -> None:
    assert days(text) == Days(**told)


@pytest.mark.parametrize("text", NOTHING)
def test_days_within_which_something_is_done_are_no_days_of_suspension(text: str) -> None:
    assert days(text) == Days()
