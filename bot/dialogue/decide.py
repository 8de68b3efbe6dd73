"""One decision from chances and costs: which needs to tell, to offer, or none. All numbers stand here."""

from __future__ import annotations

import dataclasses
from typing import Literal, Sequence

Act = Literal["tell", "offer", "none"]


@dataclasses.dataclass(frozen=True)
class Candidate:
    """A need (the id of its guide) and the chance, from 0 to 1, that its guide serves the message."""

    id: str
    chance: float


@dataclasses.dataclass(frozen=True)
class Costs:
    """What each outcome costs the person, where being told something that does not serve costs 1."""

    second: float = 0.25  # reading a second answer line beside the first
    choose: float = 0.7  # pressing one of the needs that were offered, instead of reading
    missed: float = 0.95  # being offered needs none of which serves
    none: float = 0.9  # being told that nothing answers, with whom to ask


@dataclasses.dataclass(frozen=True)
class Decision:
    """What to do, and with which needs, the likeliest first."""

    act: Act
    needs: tuple[str, ...] = ()


OFFERED = 3  # needs to choose from
COSTS = Costs()


def decide(candidates: Sequence[Candidate], costs: Costs = COSTS) -> Decision:
    """The cheapest of: tell the likeliest need, tell it with the second, offer the likeliest three, say none fits."""
    ranked = sorted(candidates, key=lambda c: -c.chance)[:OFFERED]
    if not ranked:
        return Decision("none")
    first, both = ranked[0].chance, sum(c.chance for c in ranked[:2])
    either = min(1.0, sum(c.chance for c in ranked))
    options = [
        (1 - first, Decision("tell", (ranked[0].id,))),
        (either * costs.choose + (1 - either) * costs.missed, Decision("offer", tuple(c.id for c in ranked))),
        (costs.none, Decision("none", tuple(c.id for c in ranked))),
    ]
    if len(ranked) > 1:
        options.insert(1, (1 - min(1.0, both) + costs.second, Decision("tell", (ranked[0].id, ranked[1].id))))
    return min(options, key=lambda option: option[0])[1]
