"""Which questions of guides a message puts: their answers are told first."""

from __future__ import annotations

from typing import Callable, Iterable, Mapping, Optional, Sequence

from knowledge.likeness import likeness
from knowledge.query import Asked

TOLD = 0.6  # the chance from which a question of a guide that is told was put,
AGAIN = 0.3  # the same after another answer of that guide, where the only other thing to tell is more of it,
NEXT = 0.65  # one of a guide that comes next,
OTHER = 0.85  # and one of another that is likely, whose answer alone is then told
LIKELY = 0.05  # the chance from which another guide is likely
CLOSE = 0.1  # nearer to the nearest than this, another case of the same question is told with it
MOST = 2  # questions of one message


def put(
    found: Sequence[Sequence[Asked]],
    told: Sequence[str],
    chances: Mapping[str, float],
    holds: Callable[[str], Optional[bool]],
    following: Sequence[str] = (),
    again: bool = False,
) -> list[str]:
    """The keys of the questions that are put, for each part of what asks at most one and its other cases.

    `found` are for each part the questions by likeness, the nearest first; `told` the guides that are told anyway,
    which go first (`again`: were told before), `following` those that come next; `chances` of how likely each guide
    is, from 0 to 1; `holds` tells whether an answer holds in this case: None where it may.
    """
    keys: list[str] = []
    likely = [name for name, chance in chances.items() if chance >= LIKELY]
    for nearest in found:
        asked = (
            _best(nearest, told, AGAIN if again else TOLD, holds)
            or _best(nearest, following, NEXT, holds)
            or _best(nearest, likely, OTHER, holds)
        )
        if asked and len(keys) < MOST:
            first, *rest = asked
            keys.append(first.key)
            keys += [each.key for each in _cases(first, rest, holds)]
    return list(dict.fromkeys(keys))


def _best(
    nearest: Sequence[Asked], guides: Iterable[str], least: float, holds: Callable[[str], Optional[bool]]
) -> list[Asked]:
    """The questions of the guide to one of which the chance is best, the nearest first; none under `least`."""
    best: tuple[float, list[Asked]] = (least, [])
    for guide in dict.fromkeys(guides):
        asked = [each for each in nearest if each.guide == guide and holds(each.key) is not False]
        best = max(best, (_chance(asked, holds), asked), key=lambda pair: pair[0])
    return best[1]


def _cases(first: Asked, rest: Sequence[Asked], holds: Callable[[str], Optional[bool]]) -> list[Asked]:
    """The other case of a question, where it is not known which case it is."""
    if holds(first.key) is True:
        return []
    return [each for each in rest if holds(each.key) is None and first.likeness - each.likeness < CLOSE][:1]


def _chance(asked: Sequence[Asked], holds: Callable[[str], Optional[bool]]) -> float:
    """The chance that the nearest of a guide's questions was put; another case of it does not count against it."""
    if not asked:
        return 0.0
    first, *rest = asked
    others = [each for each in rest if each not in _cases(first, rest, holds)]
    return likeness().chance(first.likeness, first.likeness - (others[0].likeness if others else 0.0))
