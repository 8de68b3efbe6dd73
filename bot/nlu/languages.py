"""Other languages: which one a message is likely in, and its plainest words of danger. All words are data.

`danger_words/<code>.yml` has them. The assistant reads English only; it must know a cry for help, and say so.
"""

from __future__ import annotations

import collections
import dataclasses
import functools
import re
import unicodedata
from pathlib import Path
from typing import Optional

from ruamel.yaml import YAML

from knowledge import place

ENGLISH = "en"
BETWEEN = 3  # other words that may stand between those of a phrase
ENOUGH = 2  # frequent words by which a language is known; a phrase of danger counts as so many
# scripts that one language of England's families is written in, beside those with a file of their own
SCRIPTS = {
    "devanagari": "hi",
    "cjk": "zh",
    "hangul": "ko",
    "hiragana": "ja",
    "katakana": "ja",
    "greek": "el",
    "hebrew": "he",
    "cyrillic": "ru",
    "arabic": "ar",
    "malayalam": "ml",
    "telugu": "te",
    "sinhala": "si",
    "thai": "th",
    "ethiopic": "am",
    "armenian": "hy",
    "georgian": "ka",
}
_SAME = str.maketrans("łıßøđکیىہةۃۂ", "lisodكييهههه")
Pattern = re.Pattern[str]
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u064b-\u065f\u0670\u200b-\u200f\ufeff]")


@dataclasses.dataclass(frozen=True)
class Language:
    """What is known of one language."""

    code: str
    name: str
    script: str
    letters: frozenset[str]
    frequent: frozenset[str]
    phrases: tuple[tuple[str, str, bool, Pattern], ...]  # first word, kind, page, what it looks like


def folded(text: str) -> str:
    """Words without accents and signs, one space between them."""
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text.lower())).translate(_SAME)
    bare = re.sub(r"(?<=\w)['’ʼ`´](?=\w)", "", unicodedata.normalize("NFC", bare))
    return " ".join("".join(" " if unicodedata.category(c)[0] in "PSZC" else c for c in bare).split())


def _first_word(phrase: str) -> str:
    first = phrase.split()[0]
    return "" if first.endswith("*") else folded(first).split()[0]


def _pattern(phrase: str, denied: list[str]) -> Pattern:
    words = [r"%s\S*" % re.escape(folded(w)) if w.endswith("*") else re.escape(folded(w)) for w in phrase.split()]
    nots = "".join(rf"(?<! {re.escape(folded(w))} )" for w in denied if not phrase.startswith(f"{w} "))
    return re.compile(rf"(?<=\s){nots}" + (r"(?: \S+){0,%d} " % BETWEEN).join(words) + r"(?=\s)")


@functools.lru_cache(maxsize=1)
def languages() -> tuple[Language, ...]:
    """Every language that has a file."""
    every = []
    for path in sorted(place.danger_words().glob("*.yml")):
        entry = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        phrases = [
            (_first_word(phrase), kind, tier == "page", _pattern(phrase, entry["denied"]))
            for tier in ("page", "gentle")
            for kind, group in entry[tier].items()
            for phrase in group
        ]
        every.append(
            Language(
                path.stem,
                entry["name"],
                entry["script"],
                frozenset(entry.get("letters", "")),
                frozenset(folded(w) for w in entry["frequent"]),
                tuple(phrases),
            )
        )
    return tuple(every)


def _script(text: str) -> str:
    """The script most of the letters are in."""
    names = collections.Counter(unicodedata.name(c, "?").split()[0].lower() for c in text if c.isalpha())
    return names.most_common(1)[0][0] if names else ""


def language(text: str) -> Optional[str]:
    """The code of the language that a message is likely in; None for English and where one cannot say."""
    script = _script(text)
    words = folded(text).split()
    score = collections.Counter({lang.code: sum(w in lang.frequent for w in words) for lang in languages()})
    danger = {lang.code for lang, _, _ in _phrases(text)}
    for code in danger:
        score[code] += ENOUGH
    if script == "latin":
        best = max((lang.code for lang in languages() if lang.code != ENGLISH), key=lambda code: score[code])
        enough = score[best] >= ENOUGH and score[best] + (best in danger) > score[ENGLISH]
        return best if enough else None
    own = [lang for lang in languages() if lang.script == script]
    for lang in own:
        score[lang.code] += ENOUGH * bool(lang.letters & set(text))
    best = max((lang.code for lang in own), key=lambda code: score[code], default="")
    return best if best and (score[best] or script not in SCRIPTS) else SCRIPTS.get(script)


@functools.lru_cache(maxsize=1)
def _by_first_word() -> dict[str, list[tuple[Language, str, bool, Pattern]]]:
    """The phrases by the word they begin with; those whose first word may go on, under ''."""
    index: dict[str, list[tuple[Language, str, bool, Pattern]]] = {}
    for lang in languages():
        for first, kind, page, pattern in lang.phrases:
            index.setdefault(first, []).append((lang, kind, page, pattern))
    return index


def _phrases(text: str) -> list[tuple[Language, str, bool]]:
    """The phrases of danger in a text: of which language, which kind, and whether enough for a page."""
    words = folded(text)
    likely = [p for first in ("", *dict.fromkeys(words.split())) for p in _by_first_word().get(first, [])]
    return [(lang, kind, page) for lang, kind, page, pattern in likely if pattern.search(f" {words} ")]


def foreign_signs(text: str) -> list[tuple[str, bool]]:
    """Kinds of danger that a message names in another language, and whether that is enough for a page."""
    return list(dict.fromkeys((kind, page) for _, kind, page in _phrases(text)))


@functools.lru_cache(maxsize=1)
def _emoji() -> tuple[list[str], list[list[str]]]:
    entry = YAML(typ="safe").load((Path(__file__).parent / "emoji.yml").read_text(encoding="utf-8"))
    return entry["alone"].split(), [group.split() for group in entry["together"]]


def worrying_emoji(text: str) -> bool:
    """Whether a message without words shows signs that somebody may not be safe."""
    if any(c.isalnum() for c in text):
        return False
    alone, together = _emoji()
    bare = text.replace("\ufe0f", "")
    return any(sign in bare for sign in alone) or any(all(sign in bare for sign in group) for group in together)
