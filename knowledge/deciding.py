"""What a text says was decided for the child it is about, and what it only asks, fears, denies or tells of others.

Words and patterns stand in decisions.yml. A name of a decision decides nothing by itself: how it stands in its clause
tells whether it is so (`is`), or was denied, threatened, considered, asked about, is over, long ago or somebody else's.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Iterator, Optional

from ruamel.yaml import YAML

from knowledge.words import plain

# of several decisions that are stated the first of these counts; 'excluded' does not say which
KINDS = ("permanent", "suspended", "sent-home", "back", "nothing")
# where only these are said of a suspension or an exclusion, nothing has been decided yet
UNDECIDED = ("not", "threatened", "considered")
_SENTENCE = re.compile(r"[.?!;:\n]+(?=\s|$)")
_CLAUSE = re.compile(
    r",| [-–] | but | cos | because "
    r"| and (?=(?:he|she|they|we|i|hes|shes|theyre|theyve|now|school|my|its|nothing|im)\b)"
)
_CONDITION = re.compile(
    r"^\W*(?:if|unless|suppose|imagine|either)\b"
    r"|\b(?:what if|next time|one (?:more|last)|any more (?:incidents?|trouble))\b"
)


@dataclasses.dataclass(frozen=True)
class Mention:
    """A decision that a text names, and how it stands: one of the states of decisions.yml, or `named`."""

    kind: str
    state: str
    words: str


@dataclasses.dataclass(frozen=True)
class Decided:
    """What a text says of decisions. `implied`: nothing is decided yet, as far as fears and denials show it."""

    decision: Optional[str] = None
    implied: bool = False
    mentions: tuple[Mention, ...] = ()

    @property
    def denied(self) -> list[str]:
        """The decisions that the text says are not so, or no longer."""
        return [m.kind for m in self.mentions if m.state in ("not", "over")]


class Decisions:
    """Reads what was decided. The pattern of each state sees its clause with the decision's name as a letter."""

    def __init__(self) -> None:
        data = YAML(typ="safe").load((Path(__file__).parent / "decisions.yml").read_text(encoding="utf-8"))
        self.states: dict[str, list[dict[str, object]]] = data["states"]
        self._words = [
            (kind, form, re.compile(rf"\b(?:{pattern.replace('{numbers}', data['numbers'])})(?!\w)"))
            for kind, forms in data["words"].items()
            for form, patterns in forms.items()
            for pattern in patterns
        ]
        self._answers = {kind: re.compile(pattern) for kind, pattern in data["answers"].items()}
        self._frames = [(name, pattern_of(entry)) for name, entries in self.states.items() for entry in entries]

    def read(self, text: str, notes: bool = False) -> Decided:
        """What `text` says was decided. In a note a bare name is enough, unless it stands as what is not so."""
        mentions = tuple(self._mention(kind, words, clause) for kind, words, clause in self.clauses(text))
        stated = {m.kind for m in mentions if m.state == "is" or (notes and m.state == "named")}
        decision = next((kind for kind in KINDS if kind in stated), None)
        if decision:
            return Decided(decision, False, mentions)
        implied = any(m.state in UNDECIDED and m.kind not in ("sent-home", "back", "nothing") for m in mentions)
        return Decided("nothing" if implied else None, implied, mentions)

    def answer(self, text: str) -> Optional[str]:
        """What a short answer to the question for the decision says: there a word is enough."""
        decided = self.read(text, notes=True)
        if decided.decision or decided.mentions:
            return decided.decision
        return next((kind for kind, pattern in self._answers.items() if pattern.search(plain(text))), None)

    def clauses(self, text: str) -> Iterator[tuple[str, str, str]]:
        """Each decision that is named: its kind, the words, and its clause with a letter for them."""
        said = plain(text.replace("\n", ". "))
        for start, end, kind, form in self._names(said):
            before, after = _around(said, start, end)
            yield kind, said[start:end], f"{before}{form}{after}".strip()

    def _names(self, text: str) -> list[tuple[int, int, str, str]]:
        found = [
            (match.start(), match.end(), kind, form)
            for kind, form, pattern in self._words
            for match in pattern.finditer(text)
        ]
        kept: list[tuple[int, int, str, str]] = []
        for name in sorted(found, key=lambda f: f[0] - f[1]):  # the longest; of equal ones the first in the file
            if all(name[1] <= other[0] or name[0] >= other[1] for other in kept):
                kept.append(name)
        return sorted(kept)

    def _mention(self, kind: str, words: str, clause: str) -> Mention:
        state = next((name for name, frame in self._frames if frame.search(clause)), "named")
        return Mention(kind, state, words)


def pattern_of(entry: dict[str, object]) -> re.Pattern[str]:
    """The pattern of an entry of `states`."""
    return re.compile(str(entry["pattern"]).replace("@", "[DNVS]"))


def _around(text: str, start: int, end: int) -> tuple[str, str]:
    """What stands before and after a place in its clause; a condition at the head of its sentence belongs to it."""
    breaks = list(_SENTENCE.finditer(text))
    first = max((b.end() for b in breaks if b.end() <= start), default=0)
    last = min((b.start() for b in breaks if b.start() >= end), default=len(text))
    parts = list(_CLAUSE.finditer(text, first, last))
    after = text[end : min((p.start() for p in parts if p.start() >= end), default=last)]
    if not _CONDITION.search(text[first:start]):
        first = max((p.end() for p in parts if p.end() <= start), default=first)
    return text[first:start].lstrip(), after


@functools.cache
def decisions() -> Decisions:
    """The one reader of decisions."""
    return Decisions()
