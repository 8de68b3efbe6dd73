"""Personal details in a note, pointed out before they are kept."""

from __future__ import annotations

import dataclasses
import re
from typing import Iterable

from bot.privacy import NAMES, redact

# what bot.privacy takes out of every message; beside it, what only looks personal: an adviser is asked, not overruled
_LOOKS = {
    "born": re.compile(
        r"\b(?:dob|d\.o\.b\.?|born(?: on)?|date of birth)\W{0,3}"
        r"(\d{1,2}(?:st|nd|rd|th)?[\s./-]+(?:\d{1,2}|[a-z]{3,9})[\s./-]+\d{2,4})",
        re.I,
    ),
    "name": re.compile(
        r"(?:\b(?:Mr|Mrs|Ms|Miss|Mx|Dr)\.? +|\b(?:called|named|name is|name's|surname) +)"
        r"([A-Z][\w'’-]+(?: +[A-Z][\w'’-]+)?)"
    ),
    "address": re.compile(
        r"\b(\d{1,4}[a-z]? +(?:[A-Z][\w'’-]+ +){1,3}(?:Road|Rd|Street|St|Avenue|Ave|Close|Lane|Ln|Drive|Way|Court"
        r"|Crescent|Gardens|Place|Terrace|Walk|Grove|Green))\b"
    ),
}


@dataclasses.dataclass(frozen=True)
class Spot:
    """Words in a text that look personal, what they look like, and where they stand."""

    kind: str
    words: str
    start: int
    end: int


def spots(text: str, public_numbers: Iterable[str] = ()) -> list[Spot]:
    """What looks personal in a text, in its order. Phone numbers of services are nobody's."""
    found = list(_sure(text, list(public_numbers)))
    for kind, pattern in _LOOKS.items():
        for match in pattern.finditer(text):
            start, end = match.span(1)
            if all(end <= s.start or start >= s.end for s in found):
                found.append(Spot(kind, match.group(1), start, end))
    return sorted(found, key=lambda s: s.start)


def without(text: str, found: Iterable[Spot]) -> str:
    """The text with a mark in the place of each."""
    for spot in sorted(found, key=lambda s: -s.start):
        text = f"{text[: spot.start]}[{NAMES.get(spot.kind, spot.kind)}]{text[spot.end :]}"
    return text


def _sure(text: str, public_numbers: list[str]) -> Iterable[Spot]:
    """Where `redact` put its marks: the text between them is as it was."""
    marked, kinds = redact(text, public_numbers)
    if not kinds:
        return
    by_mark = {f"[{NAMES[kind]}]": kind for kind in kinds}
    parts = re.split("(" + "|".join(map(re.escape, by_mark)) + ")", marked)
    pattern = "".join("(.+?)" if part in by_mark else re.escape(part) for part in parts)
    match = re.fullmatch(pattern, text, re.S)
    for n, mark in enumerate((part for part in parts if part in by_mark), 1):
        if match and match.group(n) != mark:  # the mark itself may stand in the text, from an earlier time
            yield Spot(by_mark[mark], match.group(n), *match.span(n))
