"""Which needs a message may come with: what was learnt of messages, and the guides' own words, as one chance each."""

from __future__ import annotations

from typing import Iterable, Mapping, Optional, Sequence

import numpy as np

from bot.dialogue.decide import Candidate
from knowledge.schema import Guide
from knowledge.situation import Condition, Situation

NEAR = 0.15  # the share of how near the words of guides are, where what was learnt is sure; more where it is not
SHARP = 22.0  # how fast the chance of a guide falls with the distance of its words
FAR = 0.62  # likeness below which the nearest words say little
OWN = 1.6  # how much likelier the guide of the person's own area is than one that holds anywhere
SHUT_OUT = 0.1  # and one for a case that is known to be another
OTHERS = 0.25  # how much less likely a guide is that is written for other readers


def candidates(
    learnt: Sequence[Sequence[object]],
    near: Iterable[tuple[str, float]],
    guides: Mapping[str, Guide],
    area: Optional[str],
    role: Optional[str],
    case: Situation = Situation(),  # noqa: B008 - frozen
) -> list[Candidate]:
    """The needs a message may come with, likeliest first; never another area's guide.

    `case` is what is known of the case. `learnt` are needs with their chances, `near` guides with the likeness of their
    nearest words (0 to 1).
    """
    chances = {str(name): float(chance) for name, chance in learnt}  # type: ignore[arg-type]
    nearest = _by_nearness(dict(near))
    share = NEAR + NEAR * (1 - max(chances.values(), default=0.0))
    found = []
    for name in {*chances, *nearest}:
        guide = guides.get(name)
        if guide is None or guide.area not in (None, area):
            continue
        chance = (1 - share) * chances.get(name, 0.0) + share * nearest.get(name, 0.0)
        chance *= OWN if guide.area else 1.0
        chance *= OTHERS if role and role not in guide.for_ else 1.0
        chance *= SHUT_OUT if guide.when and Condition.parse(guide.when).holds(case) is False else 1.0
        found.append(Candidate(name, min(1.0, chance)))
    return sorted(found, key=lambda c: -c.chance)


def _by_nearness(likeness: Mapping[str, float]) -> dict[str, float]:
    """Likeness of words as chances: they add up to less than 1 where even the nearest is far."""
    if not likeness:
        return {}
    values = np.array(list(likeness.values()))
    weights = np.exp(SHARP * (values - max(values.max(), FAR)))
    total = weights.sum() + max(0.0, 1 - float(weights.max()))
    return dict(zip(likeness, (weights / total).tolist()))
