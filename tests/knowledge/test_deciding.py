"""What a message says was decided, and what it only asks, fears, denies or tells of others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from bot.console import filling, scripts
from knowledge.deciding import decisions, pattern_of
from knowledge.desk import Desk

CASES = Path(__file__).parent / "decisions"


def cases(states: bool) -> list[Any]:
    """The messages of both files with what is expected: the decision, or else the heading they stand under."""
    made = []
    for name in ("tuned", "held_out"):
        for heading, under in YAML(typ="safe").load((CASES / f"{name}.yml").read_text(encoding="utf-8")).items():
            if (heading == "is") is states:
                continue
            for kind, messages in under.items() if heading == "is" else [(heading, under)]:
                made += [pytest.param(kind, message, id=f"{kind}: {message}") for message in messages]
    return made


@pytest.mark.parametrize(("decision", "message"), cases(states=False))
def test_what_is_stated_is_read(decision: str, message: str, desk: Desk) -> None:
    assert desk.reader.read(message).decision == decision
    assert not desk.reader.read(message).implied


@pytest.mark.parametrize(("heading", "message"), cases(states=True))
def test_what_is_not_so_is_no_decision_of_the_case(heading: str, message: str, desk: Desk) -> None:
    reading = desk.reader.read(message)
    assert reading.decision in (None, "nothing")
    assert reading.decision is None or reading.implied


@pytest.mark.parametrize(("heading", "message"), cases(states=True))
def test_a_note_of_a_call_fills_in_no_decision_that_is_not_so(heading: str, message: str, desk: Desk) -> None:
    assert filling.read(message, desk.reader, scripts.load(desk.knowledge)[0]).get("decision") is None


@pytest.mark.parametrize("heading", ["not", "threatened", "others", "before"])
@pytest.mark.parametrize("message", [m for m in ("excluded", "suspended", "permed", "a perm ex", "a suspension")])
def test_each_name_of_a_decision_can_stand_in_each_state(heading: str, message: str) -> None:
    noun = message.startswith("a ")
    frame = {
        "not": "it is not {}" if noun else "he hasnt been {}",
        "threatened": "he might get {}",
        "others": "his mate got {}",
        "before": "he got {} last year",
    }[heading]
    (mention,) = decisions().read(frame.format(message)).mentions
    assert mention.state == heading


def entries() -> list[Any]:
    return [
        pytest.param(entry, id=f"{state} {number}")
        for state, entries_ in decisions().states.items()
        for number, entry in enumerate(entries_, 1)
    ]


@pytest.mark.parametrize("entry", entries())
def test_each_pattern_fits_its_examples_and_not_the_others(entry: dict[str, Any]) -> None:
    frame = pattern_of(entry)
    assert entry["fits"]
    assert entry["not"]
    for message in entry["fits"]:
        assert any(frame.search(clause) for _, _, clause in decisions().clauses(message)), message
    for message in entry["not"]:
        assert not any(frame.search(clause) for _, _, clause in decisions().clauses(message)), message


def test_a_decision_of_others_says_nothing_of_how_often(desk: Desk) -> None:
    assert desk.reader.read("his brother has had 4 suspensions").counts == []
    assert desk.reader.read("he has had 4 suspensions").counts == [4]


@pytest.mark.parametrize(
    ("note", "decision"),
    [
        ("Y9, EHCP, PEX 12 Nov, mum upset", "permanent"),
        ("FTE x2 this term", "suspended"),
        ("sent home twice, nil in writing", "sent-home"),
        ("FTE last year", None),
        ("head threatening pex", None),
    ],
)
def test_in_a_note_a_bare_name_is_enough(note: str, decision: str | None, desk: Desk) -> None:
    assert filling.read(note, desk.reader, scripts.load(desk.knowledge)[0]).get("decision") == decision
