"""Whom to contact: the area's own service, whoever else's is nearer to the words; otherwise a national one."""

from __future__ import annotations

from typing import Callable

import pytest

from actions.answer import answer
from actions.turn import Turn
from knowledge.store import Knowledge

COVERED = ("staffordshire", "hackney", "leicestershire", "suffolk")
ASKED = {
    "sendiass": ["number for SENDIASS", "how do I get in touch with sendiass", "parent partnership phone number"],
    "childrens-front-door": ["social services phone", "front door number", "who do I ring about a child at risk"],
    "lado": ["number of the LADO", "who is the LADO", "how do I contact the designated officer"],
    "virtual-school": ["how do I contact the virtual school", "virtual school phone", "email for the virtual head"],
    "exclusions-or-inclusion": ["contact details of the exclusions team", "exclusions team contact"],
    "early-help": ["family hub contact", "family hubs phone"],
}
QUESTIONS = [(kind, question) for kind, questions in ASKED.items() for question in questions]


@pytest.mark.parametrize("area", COVERED)
@pytest.mark.parametrize(("kind", "question"), QUESTIONS)
def test_an_area_s_own_service_answers_before_a_national_one(
    kind: str, question: str, area: str, turn: Callable[..., Turn], knowledge: Knowledge
) -> None:
    reply = answer(turn(question, "ask_contact", area=area))
    assert reply.status == "answered"
    assert reply.records[0] in [s.id for s in knowledge.contacts(area, (kind,))]
    assert reply.scope["area"] == area


@pytest.mark.parametrize("area", COVERED)
@pytest.mark.parametrize("intent", ["ask", "ask_meaning", "nlu_fallback"])
def test_so_it_does_where_the_kind_of_question_was_not_seen(intent: str, area: str, turn: Callable[..., Turn]) -> None:
    assert answer(turn("number for SENDIASS", intent, area=area)).records[0] == f"{area}-sendiass"


@pytest.mark.parametrize(("kind", "question"), QUESTIONS)
def test_without_an_area_the_national_one_answers_or_the_area_is_asked_for(
    kind: str, question: str, turn: Callable[..., Turn], knowledge: Knowledge
) -> None:
    reply = answer(turn(question, "ask_contact"))
    national = [s.id for s in knowledge.contacts("england", (kind,))]
    if national:
        assert reply.records == national
    else:
        assert reply.status == "asks_area"


@pytest.mark.parametrize("area", ["england", "stoke-on-trent", "rutland"])
@pytest.mark.parametrize(("kind", "question"), QUESTIONS)
def test_no_area_is_given_another_s(
    kind: str, question: str, area: str, turn: Callable[..., Turn], knowledge: Knowledge
) -> None:
    reply = answer(turn(question, "ask_contact", area=area))
    assert {knowledge.records[r].area for r in reply.records} <= {area, "england", "uk"}
    if kind == "sendiass":
        assert reply.records[0] == "sendiass-general"


@pytest.mark.parametrize("area", COVERED)
def test_a_national_line_asked_for_by_name_answers_everywhere(area: str, turn: Callable[..., Turn]) -> None:
    assert answer(turn("childline number", "ask_contact", area=area)).records == ["childline"]
