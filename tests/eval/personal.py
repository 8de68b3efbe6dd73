"""How many personal details are found, kind by kind, and how often an ordinary message loses words."""

from __future__ import annotations

import dataclasses
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Optional

from ruamel.yaml import YAML

from bot.details.ours import ours
from bot.details.text import Text
from bot.privacy import Spot, spots
from knowledge.desk import desk
from knowledge.words import fold

TESTS = Path(__file__).parent.parent
_MARKED = re.compile(r"\{(?P<kind>[a-z]+):(?P<words>[^}]*)\}")


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))


@dataclasses.dataclass
class Case:
    """A message, and the spans of it that are personal: kind, start, end."""

    text: str
    personal: list[tuple[str, int, int]]

    @classmethod
    def of(cls, marked: str) -> Case:
        """From a message in which '{kind:words}' marks what is personal."""
        text, spans, at = "", [], 0
        for match in _MARKED.finditer(marked):
            text += marked[at : match.start()]
            spans.append((match["kind"], len(text), len(text) + len(match["words"])))
            text += match["words"]
            at = match.end()
        return cls(text + marked[at:], spans)

    def missed(self, found: list[Spot]) -> list[tuple[str, str]]:
        """Kinds and words of what is not found; a letter or figure that stays is a miss."""
        covered = {n for spot in found for n in range(spot.start, spot.end)}
        words = Text(self.text, ours())
        for n, word in enumerate(words.words):  # the name of an area stays, also in the name of a school
            covered.update(range(word.start, word.end) if words.place(n) else ())
        return [
            (kind, self.text[start:end])
            for kind, start, end in self.personal
            if any(self.text[n].isalnum() and n not in covered for n in range(start, end))
        ]

    def extra(self, found: list[Spot]) -> list[Spot]:
        """What is found where nothing is personal."""
        return [s for s in found if not any(s.start < end and start < s.end for _, start, end in self.personal)]


def cases(half: str) -> list[Case]:
    """The messages of a half that hold something personal."""
    by_kind = _yaml(TESTS / "privacy" / f"{half}.yml")["personal"]
    return [Case.of(message) for messages in by_kind.values() for message in messages]


def ordinary(half: str) -> list[Case]:
    """Ordinary messages: of a half's own, of its questions, and of everyday talk beside danger.

    A few of the questions do hold something personal: tests/privacy/questions.yml marks it.
    """
    marked = {case.text: case for case in map(Case.of, _yaml(TESTS / "privacy" / "questions.yml"))}
    texts = list(_yaml(TESTS / "privacy" / f"{half}.yml")["ordinary"])
    texts += [str(say) for case in _yaml(TESTS / "eval" / f"{half}.yml") for say in case["say"]]
    texts += [
        case["text"] for case in _yaml(TESTS / "crisis" / ("dev.yml" if half == "tune" else "everyday.yml"))["ordinary"]
    ]
    return [marked.get(text, Case(fold(text), [])) for text in texts]


def find(text: str) -> list[Spot]:
    """What is found in a message as it is taken in."""
    return spots(text, desk().public_numbers)


def lost(everyday: list[Case]) -> list[tuple[str, list[Spot]]]:
    """The messages that lose words which are not personal, and these words."""
    return [(case.text, extra) for case in everyday if (extra := case.extra(find(case.text)))]


def report(half: str, quiet: bool) -> None:
    """Print the figures of a half."""
    total: Counter[str] = Counter()
    missed: list[tuple[str, str]] = []
    stray = []
    for case in cases(half):
        found = find(case.text)
        total.update(kind for kind, _, _ in case.personal)
        missed += case.missed(found)
        stray += [(case.text, spot.words) for spot in case.extra(found)]
    by_kind = Counter(kind for kind, _ in missed)
    everyday = ordinary(half)
    hits = lost(everyday)
    print(f"=== Personal details, half '{half}'")
    print("found: " + ", ".join(f"{kind} {total[kind] - by_kind[kind]}/{total[kind]}" for kind in total))
    print(f"all: {sum(total.values()) - len(missed)}/{sum(total.values())}; other words taken with them: {len(stray)}")
    print(f"ordinary messages that lose words: {len(hits)}/{len(everyday)}")
    if not quiet:
        for kind, words in missed:
            print(f"  missed {kind}: {words!r}")
        for text, words in stray:
            print(f"  beside: {words!r} in {text!r}")
        for text, extra in hits:
            print(f"  lost: {[(s.kind, s.words) for s in extra]} in {text!r}")


def main(half: Optional[str] = None) -> None:
    """Print the figures of one half, or of both."""
    for each in [half] if half else ("tune", "report"):
        report(each, quiet="--quiet" in sys.argv)


if __name__ == "__main__":
    main(next((a for a in sys.argv[1:] if not a.startswith("-")), None))
