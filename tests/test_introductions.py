"""A line that only says who writes, or one thing about the child, is acknowledged and met with what is needed next."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

from knowledge.render import words
from knowledge.store import Knowledge

LINES = YAML(typ="safe").load((Path(__file__).parent / "introductions.yml").read_text(encoding="utf-8"))
ALL = [pytest.param(role, line, id=f"{role}: {line}") for role, lines in LINES.items() for line in lines]


@pytest.mark.parametrize(("role", "line"), ALL)
def test_who_writes_is_acknowledged_and_not_answered(role: str, line: str, talk: Callable[[], Any]) -> None:
    reply = talk()(line)
    assert reply["custom"]["status"] == "context_noted", reply
    assert reply["custom"]["scope"]["role"] == role
    assert reply["custom"]["records"] == []
    payloads = [b["payload"] for b in reply["buttons"]]
    for record in words()["needs"][role]["records"]:
        assert any(f'"{record}"' in payload for payload in payloads)
    assert "your child" not in reply["text"].lower()


@pytest.mark.parametrize("line", ["im a lollipop lady", "i work in catering", "im a caretaker", "i work with horses"])
def test_who_is_in_none_of_the_roles_is_asked_in_neutral_words(line: str, say: Any) -> None:
    reply = say(line)
    assert reply["custom"]["status"] == "asks_role"
    assert "your child" not in reply["text"].lower()


@pytest.mark.parametrize(
    "message",
    [
        "im a mum, can they suspend him for his hair",
        "what does a social worker do",
        "I'm a head and want to suspend a pupil",
        "my son has a social worker",
        "ta",
        "im worried about his exams",
        "attendance",
    ],
)
def test_what_says_more_or_something_else_is_no_introduction(message: str, say: Any) -> None:
    assert "Is it one of these? Or tell me" not in say(message)["text"]


def test_an_introduction_while_a_question_waits_answers_the_question(say: Any) -> None:
    say("fourth suspension, Stafford. what am I meant to do?")
    assert say("im a TA")["custom"]["records"] == ["staffs-4-schools"]


def test_what_is_often_needed_exists_for_every_role(knowledge: Knowledge) -> None:
    needs = words()["needs"]
    assert set(words()["labels"]["roles"]) <= set(needs)
    assert set(words()["labels"]["facts"]) == set(needs) - set(words()["labels"]["roles"])
    for wanted in needs.values():
        assert wanted["ways"]
        assert set(wanted["records"]) <= set(knowledge.records)


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("hes autistic", "special educational needs"),
        ("he is in care", "in care"),
        ("shes got a social worker", "has a social worker"),
    ],
)
def test_one_thing_about_the_child_is_named_and_met_with_what_it_changes(line: str, label: str, say: Any) -> None:
    reply = say(line)
    assert reply["custom"]["status"] == "context_noted"
    assert label in reply["text"]
    assert any(b["payload"].startswith("/show") for b in reply["buttons"])


@pytest.mark.parametrize(
    ("cry", "records"),
    [
        ("he has autism and they keep sending him home early", {"next-steps-sent-home", "sent-home-to-cool-off"}),
        (
            "they phone me every lunchtime to come and get her",
            {"next-steps-sent-home", "lunchtime-suspension-half-day"},
        ),
        ("my daughter got permanently excluded this morning and I don't know where to turn", {"next-steps-permanent"}),
        ("they've suspended my boy for a week, he's only six", {"next-steps-suspended"}),
        ("the head is threatening to expel him", {"next-steps-nothing-yet", "only-headteacher-can-exclude"}),
    ],
)
def test_a_cry_without_a_question_mark_is_answered_at_once(cry: str, records: set[str], say: Any) -> None:
    reply = say(cry)
    assert reply["custom"]["status"] == "answered"
    assert records & set(reply["custom"]["records"]), reply


def test_what_a_cry_told_is_named_beside_the_answer(say: Any) -> None:
    assert "I'll remember: Sent home" in say("he has autism and they keep sending him home early")["text"]
