"""Which kind of question a message asks: may they, must I, what now, how, who, by when, why, what if."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Optional

from ruamel.yaml import YAML

from knowledge import asking
from knowledge.words import plain

_SENTENCE = re.compile(r"(?<=[.?!;])\s+|\n+")
OVERLAP = 0.8  # the share of the words that ask, or of a sentence, which make it the one that asks
MOST = 5  # sentences that ask; of more the last ones
STANDS = 5  # words: a shorter question is read with the sentence before it: 'Should I sit?'


@functools.cache
def _kinds() -> list[tuple[str, re.Pattern[str]]]:
    rows = YAML(typ="safe").load((Path(__file__).parent / "asked.yml").read_text(encoding="utf-8"))
    return [(kind, re.compile("|".join(row["say"]))) for kind, row in rows.items()]


def asked(text: str) -> Optional[str]:
    """The kind of question that some words ask first; None where they show none."""
    found = [(match.start(), kind) for kind, pattern in _kinds() if (match := pattern.search(plain(text)))]
    return min(found, key=lambda place: place[0])[1] if found else None  # of the same place the first kind


def asking_sentences(text: str, asks: str) -> list[str]:
    """The sentences of a message that ask, each with the one before where it is too short to stand alone.

    `asks` are the words of the message that were seen to ask; a message of which nothing does is read as a whole.
    """
    sentences = [part.strip() for part in _SENTENCE.split(text) if part.strip()]
    wanted, found = set(re.findall(r"\w+", asks.lower())), []
    for place, sentence in enumerate(sentences):
        said = set(re.findall(r"\w+", sentence.lower()))
        seen = bool(wanted) and len(said & wanted) >= min(len(said), len(wanted)) * OVERLAP
        if seen or asking.asks(sentence):
            alone = len(sentence.split()) >= STANDS or place == 0
            found.append(sentence if alone else f"{sentences[place - 1]} {sentence}")
    return found[-MOST:] or [text]
