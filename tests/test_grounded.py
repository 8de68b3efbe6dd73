"""Nothing invented: every answer's text is the render of the records it names, and fixed labels of words.yml."""

from __future__ import annotations

import re
from typing import Any, Callable, Iterator

import pytest

from bot.replies import RESTS_ON_RECORDS
from knowledge import render, schema
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
    words()["guide"]["sum"],
]


def of_guides(knowledge: Knowledge, needs: list[str]) -> Iterator[str]:
    """Everything that these guides may say, to any reader, with and without its label."""
    titles = words()["guide"]
    yield from (title for title in titles.values() if isinstance(title, str))
    yield from (titles["local"].format(area=area.title) for area in knowledge.areas.values())
    for guide in (knowledge.guides[name] for name in needs):
        yield guide.title
        yield from (gap.text for gap in guide.not_known)
        for _, _, part in guide.parts():
            yield from of_part(part)
    for guide in knowledge.guides.values():  # a question of another guide is answered below that guide's title
        if guide.id not in needs and guide.questions:
            yield guide.title
            yield from (words for question in guide.questions for words in of_part(question))
    for kind in knowledge.help.values():
        yield from (kind.title, titles["ask_area"].format(title=kind.title))
    for apart in knowledge.disagreements.values():
        for law in filter(None, (apart.instead.parent, apart.instead.staff, apart.instead.child)):
            yield from (titles["law_leads"].format(law=said) for said in (law, neutral(law)))
    for service in knowledge.services.values():
        for role in (None, "school"):
            yield from (render.contact_brief(service, role), render.contact_line(render.contact(service, role)))


def of_part(part: schema.GuidePart) -> Iterator[str]:
    """The words of a part of a guide for each of its readers and for anybody, as an answer and as a statement."""
    for text in part.text.values():
        for said in (text, neutral(text)):
            plainly = re.sub(r"^(Yes|No)[,.;:] *", "", said)
            for put in (said, plainly[:1].upper() + plainly[1:]):
                yield from (put, *(f"{label}: {put}" for label in [part.label] if label))


def cited_by(knowledge: Knowledge, needs: list[str]) -> list[dict[str, Any]]:
    """The documents that the parts of these guides rest on, each as often as it is cited."""
    cites = {cite for name in needs for _, _, part in knowledge.guides[name].parts() for cite in part.cites}
    return [source for cite in cites for source in render.cited_sources(knowledge, cite)]


def is_source(line: str, sources: list[dict[str, Any]]) -> bool:
    """Whether a line names one of these documents, with some of the sections that are cited of it or none."""
    for source in sources:
        if line == render.source_line({**source, "section": ""}):
            return True
        head, tail = render.source_line({**source, "section": "\0"}).split("\0")
        of_it = [other.get("section", "") for other in sources if other["id"] == source["id"]]
        sections = {section for each in of_it for section in each.split("; ")}
        if line.startswith(head) and line.endswith(tail):
            if set(line[len(head) : len(line) - len(tail)].split("; ")) <= sections:
                return True
    return False


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
    sources = cited_by(knowledge, custom["needs"])
    rest = "\n".join(line for line in reply["text"].split("\n") if not is_source(line.removeprefix("- "), sources))
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
    # each line, too: a list may be laid out otherwise
    parts += [re.sub(r"^(-|\d+\.) ", "", line) for part in parts for line in part.split("\n")]
    for part in sorted(filter(None, [*parts, gentle]), key=len, reverse=True):
        rest = rest.replace(part, "")
    for label in ("who", "where"):
        rest = rest.replace(words()["labels"][label], "")
    left = [re.sub(r"(?m)^[ :-]+|^\d+\. *|[ :-]+$", "", b).strip() for b in rest.split("\n\n")]
    assert [b for b in left if b and not fixed(b)] == []


@pytest.mark.parametrize("case", cases("tune"), ids=lambda c: c["id"])
def test_no_reply_shows_or_leads_to_another_area(case: dict[str, Any], talk: Callable[[], Any]) -> None:
    person = talk()
    for number, message in enumerate(case["say"], 1):
        person(message)
        assert foreign(person.replies, own_areas(case, number)) == set(), message
