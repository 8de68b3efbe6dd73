"""Signs of danger in plain words: read whatever the trained part thinks, denied ones left out, past ones weakened.

All words are data: `plain_signs.yml`. A message is read as it is meant to be read (`spelling.legible`). Ways of
speaking and what is denied are cut out of it, and the rest is judged, here and by the trained part.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any, Iterator, Optional

from ruamel.yaml import YAML

from bot.nlu.clauses import Span, spans
from bot.nlu.spelling import legible

CUT = " … "  # stands where words were cut out, and parts clauses
ALONE = 9  # words; a message that says no more than a sign which else is unclear

LATER = 8  # clauses after a sign that may say that it is over and seen to

Pattern = re.Pattern[str]


@dataclasses.dataclass(frozen=True)
class Sign:
    """Words that name a kind of danger, and whether they are enough for a page."""

    kind: str
    page: bool
    place: Span = (0, 0)


@dataclasses.dataclass
class Plain:
    """What a message says in plain words: its signs, the kinds it denies, whether it sounds heavy, and the rest."""

    signs: list[Sign]
    denied: set[str]
    gentle: bool
    rest: str


@dataclasses.dataclass(frozen=True)
class _Rule:
    kinds: tuple[str, ...]
    page: Any  # true, false, or 'alone'
    patterns: tuple[Pattern, ...]


@dataclasses.dataclass(frozen=True)
class _Words:
    rules: tuple[_Rule, ...]
    idioms: tuple[Pattern, ...]
    figures: tuple[Pattern, ...]
    denied: Pattern
    denials: tuple[tuple[tuple[str, ...], Pattern], ...]  # the kinds that words deny, and the whole of these words
    past: Pattern
    settled: Pattern
    ended: Pattern
    now: Pattern
    lasting: Pattern


@functools.lru_cache(maxsize=1)
def data() -> Any:
    """The word lists as they stand."""
    return YAML(typ="safe").load((Path(__file__).parent / "plain_signs.yml").read_text(encoding="utf-8"))


@functools.lru_cache(maxsize=1)
def _words() -> _Words:
    loaded = data()

    def compiled(pattern: str) -> Pattern:
        while (filled := re.sub(r"\{([a-z]+)\}", lambda m: loaded["words"][m[1]], pattern)) != pattern:
            pattern = filled
        return re.compile(pattern)

    def every(entry: dict[str, Any]) -> tuple[Pattern, ...]:
        return tuple(compiled(p) for p in entry["say"])

    denied = loaded["denied"].rstrip("$? ")
    rules = [_Rule((s["kind"], *s.get("also", [])), s.get("page", True), every(s)) for s in loaded["signs"]]
    return _Words(
        rules=tuple(rules),
        idioms=tuple(p for f in loaded["figures"] if not f["gentle"] for p in every(f)),
        figures=tuple(p for f in loaded["figures"] if f["gentle"] for p in every(f)),
        denied=compiled(loaded["denied"]),
        denials=tuple(
            (tuple(d["kinds"]), compiled(f"{denied} (?:{d['say']}){loaded['denied_to']}")) for d in loaded["deniable"]
        ),
        past=compiled(loaded["past"]),
        settled=compiled(loaded["settled"]),
        ended=compiled(loaded["ended"]),
        now=compiled(loaded["now"]),
        lasting=compiled(loaded["lasting"]),
    )


def _clause(clauses: list[Span], at: int) -> int:
    """Which clause a place is in."""
    return next((i for i, (start, end) in enumerate(clauses) if start <= at < end), len(clauses) - 1)


def over(text: str) -> bool:
    """Whether a clause tells of what is past or settled."""
    words = _words()
    return bool(words.settled.search(text)) or bool(words.past.search(text) and not words.now.search(text))


def _matches(text: str) -> Iterator[tuple[_Rule, re.Match[str]]]:
    for rule in _words().rules:
        for pattern in rule.patterns:
            for match in pattern.finditer(text):
                yield rule, match


def _denial(text: str, clauses: list[Span], match: re.Match[str]) -> Optional[int]:
    """Where the words begin that deny a sign; None if nothing does."""
    start, end = clauses[_clause(clauses, match.start())] if clauses else (0, 0)
    before = _words().denied.search(text[:end], start, match.start())
    return before.start() if before and before.end() == match.start() else None


def _ended(text: str, clauses: list[Span], match: re.Match[str]) -> bool:
    """Whether the clause of a sign says that it is over, or, if it does not say that it goes on, a later one."""
    at, words = _clause(clauses, match.start()), _words()
    here, *later = [text[start:end] for start, end in clauses[at : at + 1 + LATER]] or [""]
    if words.lasting.search(here):
        return over(here)
    after = later[0] if later else ""
    dated = after.startswith(("when ", "since ", "before ", "back ")) and words.past.search(after)
    return over(here) or bool(dated or words.settled.search(after)) or any(map(words.ended.search, later))


def _without(text: str, places: list[Span]) -> str:
    rest, at = [], 0
    for start, end in sorted(places):
        if start >= at:
            rest.append(text[at:start])
        at = max(at, end)
    return CUT.join([*rest, text[at:]]) if places else text


def plain_words(text: str) -> Plain:
    """What a message says in plain words."""
    words, said = _words(), legible(text)
    for pattern in words.idioms:
        said = pattern.sub(CUT, said)
    clauses = spans(said)
    alone = len(said.split()) <= ALONE
    signs: list[Sign] = []
    cut: list[Span] = []
    denied: set[str] = set()
    gentle = False
    for rule, match in _matches(said):
        before = _denial(said, clauses, match)
        if before is not None:
            cut.append((before, match.end()))
            denied.update(rule.kinds)
            continue
        page = not _ended(said, clauses, match) and (rule.page is True or (rule.page == "alone" and alone))
        signs += [Sign(kind, page, match.span()) for kind in rule.kinds]
    whole = [s.place for s in signs if s.page]
    for pattern in words.figures:
        for match in pattern.finditer(said):
            if not any(start < match.end() and match.start() < end for start, end in whole):
                cut.append(match.span())
                gentle = True
    for kinds, pattern in words.denials:
        for match in pattern.finditer(said):
            if not any(start < match.end() and match.start() < end for start, end in whole):
                cut.append(match.span())
                denied.update(kinds)
    return Plain(signs, denied, gentle or any(not s.page for s in signs), _without(said, cut))


def plain_sign(text: str) -> Optional[str]:
    """The gravest kind of danger that a message names in plain words, if it does."""
    return next((sign.kind for sign in plain_words(text).signs if sign.page), None)
