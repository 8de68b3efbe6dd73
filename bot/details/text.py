"""A text as words, each with what it looks like."""

from __future__ import annotations

import dataclasses
import functools
import re

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.details.ours import Ours
from bot.details.words import word_list
from knowledge.words import english

Span = tuple[int, int]
LONGEST = 20  # letters of a name
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")


@dataclasses.dataclass(frozen=True)
class Word:
    """A word of a text without a possessive ending, and what it looks like."""

    start: int
    end: int
    text: str
    first: bool  # of its sentence
    capital: bool  # in a text where that says something
    acronym: bool  # likewise

    @property
    def lower(self) -> str:
        return self.text.lower()


class Text:
    """A text as words, with the names of our own knowledge set apart."""

    def __init__(self, text: str, ours: Ours) -> None:
        self.text = text
        matches = list(_WORD.finditer(text))
        big = sum(m.group()[0].isupper() for m in matches)
        telling = 4 * big <= 3 * len(matches) or len(matches) < 6  # in a text all in capitals they say nothing
        self.words: list[Word] = []
        for n, match in enumerate(matches):
            core = re.sub(r"['’](?:s|d|ed)?$", "", match.group())
            before = text[matches[n - 1].end() : match.start()] if n else ""
            initial = bool(re.search(r"\b[A-Z]\.\s*$", text[: match.start()][-5:]))
            first = not n or (bool(re.search(r"[.!?\n:;]", before)) and not initial)
            acronym = telling and len(core) > 1 and core.isupper()
            capital = telling and core[0].isupper() and not acronym
            self.words.append(Word(match.start(), match.start() + len(core), core, first, capital, acronym))
        self.lower = [w.lower for w in self.words]
        plain = sum(w in english() for w in self.lower)
        # in another language an ordinary word may be spelt like a listed name
        self.in_english = 10 * plain >= 6 * len(self.lower) or len(self.lower) < 6
        self._ours = ours
        whole = [re.sub(r"['’]", "", m.group().lower()) for m in matches]  # "New Regent's College"
        self._plain = [w if w in ours.names else lower.replace("'", "") for w, lower in zip(whole, self.lower)]

    def known(self, at: int) -> bool:
        """Whether a word belongs to a name of our own."""
        return self._ours.names.hold(self._plain, at)

    def place(self, at: int) -> bool:
        """Whether a word belongs to the name of an area or a place in it."""
        return self._ours.areas.hold(self._plain, at)

    def strange(self, at: int) -> bool:
        """Whether a word is no English one and no slip of one, in a text that is English otherwise."""
        return self.in_english and strange(self.lower[at])

    def gap(self, at: int) -> str:
        """What stands between a word and the one after it."""
        return self.text[self.words[at].end : self.words[at + 1].start] if at + 1 < len(self.words) else "\n"

    def span(self, first: int, last: int) -> Span:
        """From one word to another."""
        return self.words[first].start, self.words[last].end


@functools.lru_cache(maxsize=1)
def _alike() -> dict[tuple[str, int], list[str]]:
    """English words by their first letter and their length."""
    found: dict[tuple[str, int], list[str]] = {}
    for word in english():
        found.setdefault((word[0], len(word)), []).append(word)
    return found


@functools.lru_cache(maxsize=4096)
def strange(word: str) -> bool:
    """Whether this is no English word and no slip of one."""
    if not 4 <= len(word) <= LONGEST or word in english() or not word.isalpha():
        return False
    if word in word_list("newer_words") or word.endswith("nt"):
        return False
    slips = 1 if len(word) < 7 else 2
    lengths = range(len(word) - slips, len(word) + slips + 1)
    near = (
        process.extractOne(word, words, scorer=DamerauLevenshtein.distance, score_cutoff=slips)
        for length in lengths
        if (words := _alike().get((word[0], length)))
    )
    return not any(near)


def listed(word: str) -> bool:
    """Whether this is a first name and nothing else."""
    names = word_list("first_names")
    if word in names:
        return True
    parts = word.split("-")
    return (
        len(parts) > 1 and parts[0] in names | word_list("also_words") and parts[1] in names | word_list("also_words")
    )


def never(word: str) -> bool:
    """Whether this is no name, wherever it stands."""
    return word in word_list("never_names")


def loose(word: str) -> bool:
    """Whether this is a name and an ordinary word."""
    return word in word_list("also_words") or word in word_list("surname_words")
