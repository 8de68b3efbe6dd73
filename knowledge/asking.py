"""Which part of a message asks and which tells. Words stand in vocabulary.yml under `asks`."""

from __future__ import annotations

import functools
import re
from pathlib import Path

from ruamel.yaml import YAML

from knowledge.words import plain

_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")


def asks(text: str) -> bool:
    """Whether any part of a message has the shape of a question."""
    return any(asking for _, asking in _parts(text))


def told_in(text: str) -> str:
    """The parts of a message that ask nothing; empty where all of it asks."""
    return ", ".join(part for part, asking in _parts(text) if not asking)


def _parts(text: str) -> list[tuple[str, bool]]:
    """The clauses of a message in plain words, each with whether it asks. A question mark marks its last clause."""
    opening, clause = _patterns()
    found = []
    for sentence in _SENTENCE.split(text.strip()):
        clauses = [c.strip() for c in clause.split(plain(sentence)) if c and c.strip(" .!?,")]
        for place, part in enumerate(clauses):
            marked = "?" in part or (place == len(clauses) - 1 and sentence.rstrip(" \"')").endswith("?"))
            found.append((part.rstrip("?"), marked or bool(opening.search(part))))
    return found


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """How a question opens, and where one clause ends and the next begins."""
    words = YAML(typ="safe").load((Path(__file__).parent / "vocabulary.yml").read_text(encoding="utf-8"))["asks"]
    return re.compile("|".join(words["opening"])), re.compile("|".join(words["clause"]))
