"""Whole answers to what people come with, over the REST channel."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from knowledge.render import words
from knowledge.store import Knowledge

Talk = Callable[[], Any]
NOT_ASKED = words()["buttons"]["not_asked"]
TITLES = words()["guide"]

STORIES = [
    (
        "hi, the school rang me at work again and said come and get him, he had kicked off in maths and they want him"
        " home to calm down. i lost half a day's pay. nobody gave me any letter or said suspended. can they do this",
        "sent-home-no-letter",
    ),
    (
        "My daughter is in year 9, suspended for five days from monday over a fight on the stairs. I have never had"
        " this before and I don't know what happens now or what I have to do",
        "suspended-what-now",
    ),
    (
        "they want us to agree to a managed move to the academy across town, the deputy said it's that or he might be"
        " permanently excluded. do we have to say yes, we have till friday to decide",
        "managed-move-offered",
    ),
    (
        "It's day seven of the permanent exclusion and there is still no school or tutor for him, the council keeps"
        " saying they are looking. He is just sat at home. who has to sort it",
        "education-missing-or-too-little",
    ),
]


@pytest.mark.parametrize(("story", "need"), STORIES, ids=[need for _, need in STORIES])
def test_a_story_is_answered_whole(story: str, need: str, talk: Talk, knowledge: Knowledge) -> None:
    reply = talk()(story)
    custom = reply["custom"]
    assert custom["status"] == "answered", reply
    assert need in custom["needs"], custom
    assert custom["records"]
    text = reply["text"]
    assert TITLES["do_now"] in text
    assert words()["labels"]["who"] in text or TITLES["help"] in text
    titles = {knowledge.guides[name].title for name in knowledge.guides}
    assert len([b for b in reply["buttons"] if b["title"] in titles]) >= 2
    assert NOT_ASKED in [b["title"] for b in reply["buttons"]]


def test_what_comes_next_is_a_part_not_told_yet(talk: Talk) -> None:
    person = talk()
    first = person(STORIES[0][0])
    second = person("ok and why is that?")
    assert second["custom"]["needs"] == first["custom"]["needs"]
    assert second["text"] != first["text"]
    third = person("who can help?")
    assert third["text"] not in (first["text"], second["text"])


def test_a_button_leads_to_the_next_need(talk: Talk, knowledge: Knowledge) -> None:
    person = talk()
    first = person(STORIES[1][0])
    titles = {guide.title: name for name, guide in knowledge.guides.items()}
    button = next(b["title"] for b in first["buttons"] if b["title"] in titles)
    reply = person.tap(button)
    assert reply["custom"]["needs"] == [titles[button]]


def test_what_was_not_asked_leads_to_what_else_it_may_have_been(talk: Talk, knowledge: Knowledge) -> None:
    person = talk()
    first = person(STORIES[1][0])
    other = person.tap(NOT_ASKED)
    assert other["custom"]["status"] == "clarifies"
    titles = {guide.title: name for name, guide in knowledge.guides.items()}
    offered = [titles[b["title"]] for b in other["buttons"] if b["title"] in titles]
    assert offered
    assert not set(offered) & set(first["custom"]["needs"])


@pytest.mark.parametrize("role", ["school", "governor", "professional", "council", "child"])
def test_nobody_else_is_spoken_to_as_a_parent(role: str, talk: Talk) -> None:
    for story, _ in STORIES:
        person = talk()
        person('/inform{"role":"%s"}' % role)
        reply = person(story)
        if reply["custom"]["status"] == "answered" and reply["custom"]["needs"]:
            assert "your child" not in reply["text"].lower(), reply["text"]


def test_a_council_s_own_part_stands_only_in_its_own_area(talk: Talk, knowledge: Knowledge) -> None:
    for area in ("hackney", "suffolk", None):
        person = talk()
        if area:
            person('/inform{"area":"%s"}' % area)
        others = [a.title for a in knowledge.areas.values() if a.id != area and a.kind == "covered"]
        for story, _ in STORIES:
            text = person(story)["text"]
            assert [title for title in others if TITLES["local"].format(area=title) in text] == []
