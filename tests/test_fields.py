"""Every field that an editor fills in is read: by the check, the search, what renders, or on the way to a reply."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from typing import Any

import pytest

from knowledge import check, danger, place, render, rights, schema, store
from knowledge.desk import Desk
from tests.conftest import Conversation

PARTS = [c for _, c in inspect.getmembers(schema, inspect.isclass) if issubclass(c, schema.Part)]
# these go through all fields of an entry, whatever they are
THROUGH_ALL = {("check.py", "cited"), ("check.py", "_leaves")}
CITED = ("cites", "meaning_cites")
# read by editors alone, or not yet by anything; each says why it stays
NOBODY: dict[tuple[str, str], str] = {
    ("Source", "about"): "remarks for editors, which the guide for editors says are not shown",
    ("Safeguarding", "sources"): "what a safeguarding lead looks up who approves the words",
    ("WebSource", "title"): "as above",
    ("WebSource", "url"): "as above",
    ("Criterion", "kind"): "a threshold as data, for answers that compare",
    ("Criterion", "title"): "a threshold as data, for answers that compare",
    ("Criterion", "value"): "a threshold as data, for answers that compare",
    ("SignOff", "by"): "who has read a guide that another wrote; the check before a launch asks only when",
    ("Law", "facts"): "which reviewed facts the words were written from",
}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> set[tuple[str, str]]:
    """The fields that are read while the test runs, each with the class that it stands in."""
    fields: set[tuple[str, str]] = set()
    own = schema.Part.__getattribute__
    owner = {(c, name): _owner(c, name) for c in PARTS for name in c.__fields__}

    def watched(part: Any, name: str) -> Any:
        where = owner.get((type(part), name))
        if where:
            code = sys._getframe(1).f_code
            if name in CITED or (code.co_filename.rsplit("/", 1)[-1], code.co_name) not in THROUGH_ALL:
                fields.add((where, name))
        return own(part, name)

    monkeypatch.setattr(schema.Part, "__getattribute__", watched)
    return fields


def _owner(part: type, name: str) -> str:
    return next(c.__name__ for c in reversed(part.__mro__) if name in getattr(c, "__annotations__", {}))


def test_every_field_of_the_schema_is_read(
    desk: Desk, agent: Any, talk: Callable[[], Conversation], read: set[tuple[str, str]]
) -> None:
    knowledge = desk.knowledge
    check.check(place.content())
    check.release(place.content())
    for kind, entries in knowledge.entries.items():
        for entry in entries.values():
            list(store.phrases(kind, entry))
    for record in knowledge.records:
        for role in (None, "parent", "child", "school"):
            render.answer(knowledge, [record], role)
        for correction in getattr(knowledge.records[record].entry, "corrects", []):
            render.answer(knowledge, [record], None, belief=correction.belief)
    for right in knowledge.rights.values():
        rights.open_cells(right, {})
    _talk(talk)
    _further(desk, talk)
    _advise(desk)
    every = {(_owner(c, name), name) for c in PARTS for name in c.__fields__}
    unread = every - read
    assert sorted(unread - set(NOBODY)) == [], "nothing reads these: use them or take them out"
    assert sorted(set(NOBODY) - unread) == [], "these are read now"


def _talk(talk: Callable[[], Conversation]) -> None:
    """What people come with: a walk, a right, a place of other law, contacts, danger."""
    for first in (
        "I am a parent in Staffordshire and my son has had 4 suspensions",
        "I am a headteacher in Staffordshire. A pupil has had 4 suspensions",
        "I am a governor in Staffordshire. A pupil has had 4 suspensions",
    ):
        person = talk()
        for message in (
            first,
            "walk me through it",
            "next",
            "next",
            "who can I ring?",
            "what is CBD?",
            "what does that stage mean?",
        ):
            person(message)
    for message in (
        "my son says he wants to kill himself",
        "someone took pictures of her without clothes and her dad hits her",
        "i want to end my life",
        "do the governors have to meet?",
        "my daughter is 14 and has been missing since last night",
        "he hits me, he has not come home and they sent naked pictures of her round",
        "my school is in Scotland",
        "how do I appeal in Derbyshire?",
    ):
        talk()(message)


def _further(desk: Desk, talk: Callable[[], Conversation]) -> None:
    """What is asked by the name that one council alone uses, and what is told to who wants to hear more."""
    entries = [record.entry for record in desk.knowledge.records.values()]
    named = next(e for e in entries if getattr(e, "own_names", None))
    talk()(f"what is {named.own_names[0]}?")
    person = talk()
    person(next(e for e in entries if getattr(e, "see", None)).examples[0])
    person("tell me more")


def _advise(desk: Desk) -> None:
    """What an adviser looks at: records, contacts, kinds of danger; and the words for what may be none."""
    from bot.console import answers

    for record in desk.knowledge.records:
        answers.of_record(record, {"role": "parent"}, desk.knowledge)
    danger.gentle(desk.knowledge)
    danger.despairs(desk.knowledge, "i cannot go on")
    for kind in desk.knowledge.safeguarding:
        answers.of_concern(kind, "staffordshire", desk.knowledge)
    answers.search(desk.finder, "governors meeting", "staffordshire", "parents")
    answers.contacts("staffordshire", desk.knowledge)
