"""What we can say in other languages: whom to ring, and that only English is read. Its words are in languages.yml."""

from __future__ import annotations

import functools
from typing import Any, Optional

from ruamel.yaml import YAML

from knowledge import place


@functools.cache
def _held() -> dict[str, Any]:
    loaded: dict[str, Any] = YAML(typ="safe").load(place.languages().read_text(encoding="utf-8"))
    return loaded


def help_in(code: Optional[str]) -> str:
    """Whom to ring, in the language of this code; empty where we hold no words of it."""
    return "\n".join((_held()["help"].get(code or "") or {}).get("lines", []))


def is_read(text: str) -> bool:
    """Whether there is anything in a message that can be read: a letter, a digit or one of a few signs."""
    return any(c.isalpha() or c.isdigit() or c in _held()["signs"] for c in text)
