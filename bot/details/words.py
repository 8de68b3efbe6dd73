"""The word lists of words.yml."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Iterable

from ruamel.yaml import YAML


@functools.lru_cache(maxsize=1)
def _lists() -> dict[str, frozenset[str]]:
    every = YAML(typ="safe").load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return {name: frozenset(words.split()) for name, words in every.items()}


def word_list(name: str) -> frozenset[str]:
    """The words of a list, in lower case."""
    return _lists()[name]


def any_of(words: Iterable[str]) -> str:
    """A regular expression for any of the words, the longest first."""
    return "|".join(re.escape(w) for w in sorted(words, key=lambda w: (-len(w), w)))
