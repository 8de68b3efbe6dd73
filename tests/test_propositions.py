"""What people ask to have confirmed, the one way and the other way round: no answer says yes or no to it."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

from knowledge.store import Knowledge

PROPOSITIONS = YAML(typ="safe").load((Path(__file__).parent / "propositions.yml").read_text(encoding="utf-8"))
OPENS = re.compile(r"(yes|no|yep|nope|right|correct|true|that is (right|true)|not true)\b *[,.;:!–-]", re.I)
ABOUT_THE_READER = re.compile(
    r"(your child|you) (has|have|is|are) (been )?(suspended|permanently excluded|sent home|back)"
)
ANSWERED = 0.8  # of all, so that the test is not passed by answering nothing


def messages() -> list[Any]:
    return [pytest.param(p[side], p["about"], id=p[side]) for p in PROPOSITIONS for side in ("so", "not_so")]


@pytest.mark.parametrize(("message", "about"), messages())
def test_an_answer_neither_confirms_nor_denies_what_it_may_not_be_about(
    message: str, about: list[str], talk: Callable[[], Any], knowledge: Knowledge
) -> None:
    reply = talk()(message)
    text = reply["text"]
    assert not OPENS.match(text), text
    assert not ABOUT_THE_READER.match(text.lower()), text
    corrections = {
        correction.instead: name
        for name, record in knowledge.records.items()
        for correction in getattr(record.entry, "corrects", [])
    }
    lead = next((owner for instead, owner in corrections.items() if text.startswith(instead)), None)
    if lead and not knowledge.records[lead].entry.text.for_role(None).startswith(text.split("\n")[0]):
        assert lead in about, f"puts right what was not said: {text[:200]}"


def test_most_of_them_are_answered_with_the_record_that_is_about_them(talk: Callable[[], Any]) -> None:
    right = [
        bool(set(p["about"]) & set(talk()(p[side])["custom"]["records"]))
        for p in PROPOSITIONS
        for side in ("so", "not_so")
    ]
    assert sum(right) >= ANSWERED * len(right)


@pytest.mark.parametrize(
    "message",
    [
        "my son got suspended for 2 days and school says if I don't come to the meeting he can't go back, "
        "is that right?",
        "if I do not attend that meeting she is not let back in, is that correct?",
        "he has to wait at home till I have been to a meeting, is that right",
    ],
)
def test_a_return_that_is_made_to_depend_on_a_meeting_is_put_right(message: str, say: Any) -> None:
    reply = say(message)
    assert "return-not-conditional-on-meeting" in reply["custom"]["records"], reply
    assert not OPENS.match(reply["text"])
    assert re.search(r"must (?:be (?:allowed|let) (?:back|in)|let)", reply["text"])


@pytest.mark.parametrize(
    "message", ["what if i dont sign, can they suspend him", "if i wont sign can they suspend her"]
)
def test_not_signing_is_not_said_to_bring_a_suspension_about(message: str, say: Any) -> None:
    reply = say(message)
    assert reply["custom"]["records"][0] in ("parent-consent-not-needed", "signing", "unlawful-reasons")
    assert not OPENS.match(reply["text"])
