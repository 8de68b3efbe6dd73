"""Never another council's rule: every local record is asked for from every other area. Generated, not sampled."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from actions.find import in_context
from actions.turn import Turn
from knowledge.desk import Desk
from knowledge.store import Record
from tests.knowledge.test_content import names

COVERED = ("staffordshire", "suffolk", "hackney", "leicestershire")
NATIONAL = {"england", "uk"}


def elsewhere(desk: Desk, area: str) -> list[Record]:
    """The records of every other area."""
    return [r for r in desk.knowledge.records.values() if r.area not in {area, *NATIONAL}]


def asked(desk: Desk, phrases: list[str]) -> list[str]:
    """The phrases that name no area, since naming one changes it."""
    return [p for p in dict.fromkeys(phrases) if not desk.reader.read(p).area]


@pytest.mark.slow
@pytest.mark.parametrize("area", COVERED)
def test_no_name_and_no_example_brings_another_area_s_record(desk: Desk, area: str) -> None:
    examples: dict[str, list[str]] = {}
    for phrase in desk.knowledge.phrases:
        if phrase.kind in ("example", "belief"):
            examples.setdefault(phrase.record, []).append(phrase.text)
    strays = []
    for record in elsewhere(desk, area):
        for text in asked(desk, [*names(record), *examples.get(record.id, [])[:6]]):
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
        for text in asked(desk, [record.title]):
            reply = person(text)
            shown = [*reply["custom"]["records"], *(b["payload"].split('"')[-2] for b in _records(reply))]
            found = {desk.knowledge.records[r].area for r in shown if r in desk.knowledge.records}
            strays += [(text, a) for a in found - {area, *NATIONAL}]
    assert strays == []


def _records(reply: dict[str, Any]) -> list[dict[str, str]]:
    return [b for b in reply.get("buttons", []) if b["payload"].startswith("/show")]
