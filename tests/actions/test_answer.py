"""Answering, on the knowledge itself: no model needed."""

from __future__ import annotations

from typing import Callable

import pytest

from actions.answer import answer
from actions.choose import clarify, miss
from actions.find import find
from actions.turn import Turn
from bot.inbound import take_in
from knowledge.desk import Desk


def test_two_things_that_may_be_meant_are_asked_about_with_a_button_each(turn: Callable[..., Turn], desk: Desk) -> None:
    said = turn("the pathway", area="staffordshire")
    hits = find(said)[:3]
    reply = clarify(said, hits)
    assert reply.status == "clarifies"
    assert [b.title for b in reply.buttons[:-1]] == [h.record.title for h in hits]
    for button, hit in zip(reply.buttons, hits):
        assert take_in(button.payload, desk.known).tap
        assert hit.record.id in button.payload


def test_a_miss_is_said_and_a_second_one_names_people(turn: Callable[..., Turn]) -> None:
    said = turn("zzz")
    assert miss(said).status == "not_covered"
    assert miss(said).status == "offers_person"


def test_a_miss_offers_what_is_near_here_and_was_not_told_just_now(turn: Callable[..., Turn], desk: Desk) -> None:
    asked, council = "who sits on the governors panel", "whom do I ring at the council"
    near = [hit for hit in find(turn(asked)) if hit.record.kind == "law"]
    offered = miss(turn(asked), near)
    assert [b.title for b in offered.buttons[:3]] == [hit.record.title for hit in near[:3]]
    last = {"records": [near[0].record.id], "intent": "ask", "text": asked}
    assert near[0].record.title not in [b.title for b in miss(turn(asked, last=last), near).buttons]
    elsewhere = [hit for hit in find(turn(council, area="hackney")) if hit.record.area == "hackney"]
    assert elsewhere
    titles = [b.title for b in miss(turn(council, area="suffolk"), elsewhere).buttons]
    assert not {hit.record.title for hit in elsewhere} & set(titles)


@pytest.mark.parametrize("area", ["hackney", "leicestershire", "suffolk", "england", "leicester-city"])
def test_an_area_without_a_pathway_is_never_given_another_s(area: str, turn: Callable[..., Turn]) -> None:
    said = turn("what does the school have to do at 4 suspensions", "ask_duties", area=area, role="parent")
    reply = answer(said)
    assert reply.status == "not_covered"
    assert reply.records == []


def test_an_area_with_other_law_gets_no_english_law(turn: Callable[..., Turn]) -> None:
    reply = answer(turn("how many days can he be suspended for", area="wales"))
    assert reply.status == "not_covered"
    assert "45" not in reply.text
