"""Rights by what was decided: from a table of law entries to those that apply in a situation."""

from __future__ import annotations

import itertools
from typing import Iterator, Mapping, Optional

from knowledge.schema import TURNS_ON, Cell, Right

Situation = Mapping[str, str]


def turns_on(right: Right) -> list[str]:
    """What the right turns on, in the order in which it is asked."""
    named = {name for cell in right.cells for name in cell.when}
    return [name for name in TURNS_ON if name in named]


def situations(right: Right, known: Optional[Situation] = None) -> Iterator[dict[str, str]]:
    """Every situation that the table tells apart and that agrees with what is known."""
    known = known or {}
    names = turns_on(right)
    for values in itertools.product(*([known[name]] if name in known else TURNS_ON[name] for name in names)):
        yield dict(zip(names, values))


def cell(right: Right, situation: Situation) -> Optional[Cell]:
    """The first cell that fits a whole situation."""
    for each in right.cells:
        if all(situation[name] in values for name, values in each.when.items()):
            return each
    return None


def open_cells(right: Right, known: Situation) -> list[Cell]:
    """The cells that may still apply, after what is known; of cells with the same law the first."""
    found: list[Cell] = []
    for situation in situations(right, known):
        fits = cell(right, situation)
        if fits is not None and all(fits.law != other.law for other in found):
            found.append(fits)
    return found


def to_ask(right: Right, known: Situation) -> Optional[str]:
    """What to find out next: the first thing not known on which the open cells depend; None if one cell is left."""
    if len(open_cells(right, known)) < 2:
        return None
    for name in turns_on(right):
        if name not in known:
            leads = [open_cells(right, {**known, name: value}) for value in TURNS_ON[name]]
            if any(lead != leads[0] for lead in leads):
                return name
    return None


def band(days: float) -> str:
    """The band of school days in a term that a total falls in (2012 Regulations, regs 6, 15 and 24)."""
    return "up-to-5" if days <= 5 else "6-to-15" if days <= 15 else "over-15"
