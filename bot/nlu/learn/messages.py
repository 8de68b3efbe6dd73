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
PHRASES = tuple(ROOT / "data" / "nlu" / name for name in ("acts.yml", "scope.yml", "kinds.yml"))
# phrases without a need, by Rasa's intent, and what each does; they are dealt out to two 'writers' of their own
DOES = {
    "greet": "greet",
    "thanks": "thank",
    "affirm": "yes",
    "deny": "no",
    "person": "request-person",
    "upset": "despair",
    "inform": "about-self",
    **dict.fromkeys(("bye", "done", "not_yet", "more", "stop", "resume", "repeat", "insult", "out_of_scope"), ""),
    **dict.fromkeys(("capabilities", "identity", "privacy"), ""),
}
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


@functools.cache
def phrases() -> tuple[Written, ...]:
    """What needs no answer about a case: greetings, thanks, yes and no, who somebody is, other subjects."""
    found = []
    for path in PHRASES:
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            if block["intent"] in DOES:
                acts = frozenset({DOES[block["intent"]]} - {""})
                texts = [line[2:].strip() for line in block["examples"].splitlines() if line.startswith("- ")]
                found += [(fold(text), acts) for text in texts]
    return tuple(
        Written(f"phrases {i % 2 + 1}", text, (), "", "unknown", acts, frozenset())
        for i, (text, acts) in enumerate(found)
        if text
    )


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
    for path in [FOLDER / "needs.yml", *PHRASES, *files(), *sorted(CODE.glob("*.py"))]:
        digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
