"""A message in clauses: sentences, and their coordinated parts, since danger must show in one of them alone."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

LEAST = 3  # words; what is shorter belongs to its neighbour
MOST = 22  # words; what runs on longer without a stop is read in overlapping parts
STEP = 14
PAIR_MOST = 44  # words of two clauses read together
STRETCH = 64  # words that the sentence model reads at once; more would not fit where words are long

_SENTENCE = re.compile(r"[.?!;:\n\r…|]+(?=\s|$|[\"')\]])|\s[-–—]+\s|[\n\r]+")
_PART = re.compile(
    r"[,()]+\s*|\s+(?=(?:and|but|so|because|cos|coz|cuz|cause|then|although|though|while|whereas|plus|except|only that"
    r"|if|when|until|till|since|after|before|unless)\s)"
)
Span = tuple[int, int]


class Stretch(NamedTuple):
    """A part of a text that the sentence model reads at once: where it starts, its words, its clauses in it."""

    start: int
    text: str
    spans: list[Span]


def _pieces(text: str, start: int, end: int, border: re.Pattern[str]) -> list[Span]:
    spans, at = [], start
    for match in border.finditer(text, start, end):
        if text[at : match.start()].strip():
            spans.append((at, match.start()))
        at = match.end()
    if text[at:end].strip():
        spans.append((at, end))
    return spans


def _size(text: str, span: Span) -> int:
    return len(text[span[0] : span[1]].split())


def _joined(text: str, parts: list[Span]) -> list[Span]:
    """Parts too short to say anything are read with the part before them; the first with the one after."""
    found: list[Span] = []
    for part in parts:
        if found and (_size(text, part) < LEAST or _size(text, found[-1]) < LEAST):
            found[-1] = (found[-1][0], part[1])
        else:
            found.append(part)
    return found


def _cut(text: str, span: Span) -> list[Span]:
    """A run-on part in overlapping pieces."""
    if _size(text, span) <= MOST:
        return [span]
    words = [(m.start() + span[0], m.end() + span[0]) for m in re.finditer(r"\S+", text[span[0] : span[1]])]
    starts = range(0, len(words) - MOST + STEP, STEP)
    return [(words[i][0], words[min(i + MOST, len(words)) - 1][1]) for i in starts]


def spans(text: str) -> list[Span]:
    """Where the clauses of a text begin and end."""
    found = []
    for start, end in _pieces(text, 0, len(text), _SENTENCE):
        for part in _joined(text, _pieces(text, start, end, _PART)):
            found += _cut(text, part)
    return found


def pairs(found: list[Span], text: str) -> list[Span]:
    """Each two neighbouring clauses together: a sign may need both."""
    both = [(one[0], two[1]) for one, two in itertools.pairwise(found)]
    return [span for span in both if _size(text, span) <= PAIR_MOST]


def stretches(text: str) -> list[Stretch]:
    """A text in parts that the sentence model can read at once; neighbours share a clause."""
    found = spans(text)
    if len(text.split()) <= STRETCH:
        return [Stretch(0, text, found)] if found else []
    groups: list[list[Span]] = [[]]
    for span in found:
        if groups[-1] and _size(text, (groups[-1][0][0], span[1])) > STRETCH:
            groups.append(groups[-1][-1:])
        groups[-1].append(span)
    parts = []
    for group in groups:
        start, end = group[0][0], max(span[1] for span in group)
        parts.append(Stretch(start, text[start:end], [(a - start, b - start) for a, b in group]))
    return parts
