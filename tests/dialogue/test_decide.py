"""One decision from chances and costs."""

from __future__ import annotations

import pytest

from bot.dialogue.decide import OFFERED, Candidate, Costs, decide


def of(*chances: float) -> list[Candidate]:
    return [Candidate(f"need-{n}", chance) for n, chance in enumerate(chances)]


@pytest.mark.parametrize(
    ("chances", "act", "needs"),
    [
        ((0.9, 0.05), "tell", 1),
        ((0.5, 0.1, 0.1), "tell", 1),
        ((0.42, 0.4, 0.1), "tell", 2),
        ((0.2, 0.2, 0.2), "offer", 3),
        ((0.04, 0.02, 0.01), "none", 3),
        ((), "none", 0),
    ],
)
def test_the_cheapest_is_done(chances: tuple[float, ...], act: str, needs: int) -> None:
    decision = decide(of(*chances))
    assert (decision.act, len(decision.needs)) == (act, needs)


def test_the_likeliest_come_first_however_they_stand() -> None:
    assert decide([Candidate("b", 0.2), Candidate("a", 0.7)]).needs == ("a",)
    assert decide(of(0.2, 0.3, 0.1, 0.3)).needs[:2] == ("need-1", "need-3")


def test_no_more_are_offered_than_one_can_choose_from() -> None:
    assert len(decide(of(*[0.2] * 9)).needs) <= OFFERED


def test_what_costs_more_is_done_less() -> None:
    doubtful = of(0.42, 0.4, 0.1)
    assert decide(doubtful, Costs(second=0.9)).needs == ("need-0",)
    assert decide(doubtful, Costs(choose=0.1)).act == "offer"
    assert decide(doubtful, Costs(second=0.9, none=0.1)).act == "none"
