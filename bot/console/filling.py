"""What an adviser has written fills in by itself: the assistant's own reader, and a few things only a note says."""

from __future__ import annotations

import re
from typing import Any, Callable, Optional

from bot.console.scripts import Scripts
from knowledge.deciding import decisions
from knowledge.reading import Reader, Reading
from knowledge.words import plain

_YEAR = re.compile(r"\b(?:y|yr|year) ?(\d{1,2})\b(?! ?(?:old|s\b))")
EXAM_YEARS = (11, 13)
_LETTER = (
    ("no", re.compile(r"\b(no|without( a| any)?|not (had|got|received)( a| any)?|never got a) (letter|email)\b")),
    (
        "yes",
        re.compile(
            r"\b(letter|email) (has )?(come|came|recd|received|arrived)\b"
            r"|\b(got|had|received|has|have) (a|the) letter\b"
        ),
    ),
)
_PLAN = re.compile(
    r"(?:\b(no|without|hasnt(?: got)?|not|never|applied for|applying for|asked for|wants|awaiting)(?: an?)? )?"
    r"\b(?:ehcp|ehc plan)\b"
)
_WISHED = ("applied for", "applying for", "asked for", "wants", "awaiting")
_DAYS = re.compile(r"\b(\d{1,2}) (?:school )?days? (?:out|off|missed|so far|this term)\b")
# the reader's names for circumstances, and ours
_YES_NO = {True: "yes", False: "no", None: None}
_FACTS = ("ehc_plan", "sen", "in_care", "social_worker", "health_need")


def read(text: str, reader: Reader, scripts: Scripts) -> dict[str, Any]:
    """What a text says of the situation, as answers to the facts there are."""
    reading = reader.read(text)
    said = plain(text)
    found: dict[str, Any] = {
        "role": reading.role if reading.role_stated else None,
        "school_area": reading.area,
        "home_area": reading.home_area,
        "decision": _decision(reading),
        "suspensions": reading.counts[0] if len(reading.counts) == 1 else None,
        **{name: _YES_NO[reading.facts.get(name)] for name in _FACTS},
        **_plan(said, reading.facts.get("ehc_plan")),
        "serious": "yes" if reading.stage == "serious-breach" else None,
        "letter": next((answer for answer, pattern in _LETTER if pattern.search(said)), None),
        "days_out": _number(_DAYS, said),
        **_year(said),
    }
    answers = {name: scripts.answer(name, value) for name, value in found.items()}
    return {name: value for name, value in answers.items() if value is not None}


def _decision(reading: Reading) -> Optional[str]:
    """What was decided; in a note its bare name says so: 'Y9, PEX 12 Nov'. A fear or a denial fills in nothing."""
    decided = decisions().read(reading.text, notes=True)
    return None if decided.implied else decided.decision


def _plan(text: str, stated: Optional[bool]) -> dict[str, Any]:
    """A plan that is only named, as in 'Year 9, EHCP': there is one. One that is wished for is none yet."""
    match = _PLAN.search(text)
    if match and match.group(1) in _WISHED:
        return {"ehc_plan": None}
    return {"ehc_plan": "yes"} if stated is None and match and not match.group(1) else {}


def _number(pattern: re.Pattern[str], text: str) -> Any:
    match = pattern.search(text)
    return int(match.group(1)) if match else None


def _year(text: str) -> dict[str, Any]:
    year = _number(_YEAR, text)
    if year is None or not 1 <= year <= 13:
        return {}
    phases: list[tuple[Callable[[int], bool], str]] = [
        (lambda y: y < 7, "primary"),
        (lambda y: y < 12, "secondary"),
        (lambda y: True, "sixth-form"),
    ]
    phase = next(name for fits, name in phases if fits(year))
    return {"phase": phase, "exam_year": "yes" if year in EXAM_YEARS else "no"}


def fill(facts: dict[str, Any], filled: dict[str, str], found: dict[str, Any]) -> dict[str, Any]:
    """The part of what was found that is still unknown and was not undone before."""
    return {name: value for name, value in found.items() if facts.get(name) in (None, "") and filled.get(name) != "no"}
