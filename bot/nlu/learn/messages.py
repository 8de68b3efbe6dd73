"""The messages to learn from: written by several people, each marked with what it needs, asks, says and does."""

from __future__ import annotations

import dataclasses
import functools
import hashlib
from pathlib import Path
from typing import Any, Iterable, Iterator

from ruamel.yaml import YAML

from knowledge.place import ROOT
from knowledge.words import fold

FOLDER = ROOT / "data" / "messages"
CODE = Path(__file__).parent
STATES = ("is", "not", "threatened", "considered", "before", "others", "asked")
Label = tuple[str, str, str]  # fact, value, state


@dataclasses.dataclass(frozen=True)
class Written:
    """One message with its marks."""

    writer: str
    text: str
    needs: tuple[str, ...]
    asks: str
    role: str
    acts: frozenset[str]
    facts: frozenset[Label]


@functools.cache
def needs() -> dict[str, str]:
    """Every need, with what it asks."""
    return dict(YAML(typ="safe").load((FOLDER / "needs.yml").read_text(encoding="utf-8")))


@functools.cache
def messages() -> tuple[Written, ...]:
    """All messages, by writer."""
    return tuple(_written(path.parent.name, entry) for path in files() for entry in entries(path))


def files() -> list[Path]:
    """The files of all writers."""
    return sorted(FOLDER.glob("*/*.yml"))


@functools.cache
def entries(path: Path) -> list[dict[str, Any]]:
    """What a file holds, as it stands there."""
    return list(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def _written(writer: str, entry: dict[str, Any]) -> Written:
    return Written(
        writer,
        fold(entry["text"]),
        tuple(dict.fromkeys(entry["needs"])),
        fold(entry.get("asks") or ""),
        entry.get("role") or "unknown",
        frozenset(entry.get("acts") or ()),
        frozenset(_labels((entry.get("situation") or {}).items())),
    )


def _labels(facts: Iterable[tuple[str, Any]]) -> Iterator[Label]:
    """Each value of each fact with its state: `is` where none is named."""
    for fact, value in facts:
        several = value if isinstance(value, list) else [value]
        state = "is"
        if len(several) == 2 and several[1] in STATES:
            several, state = several[:1], several[1]
        for each in several:
            yield fact, {True: "yes", False: "no"}[each] if isinstance(each, bool) else str(each), state


def fingerprint() -> str:
    """One hash over what is learnt from and how."""
    digest = hashlib.sha256()
    for path in [FOLDER / "needs.yml", *files(), *sorted(CODE.glob("*.py"))]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
