"""Where somebody lives or goes to school: street addresses and names of schools."""

from __future__ import annotations

import functools
import re
from typing import Iterator

from bot.details.text import Span, Text, listed, never
from bot.details.words import any_of, word_list
from knowledge.words import english


def schools(text: Text) -> Iterator[Span]:
    """Names of schools, without the words that say what kind of school and without the names of areas."""
    types, plain = word_list("school_types"), word_list("school_qualifiers")
    for n, word in enumerate(text.words):
        if word.lower in types and n and text.lower[n - 1] not in types:
            yield from _before_type(text, n, plain)
        elif word.lower in ("st", "saint") and n + 1 < len(text.words):
            yield from _saint(text, n)
    yield from _attended(text)
    for match in _SCHOOL_IS.finditer(text.text):
        start = match.start("it")
        words = [n for n, w in enumerate(text.words) if start <= w.start and w.end <= match.end("it")]
        if words and not text.known(words[0]) and (text.lower[words[0]] in _NOBLE or not never(text.lower[words[0]])):
            kept = [n for n in words if text.lower[n] not in types and not text.place(n)]
            if kept:
                yield text.span(kept[0], kept[-1])


_SCHOOL_IS = re.compile(
    r"(?:(?<!in )(?<!at )(?<!after )\bschool(?:'s| is| name is| called|s name is|: )|\battends|\bgoes to|\bmoved from"
    r"|\bkicked out of) (?:called )?(?:the )?"
    r"(?P<it>(?:[A-Z][\w'.]*)(?: (?:and|of|the|[A-Z][\w'.]*)){0,4}(?<! and)(?<! of)(?<! the))"
)
_NOBLE = ("sir", "lady", "king", "queen", "st", "saint", "our")
MOST = 5  # words of one name


def _before_type(text: Text, n: int, plain: frozenset[str]) -> Iterator[Span]:
    """The words before 'academy' or 'high school' that are its name."""
    first = n
    while first and n - first < MOST and _joined(text, first - 1):
        word = text.words[first - 1]
        between = word.lower in ("of", "and", "the") and first < n and first > 1
        if between and text.words[first].capital and text.words[first - 2].capital and not text.place(first - 2):
            first -= 1
            continue
        made_up = "-" in word.text and english().issuperset(word.lower.split("-"))  # 'Welsh-medium'
        if word.lower in plain or made_up or text.place(first - 1) or (never(word.lower) and word.lower not in _NOBLE):
            break
        if not (word.capital or _not_english(text, first - 1)):
            break
        first -= 1
    if first + 1 < n and text.words[first].first and not _school_word(text, first):
        first += 1  # 'Please, Alleyne's Academy': the capital of a sentence
    own = range(first, n)
    if any(_school_word(text, k) for k in own) and not any(text.known(k) for k in own):
        yield text.span(first, n - 1)


def _joined(text: Text, n: int) -> bool:
    """Whether a word and the one after it stand side by side, as in one name."""
    gap = text.gap(n)
    return gap in (" ", "'s ", "s' ", "' ", " & ") or (gap == ". " and text.lower[n] == "st")


def _school_word(text: Text, n: int) -> bool:
    """A word that can make a school's name: one in capitals within a sentence, or no English one."""
    word = text.words[n]
    sentence = word.first and word.lower in english() and not listed(word.lower)
    return (word.capital and not sentence) or _not_english(text, n)


def _not_english(text: Text, n: int) -> bool:
    return text.lower[n] in ("st", "saint") or text.strange(n)


_ATTENDS = re.compile(
    r"\b(?:at|attends|goes to|go to|goes|from|excluded by|suspended by|joined|left) (?:the )?"
    r"(?P<it>[^\W\d_][\w']*(?: (?:and )?[^\W\d_][\w']*){0,4}?)"
    r"(?: (?:catholic|church of england|c of e|ce|rc|first|middle|high|primary|junior|infants?|secondary|grammar))*"
    r" (?:academy|primary|high school|primary school|first school|middle school|junior school|infants?|high)\b",
    re.I,
)


