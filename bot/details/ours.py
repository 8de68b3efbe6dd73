"""What in a text is nobody's: addresses of services, and the names that our own knowledge holds."""

from __future__ import annotations

import functools
import re
from typing import Iterable, Sequence

from knowledge.check import names_of
from knowledge.desk import desk
from knowledge.place import knowledge_url
from knowledge.store import Knowledge, NotBuilt
from knowledge.words import plain

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_POSTCODE = re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b")


class Names:
    """Names of one or more words; whether a word in a text belongs to one of them."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_word: dict[str, set[tuple[str, ...]]] = {}
        for name in names:
            words = tuple(re.findall(r"\w+", plain(name)))
            for word in words:
                self._by_word.setdefault(word, set()).add(words)

    def __contains__(self, word: str) -> bool:
        return word in self._by_word

    def hold(self, words: Sequence[str], at: int) -> bool:
        """Whether the word at a place is part of a name that stands there whole."""
        for name in self._by_word.get(words[at], ()):
            for offset, word in enumerate(name):
                start = at - offset
                if word == words[at] and start >= 0 and tuple(words[start : start + len(name)]) == name:
                    return True
        return False


class Ours:
    """What the knowledge holds of addresses and names."""

    def __init__(self, knowledge: Knowledge | None) -> None:
        records = list(knowledge.records.values()) if knowledge else []
        areas = list(knowledge.areas.values()) if knowledge else []
        written = "\n".join(phrase.text for phrase in knowledge.phrases) if knowledge else ""
        emails = [s.email for s in knowledge.services.values() if s.email] if knowledge else []
        self.addresses = frozenset(
            {email.lower() for email in (*emails, *_EMAIL.findall(written))}
            | {code.replace(" ", "") for code in _POSTCODE.findall(written)}
        )
        own = [r.title for r in records] + [n for r in records if not r.duty for _, n in names_of(r.entry)]
        officers = [r.entry.officer for r in records if getattr(r.entry, "officer", None)]
        own += [part.strip() for officer in officers for part in re.split(r"[,;(]| and ", officer)]
        self.areas = Names([name for a in areas for name in (a.title, *a.aliases, *a.places)])
        self.names = Names([*own, *(name for a in areas for name in (a.title, *a.aliases, *a.places))])


def ours() -> Ours:
    """Of the built knowledge; nothing where none is built."""
    return _ours(knowledge_url())


@functools.lru_cache(maxsize=4)
def _ours(url: str) -> Ours:
    try:
        return Ours(desk().knowledge)
    except NotBuilt:
        return Ours(None)
