"""What one message may cost: whatever it is made of, about as much as an ordinary one of its length."""

from __future__ import annotations

import time
from typing import Any, Callable

import pytest

from bot.inbound import LIMIT

ORDINARY = "He was sent home on Tuesday and again today, nobody has written to us. "
SIGNS = sorted({chr(c) for c in range(33, 127) if not chr(c).isalnum()} | set("—…“”‘’€•👍"))
MIXED = ["a-", 'a"', ".x", "(1", "%\"'", "_-", "kill ", "a, ", "1 ", "(a)", "x? ", "why, ", "st16 2", "susp 4 "]
TIMES = 8  # what is read must not cost many times an ordinary message of the same length


def cost(talk: Callable[[], Any], text: str) -> float:
    """Processor seconds of the answer; the least of two, since other work disturbs one."""
    spent = []
    for _ in range(2):
        person = talk()
        begun = time.process_time()
        person(text)
        spent.append(time.process_time() - begun)
    return min(spent)


@pytest.fixture(scope="module")
def ordinary(agent: Any, loop: Any) -> float:
    from tests.conftest import Conversation

    return max(cost(lambda: Conversation(agent, loop), (ORDINARY * 60)[:LIMIT]), 0.01)


@pytest.mark.parametrize("pattern", [*SIGNS, *MIXED])
def test_no_sign_repeated_holds_up_the_others(talk: Callable[[], Any], ordinary: float, pattern: str) -> None:
    assert cost(talk, (pattern * LIMIT)[:LIMIT]) < TIMES * ordinary