def _attended(text: Text) -> Iterator[Span]:
    """'goes to manor hill first school': ordinary words, where nothing but a school's name can stand."""
    ordinary = word_list("school_qualifiers") | word_list("relations") | word_list("offices")
    for match in _ATTENDS.finditer(text.text):
        words = [n for n, w in enumerate(text.words) if match.start("it") <= w.start and w.end <= match.end("it")]
        spelt = [text.lower[n] for n in words]
        allowed = {"and", *_NOBLE} - (set() if "lady" in spelt else {"our"})
        if not any(w not in allowed and (w in ordinary or never(w)) for w in spelt) and not any(map(text.known, words)):
            yield match.span("it")


def _saint(text: Text, n: int) -> Iterator[Span]:
    """'st marys', unless it is the 'st' of a street."""
    name = text.lower[n + 1]
    saint = listed(name) or name in word_list("saints") or (name.endswith("s") and listed(name[:-1]))
    if saint and text.gap(n) in (" ", ". ") and not text.known(n):
        yield text.span(n, n + 1)


_IN_HOUSE = r"(?:flat|room|unit|apartment|apt)\s?\d{1,4}[a-z]?,?\s"
_NUMBER = rf"(?:{_IN_HOUSE})?(?:(?:number|no\.?)\s)?\d{{1,4}}(?:\s?[a-z]\b|/\d{{1,3}})?,?\s"
_NAME = r"[^\W\d_][\w'’.-]*\s"
_CAPITAL = r"[A-Z][\w'’.-]*\s"
_SPELT = (
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|twenty)\s"
)
_LIVES = r"\b(?:live|lives|lived|living|staying|address|adress|home|house)(?: (?:is|was|at|on|in|number))*\s"
_SIDE = r"(?:\s(?:north|south|east|west)\b)?"


@functools.lru_cache(maxsize=1)
def _streets() -> list[tuple[re.Pattern[str], int]]:
    sure, words = any_of(word_list("streets")), any_of(word_list("street_words"))
    cap = any_of(w.title() for w in word_list("streets") | word_list("street_words"))
    named = rf"(?:{_NAME}){{1,3}}?(?:{sure})\b{_SIDE}"
    return [
        (re.compile(rf"\b(?P<it>(?:{_NUMBER}|{_IN_HOUSE}){named})(?!\.?\s[a-z]+'?s\b)", re.I), 1),
        (re.compile(rf"\b(?P<it>(?:{_NUMBER})the (?:{sure}|{words}))\b(?! (?:of|is|was)\b)", re.I), 0),
        (re.compile(rf"\b(?P<it>(?i:{_NUMBER}|{_IN_HOUSE})(?:{_CAPITAL}){{1,3}}?(?:{cap})\b)"), 0),
        (re.compile(rf"\b(?P<it>{_IN_HOUSE}(?:{_NAME}){{1,3}}?(?:{words})\b)", re.I), 1),
        (re.compile(rf"{_LIVES}(?P<it>(?:{_NUMBER})?(?:{_NAME}){{1,3}}?(?:{sure}|{words})\b{_SIDE})", re.I), 2),
        (
            re.compile(
                rf"\b(?P<it>(?:{_CAPITAL}){{1,2}}(?:Cottage|House|Lodge|Farm|Villa), (?:{_CAPITAL}){{1,3}}(?:{cap}))\b"
            ),
            0,
        ),
        (re.compile(rf"(?P<it>{_SPELT}(?:{_NAME}){{1,2}}?(?:{sure}))\b", re.I), 1),
    ]


def streets(text: str) -> Iterator[Span]:
    """Street addresses."""
    for pattern, strict in _streets():
        for match in pattern.finditer(text):
            words = re.findall(r"[^\W\d_]+", match["it"].lower())
            middle = [w for w in words[:-1] if w not in ("flat", "room", "unit", "number", "no", "apartment", "apt")]
            middle = middle[:-1] if words[-1] in ("north", "south", "east", "west") else middle
            if strict and any(w in word_list("no_street") for w in middle):
                continue
            if strict == 2 and not (re.search(r"\d", match["it"]) or re.search(r"[A-Z]", match["it"])):
                continue
            yield match.span("it")
