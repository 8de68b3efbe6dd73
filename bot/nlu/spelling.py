"""What a message spells, for reading only: letters spaced out, signs put for letters, slips in words that matter."""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any, Optional

from rapidfuzz.distance import OSA
from ruamel.yaml import YAML

from knowledge.words import english, plain

LEAST_SPACED = 4  # single letters in a row that are a word spelt out, not initials
LONGEST = 24  # letters and signs; no word that matters is spelt with more
LEAST_FIGURES = 2  # words of four letters and more with figures for letters, in a message that is written so
LEAST_SLIP = 4  # letters; a shorter word is one letter away from too many others

_SPACED = re.compile(r"(?<![^\W_])(?:[^\W\d_][ .,_*\-/~]+){%d,}[^\W\d_](?![^\W_])" % (LEAST_SPACED - 1))
_TOKEN = re.compile(r"[^\s,.?;:()\"“”]+")
_REPEATED = re.compile(r"([a-z])\1{2,}")


@functools.lru_cache(maxsize=1)
def _data() -> Any:
    return YAML(typ="safe").load((Path(__file__).parent / "slips.yml").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=1)
def _ordinary() -> frozenset[str]:
    """Words that are themselves, however near they are to one that matters."""
    words = _data()["words"]
    return frozenset(words) | {near for nears in words.values() for near in nears}


@functools.lru_cache(maxsize=1)
def _glue() -> re.Pattern[str]:
    return re.compile("|".join(sorted(_data()["glued"], key=len, reverse=True)))


@functools.lru_cache(maxsize=2000)
def _split(letters: str) -> Optional[str]:
    """The words that letters without spaces between them are made of, the fewest that do; None if they are not."""
    fewest: list[Optional[list[str]]] = [[], *[None] * len(letters)]
    for at, before in enumerate(fewest[:-1]):
        for word in _data()["glued"] if before is not None else ():
            end = at + len(word)
            if letters.startswith(word, at) and (fewest[end] is None or len(fewest[end]) > len(before) + 1):  # type: ignore
                fewest[end] = [*before, word]  # type: ignore[misc]
    best = fewest[-1]
    return " ".join(best) if best else None


def _spelt_out(match: re.Match[str]) -> str:
    letters = re.sub(r"[^a-z]", "", match[0])
    return _split(letters) or letters


@functools.lru_cache(maxsize=20000)
def _word(token: str) -> str:
    """The word that matters which a token stands for; the token itself if it stands for none."""
    data = _data()
    wanted = {*data["words"], *data["short"]}
    if token in wanted or token in _ordinary() or len(token) > LONGEST:
        return token
    word = _REPEATED.sub(r"\1", token) if _REPEATED.search(token) else token
    bare = token.rstrip("!*+|")
    if not bare.isalpha() and re.search(r"[a-z]", bare):
        letters = [f"[{data['signs'].get(c, re.escape(c))}]" if c not in "*#" else "[a-z]" for c in bare]
        hidden = re.compile("".join(letters))
        return next((w for w in sorted(wanted) if hidden.fullmatch(w)), token)
    if word in wanted:
        return word
    if len(word) >= LEAST_SLIP and word.isascii():
        for right in data["words"]:
            first = word[0] == right[0] or word[:2] == right[1::-1]
            if first and abs(len(word) - len(right)) <= 1 and OSA.distance(word, right, score_cutoff=1) <= 1:
                return str(right)
    return token


@functools.lru_cache(maxsize=20000)
def _without_figures(token: str) -> str:
    """The word of common English that a token is, its figures and signs read as letters; else the token itself."""
    if token.isalpha() or not re.search(r"[a-z]", token) or len(token) > LONGEST:
        return token
    signs = _data()["signs"]
    readings = {"".join(signs[c][n % len(signs[c])] if c in signs else c for c in token) for n in (0, 1)}
    return next((word for word in sorted(readings) if word in english()), token)


def _figures_for_letters(text: str) -> str:
    """The text as it is meant where it is written with figures for letters ('wh3n h3 c0m3s b4ck'), else as it is."""
    tokens = _TOKEN.findall(text)
    if sum(len(token) > 3 and _without_figures(token) != token for token in tokens) < LEAST_FIGURES:
        return text
    return _TOKEN.sub(lambda match: _without_figures(match[0]), text)


def legible(text: str) -> str:
    """The text in lower case as it is meant to be read; its stops stay."""
    lines = "\n".join(plain(line) for line in text.splitlines() if line.strip())
    spelt = _figures_for_letters(_SPACED.sub(_spelt_out, lines))
    return _TOKEN.sub(lambda match: _word(match[0]), spelt)
