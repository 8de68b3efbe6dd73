"""Which kind of question a message asks: may they, must I, what now, how, who, by when, why, what if."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Optional

from ruamel.yaml import YAML

from knowledge.words import plain


@functools.cache
def _kinds() -> list[tuple[str, re.Pattern[str]]]:
    rows = YAML(typ="safe").load((Path(__file__).parent / "asked.yml").read_text(encoding="utf-8"))
    return [(kind, re.compile("|".join(row["say"]))) for kind, row in rows.items()]


def asked(text: str) -> Optional[str]:
    """The kind of question that some words ask first; None where they show none."""
    found = [(match.start(), kind) for kind, pattern in _kinds() if (match := pattern.search(plain(text)))]
    return min(found, key=lambda place: place[0])[1] if found else None  # of the same place the first kind
