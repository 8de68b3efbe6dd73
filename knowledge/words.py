"""Text as it is compared."""

from __future__ import annotations

import re
import unicodedata

MAX_SEGMENTS = 8

_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")


def visible(text: str) -> str:
    """The text without control, invisible and direction-changing characters and lone surrogates; line breaks stay."""
    text = unicodedata.normalize("NFC", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _UNSEEN)


def plain(text: str) -> str:
    """Lower case, straight apostrophes dropped, white space folded."""
    text = text.lower().replace("’", "'").replace("`", "'")
    text = re.sub(r"(?<=\w)'(?=\w)", "", text)
    return re.sub(r"\s+", " ", text).strip()


def segments(text: str) -> list[str]:
    """The message itself and, where it has several sentences (or else clauses), each of them; questions first."""
    whole = re.sub(r"\s+", " ", text).strip()
    parts = [p.strip() for p in re.split(r"(?<=[.?!;])\s+|\n+|\s+[-–]\s+", text) if len(p.split()) >= 2]
    if len(parts) < 2:
        parts = [p.strip() for p in re.split(r",\s+", whole) if len(p.split()) >= 4]
    if len(parts) < 2:
        return [whole]
    parts.sort(key=lambda p: not p.endswith("?"))
    return [whole, *parts[:MAX_SEGMENTS]]
