"""What no request of the console may hold: numbers, words and nestings that its database or its code cannot take."""

from __future__ import annotations

from typing import Any, Iterable

from flask import Request

LARGEST = 2**31 - 1  # what a number of a database holds
DEEPEST = 6  # lists and objects in one another


def fits(request: Request) -> bool:
    """Whether everything in a request can be kept."""
    texts: Iterable[Any] = [request.path, *request.args.values(), *request.form.values()]
    numbers = [value for value in (request.view_args or {}).values() if isinstance(value, int)]
    if not all(map(_fits, [*texts, *numbers])):
        return False
    if not request.is_json:
        return True
    try:
        return _fits(request.get_json(silent=True))
    except RecursionError:  # nested deeper than the reader goes
        return False


def _fits(value: Any, depth: int = DEEPEST) -> bool:
    if isinstance(value, str):
        return "\0" not in value and not any("\ud800" <= c <= "\udfff" for c in value)
    if isinstance(value, (int, float)):
        return abs(value) <= LARGEST
    if isinstance(value, dict):
        return depth > 0 and all(_fits(k) and _fits(v, depth - 1) for k, v in value.items())
    if isinstance(value, list):
        return depth > 0 and all(_fits(v, depth - 1) for v in value)
    return True
