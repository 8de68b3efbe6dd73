"""Never another council's rule: every local record is asked for from every other area. Generated, not sampled."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from actions.find import in_context
from actions.turn import Turn
from knowledge.desk import Desk
from knowledge.query import NATIONAL
from knowledge.store import Record
from knowledge.words import plain
from tests.eval.measure import areas_named, foreign
from tests.knowledge.test_content import names

COVERED = ("staffordshire", "suffolk", "hackney", "leicestershire")
# a number of suspensions in the ways people say it: what it leads to is a council's own
COUNTS = (
    "my son has had 4 suspensions",
    "thats her third suspension this year, what should school be doing?",
    "she's on 5, what happens now",
    "what stage are we at with 2 suspensions",
    "we have a pupil with six suspensions. what do we have to do?",
    "one more suspension and then what?",
    "he was excluded twice, what am i asked to do as a parent",
    "what is the council meant to do at three suspensions",
)


def elsewhere(desk: Desk, area: str) -> list[Record]:
    """The records of every other area."""
    return [r for r in desk.knowledge.records.values() if r.area not in {area, *NATIONAL}]


def asked(phrases: list[str]) -> list[str]:
    """The phrases that name no area, since naming one changes it."""
    return [p for p in dict.fromkeys(phrases) if not areas_named([p])]


def examples(desk: Desk) -> dict[str, list[str]]:
    """The example questions and mistaken beliefs of each record."""
    found: dict[str, list[str]] = {}
    for phrase in desk.knowledge.phrases:
        if phrase.kind in ("example", "belief"):
            found.setdefault(phrase.record, []).append(phrase.text)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("area", COVERED)
def test_no_name_and_no_example_brings_another_area_s_record(desk: Desk, area: str) -> None:
    of_record = examples(desk)
    strays = []
    for record in elsewhere(desk, area):
        for text in asked([*names(record), *of_record.get(record.id, [])[:6]]):
            intent = "ask_contact" if record.kind == "services" else "ask"
            turn = Turn({"area": area}, text, intent, 1.0, desk.reader.read(text).as_dict(), {}, desk)
            strays += [(text, h.record.id) for h in in_context(turn) if h.record.area not in {area, *NATIONAL}]
    assert strays == []


@pytest.mark.slow
@pytest.mark.parametrize("area", COVERED)
def test_no_answer_and_no_button_leads_to_another_area(desk: Desk, talk: Callable[[], Any], area: str) -> None:
    person = talk()
    person(f"im in {area}")
    strays = []
    for record in elsewhere(desk, area):
        for text in asked([record.title]):
            person(text)
            strays += [(text, name) for name in foreign(person.replies, {area})]
    assert strays == []


@pytest.mark.slow
def test_who_names_no_area_is_shown_no_council_s_record(desk: Desk, talk: Callable[[], Any]) -> None:
    """Asked in the words of every council's record; a council counts as named by a name that is its own: 'EIO'."""
    of_record = examples(desk)
    own = {plain(n): r.area for r in desk.knowledge.records.values() for n in getattr(r.entry, "own_names", [])}
    strays = []
    for record in elsewhere(desk, "england"):
        for text in asked([record.title, *of_record.get(record.id, [])[:2]]):
            named = {area for name, area in own.items() if f" {name} " in f" {plain(text).rstrip('?.! ')} "}
            person = talk()
            person(text)
            strays += [(text, name) for name in foreign(person.replies, named)]
    assert strays == []


@pytest.mark.parametrize("text", COUNTS)
def test_a_number_of_suspensions_without_an_area_brings_no_council_s_stage(talk: Callable[[], Any], text: str) -> None:
    person = talk()
    reply = person(text)
    assert foreign(person.replies, set()) == set()
    assert reply["custom"]["scope"]["stage"] is None
    assert "Staffordshire" not in reply["text"]


def test_a_council_s_own_thing_is_told_with_the_council_first(talk: Callable[[], Any]) -> None:
    reply = talk()("what does EPATT mean?")
    assert reply["custom"]["records"] == ["epatt"]
    assert reply["text"].startswith("This is Staffordshire's own.")


def test_a_general_word_of_a_council_s_paper_asks_for_the_area(talk: Callable[[], Any]) -> None:
    person = talk()
    assert person("what is a Boxall profile?")["custom"]["status"] == "asks_area"
    assert person.tap("Staffordshire")["custom"]["records"] == ["boxall-profile"]
