"""Rules of law in force: one whose last day has passed is told nowhere, and nothing leads to it."""

from __future__ import annotations

import datetime
from typing import Any, Iterable, Mapping, Optional

LAW = "law/"
Body = Mapping[str, Any]  # an entry as it is stored: dates are words


def ended(laws: Iterable[Body], today: datetime.date) -> frozenset[str]:
    """The rules whose last day has passed, as they are cited: law/ID."""
    return frozenset(LAW + law["id"] for law in laws if _last(law) and _last(law) < today.isoformat())


def until(laws: Iterable[Body], today: datetime.date) -> Optional[datetime.date]:
    """The last day on which the same rules as today are in force; None where none of them has an end."""
    days = [_last(law) for law in laws if _last(law) >= today.isoformat()]
    return datetime.date.fromisoformat(min(days)) if days else None


def without(body: Any, gone: frozenset[str]) -> Any:
    """What an entry says, with no list in it that leads to any of these rules, and no part that rests on them alone."""
    if isinstance(body, dict):
        return {name: without(part, gone | _ids(gone) if name == "see" else gone) for name, part in body.items()}
    if isinstance(body, list):
        return [without(part, gone) for part in body if not _gone(part, gone)]
    return body


def _gone(part: Any, gone: frozenset[str]) -> bool:
    """Whether a line of a list is one of these rules, or a part that cites them and nothing else."""
    if isinstance(part, str):
        return part in gone
    cites = part.get("cites") or [] if isinstance(part, dict) else []
    return bool(cites) and gone.issuperset(cites)


def _ids(names: frozenset[str]) -> frozenset[str]:
    return frozenset(name[len(LAW) :] for name in names)


def _last(law: Body) -> str:
    return str(law.get("effective_to") or "")
