"""School days of suspension that a message tells: of this suspension, this term, this year, and several added up.

A lunchtime counts as half a day (School Discipline Regulations 2012), so that three lunchtimes are 1.5.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Iterator, Optional

from ruamel.yaml import YAML

from knowledge.words import plain

WEEK, LUNCHTIME = 5.0, 0.5  # in school days
MOST = 190.0  # school days in a year
LIST_GAP = 40  # letters between a number and the days before it that it may go on from
NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "half a": 0.5, "a couple of": 2,
}  # fmt: skip
_NUMBER = rf"(?P<n>\d{{1,3}}(?:\.5| and a half|½)?|(?:{'|'.join(sorted(NUMBERS, key=len, reverse=True))}))"
_OF = r"(?:full |whole |more |extra |further |separate |single |school )*"
_STATED = re.compile(
    rf"(?<![\d./£]){_NUMBER}(?P<half> and a half)?[- ]?(?P<unit>{_OF}(?:days?|weeks?|lunch ?times?|lunches))\b"
)
_JOINS = r"(?:then|and then|and|plus|another|now|[+&,])"
_NEXT = re.compile(rf"(?:\b|(?<=\W)){_JOINS}\s*(?:another |a further |now )?{_NUMBER}\b")
_BEFORE = re.compile(r"(?P<n>\d{1,2}(?:\.5)?)\s*(?:and|then|,|\+|&|plus)\s*(?:then |another |now )*$")
_CLAUSE = re.compile(r"[.?!,]|\band\b")


@dataclasses.dataclass(frozen=True)
class Days:
    """School days out, in halves. `listed` are the suspensions told one by one, where there are several."""

    this_time: Optional[float] = None
    term: Optional[float] = None
    year: Optional[float] = None
    listed: tuple[float, ...] = ()
    added: bool = False  # they come on top of what was told before: 'and another 4'


@functools.cache
def _patterns() -> dict[str, re.Pattern[str]]:
    words = YAML(typ="safe").load((Path(__file__).parent / "vocabulary.yml").read_text(encoding="utf-8"))["days"]
    joined = {name: "|".join(these) for name, these in words.items()}
    whole = {name: rf"\b(?:{joined[name]})\b" for name in ("term", "year", "total")}
    ends = {"not_before": rf"\b(?:{joined['not_before']})\s*$", "not_after": rf"^\s*(?:{joined['not_after']})\b"}
    return {name: re.compile(it) for name, it in {**joined, **whole, **ends}.items()}


def days(text: str) -> Days:
    """What a message tells; nothing of days within which something has to be done."""
    said = plain(text)
    about = any(_patterns()[name].search(said) for name in ("about", "total", "term", "year"))
    found = sorted(_all(said)) if about else []
    totals = [value for _, value, total in found if total]
    single = [value for _, value, total in found if not total]
    in_term, in_year = (bool(_patterns()[name].search(said)) for name in ("term", "year"))
    whole = max(totals) if totals else sum(single) if len(single) > 1 or in_term or in_year else None
    return Days(
        this_time=single[-1] if single else None,
        term=(whole or None) if in_term or not in_year else None,
        year=(whole or None) if in_year and not in_term else None,
        listed=tuple(single) if len(single) > 1 else (),
        added=len(found) == 1 and not totals and bool(_patterns()["added"].search(said)),
    )


def _all(said: str) -> Iterator[tuple[int, float, bool]]:
    """(place, school days, whether that is a total) for all days of suspension that are told."""
    ends: list[tuple[int, int]] = []
    for match in _STATED.finditer(said):
        before, after = said[: match.start()], said[match.end() :]
        value = _value(match["n"], match["unit"]) + (0.5 if match["half"] else 0.0)
        counted = _patterns()["not_before"].search(before) or _patterns()["not_after"].match(after)
        if not counted and 0 < value <= MOST:
            around = f"{_CLAUSE.split(before)[-1][-24:]} {_CLAUSE.split(after)[0][:28]}"
            yield match.start(), value, bool(_patterns()["total"].search(around))
            ends.append((match.start(), match.end()))
    if ends and (listed := _BEFORE.search(said[: ends[0][0]])):  # '4 and then 3 days'
        yield listed.start(), _value(listed["n"], "days"), False
    for match in _NEXT.finditer(said, ends[0][1]) if ends else ():  # '4 days, then 3'
        apart = _STATED.match(said, match.start("n")) or match.start() - ends[-1][1] > LIST_GAP
        if not apart and re.match(rf"\s*(?:{_patterns()['goes_on'].pattern})", said[match.end() :]):
            yield match.start("n"), _value(match["n"], "days"), False


def _value(number: str, unit: str) -> float:
    """School days: 'a week', '2.5 days', 'half a day', '3 lunchtimes'."""
    figure = re.match(r"\d+(?:\.5)?", number)
    value = float(figure[0]) + (0.5 if figure[0] != number else 0.0) if figure else float(NUMBERS[number])
    value *= WEEK if "week" in unit else LUNCHTIME if "lunch" in unit else 1.0
    return int(value) if value == int(value) else value
