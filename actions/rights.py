"""Rights by what was decided: the law that applies to this person, and the one thing to find out where it depends."""

from __future__ import annotations

from typing import Optional

from actions import ask
from actions.turn import Turn
from bot.choices import choices
from bot.inbound import payload
from bot.replies import Button
from knowledge import rights
from knowledge.render import words
from knowledge.schema import TURNS_ON, Right
from knowledge.store import Record

TOLD_TOGETHER = 2  # cells


def settled(turn: Turn, record: Record) -> Optional[list[str]]:
    """The law entries that apply instead of this one, where a table of rights and what is known settle it.

    Of two cases that are left both are told, the exception last: in a table it comes first.
    """
    right = _table(turn, record)
    cells = rights.open_cells(right, _known(turn)) if right else []
    laws = [law[4:] for cell in reversed(cells) for law in cell.law]
    return list(dict.fromkeys(laws)) if 0 < len(cells) <= TOLD_TOGETHER else None


def to_narrow(turn: Turn, record: Record) -> list[Button]:
    """What may be said of the one thing that the right turns on next; said later, it brings the narrower answer."""
    right = _table(turn, record)
    missing = rights.to_ask(right, _known(turn)) if right else None
    if right is None or missing is None:
        return []
    ask.keep(turn, missing, answered=True)
    return _buttons(turn, right, _known(turn), missing)


def _table(turn: Turn, record: Record) -> Optional[Right]:
    """The table that settles what this record answers; a rule for one case only where the message says its case."""
    name = f"law/{record.id}"
    right = next((r for r in turn.knowledge.rights.values() if record.kind == "law" and name in r.asked), None)
    return right if right and (name == right.asked[0] or _says_its_case(turn)) else None


def _says_its_case(turn: Turn) -> bool:
    """Whether the message itself says something that rights turn on: 'permanently excluded on Monday. Who …?'."""
    read = turn.reading
    return bool(read.get("decision") or read.get("days") or set(read.get("facts") or ()) & set(TURNS_ON))


def _known(turn: Turn) -> dict[str, str]:
    """What is known of what rights turn on."""
    facts = turn.get("facts") or {}
    known = {name: "yes" if facts[name] else "no" for name in TURNS_ON if isinstance(facts.get(name), bool)}
    # hardly anybody here asks about a fee-paying school, and who does says so
    known.setdefault("independent", "no")
    if facts.get("days"):
        known["days"] = rights.band(facts["days"])
        known["decision"] = "suspended"
    if turn.decision:
        known["decision"] = turn.decision
    return known


def _buttons(turn: Turn, right: Right, known: dict[str, str], missing: str) -> list[Button]:
    """What may be said of the missing thing; but for the decision each shows its law at once."""
    if missing == "decision":
        return choices(turn.knowledge, missing)
    made = []
    for value in TURNS_ON[missing]:
        cells = rights.open_cells(right, {**known, missing: value})
        if len(cells) <= TOLD_TOGETHER:  # exceptions come first in a table, and their rule names them
            title = words()["labels"]["turns_on"][missing][value]
            made.append(Button(title, payload("show", record=cells[-1].law[0][4:])))
    return made
