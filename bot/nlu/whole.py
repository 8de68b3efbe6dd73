"""The decision over a whole message: whether what its clauses show together is enough for a page.

Danger is often told over several clauses of which none shows it alone, and of many clauses one sounds alike by chance.
What each measure counts was learnt from marked messages of a writer from whom the clauses' model learnt nothing
(`./run eval --danger --learn`) and is kept in `learnt/danger.yml`.
"""

from __future__ import annotations

import functools
import math
from pathlib import Path
from typing import Any, Sequence

from ruamel.yaml import YAML

from bot.nlu.danger import Finding

WEIGHTS = Path(__file__).parent / "learnt" / "danger.yml"
NOTHING = -3.0  # the strength of a clause that shows nothing, or is not there
MOST = 40  # clauses that count: a message of more is no safer
LOOKED_AT = 4  # the strongest clauses; more would count the length of a sad story


def apart(findings: Sequence[Finding]) -> list[Finding]:
    """The findings that share no words with a stronger one, the strongest first: what is told once is told once."""
    found: list[Finding] = []
    for one in sorted(findings, key=lambda f: -f.strength):
        if not any(one.place[0] < two.place[1] and two.place[0] < one.place[1] for two in found):
            found.append(one)
    return found


def measures(findings: Sequence[Finding]) -> dict[str, float]:
    """What a message's clauses show together, of those that count (none is over).

    `together` is the strongest two neighbours, `alike` how far further clauses show the kinds of the strongest, `kind`
    how sure its kind is, `tens` how many clauses there are.
    """
    first, *others = apart(findings)[:LOOKED_AT] or [Finding("", NOTHING, {})]
    pairs = [f.strength for f in findings if f.pair] or [first.strength]
    alike = sum(_alike(first, other) / (1 + math.exp(-other.strength)) for other in others)
    return {
        "together": max(NOTHING, *pairs),
        "alike": alike,
        "kind": max(first.kinds.values(), default=0.0),
        "tens": min(sum(not f.pair for f in findings), MOST) / 10,
    }


def enough(findings: Sequence[Finding]) -> bool:
    """Whether the clauses of a message are together enough for a page."""
    held, shown = learnt(), measures(findings)
    total = held["start"] + sum(weight * shown[name] for name, weight in held["weights"].items())
    return 1 / (1 + math.exp(-total)) >= float(held["page"])


@functools.lru_cache(maxsize=1)
def learnt() -> Any:
    """What each measure counts (`weights`, and `start` for none), and the chance of danger from which it is a page."""
    return YAML(typ="safe").load(WEIGHTS.read_text(encoding="utf-8"))


def _alike(one: Finding, two: Finding) -> float:
    """How much of their kinds' chances two clauses share."""
    return sum(min(chance, two.kinds.get(kind, 0.0)) for kind, chance in one.kinds.items())
