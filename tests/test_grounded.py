"""Nothing invented: every answer's text is the render of the records it names, and fixed labels of words.yml."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator

import pytest

from actions.need import YES_OR_NO
from bot.replies import RESTS_ON_RECORDS
from knowledge import render
from knowledge.compose import neutral
from knowledge.render import words
from knowledge.store import Knowledge
from tests.eval.measure import cases, foreign, own_areas

FIXED = [
    words()["labels"]["none_for_parents"],
    words()["labels"]["none_for_audience"],
    words()["labels"]["national"],
    words()["labels"]["whose"],
    words()["manners"]["walk_offer"],
    words()["manners"]["still_asked"],
    words()["manners"]["context"],
    words()["labels"]["redacted"],
]


def of_guides(knowledge: Knowledge, needs: list[str]) -> Iterator[str]:
    """Everything that these guides may say, to any reader, with and without its label."""
    yield from (title for title in words()["guide"].values() if isinstance(title, str))
    for guide in (knowledge.guides[name] for name in needs):
        yield guide.title
        yield from (gap.text for gap in guide.not_known)
        for _, _, part in guide.parts():
            for text in part.text.values():
                for said in (text, neutral(text)):
                    plainly = YES_OR_NO.sub("", said)
                    yield from (said, plainly[:1].upper() + plainly[1:])
                    yield from (f"{label}: {said}" for label in [part.label] if label)
    for service in knowledge.services.values():
        yield from (render.contact_brief(service, None), render.contact_line(render.contact(service, None)))


def fixed(block: str) -> bool:
    """Whether a block of text is one of the fixed labels, with its blanks filled in."""
    for phrase in FIXED:
        pattern = ".*".join(re.escape(part) for part in re.split(r"\{\w+\}", phrase))
        if re.fullmatch(pattern, block, re.S):
            return True
    return False


@pytest.mark.parametrize("case", cases("tune"), ids=lambda c: c["id"])
def test_what_is_said_is_what_the_records_say(
    case: dict[str, Any], talk: Callable[[], Any], knowledge: Knowledge
) -> None:
    person = talk()
    for message in case["say"]:
        reply = person(message)
    custom = reply["custom"]
    if custom["status"] in RESTS_ON_RECORDS:
        assert custom["records"], custom
    if custom["status"] != "answered":
        return
    role = custom["scope"]["role"]
    shown = render.answer(knowledge, custom["records"], role)
    rest = reply["text"]
    parts = [shown.text, *(render.contact_line(c) for c in shown.contacts)]
    parts += [render.source_line(s) for s in shown.sources]
    for record in custom["records"]:
        entry = knowledge.records[record]
        parts += [wrong.instead for wrong in getattr(entry.entry, "corrects", [])]
        parts += [render.national_first(knowledge, [record], role)]
        if entry.kind == "duties" and entry.audience == "schools":
            parts.append(render.questions_text(entry.entry))
    parts += of_guides(knowledge, custom["needs"])
    gentle = knowledge.safeguarding["unsure"].gentle
    for part in sorted(filter(None, [*parts, gentle]), key=len, reverse=True):
        rest = rest.replace(part, "")
    for label in ("who", "where"):
        rest = rest.replace(words()["labels"][label], "")
    left = [re.sub(r"^[\s:-]+|\d+\. *|[\s:-]+$", "", b).strip() for b in rest.split("\n\n")]
    assert [b for b in left if b and not fixed(b)] == []


@pytest.mark.parametrize("case", cases("tune"), ids=lambda c: c["id"])
def test_no_reply_shows_or_leads_to_another_area(case: dict[str, Any], talk: Callable[[], Any]) -> None:
    person = talk()
    for number, message in enumerate(case["say"], 1):
        person(message)
        assert foreign(person.replies, own_areas(case, number)) == set(), message
