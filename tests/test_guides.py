"""All guides as they are held: each is whole for each of its readers, in each area, and found by its own words."""

from __future__ import annotations

import re
from typing import Any, Iterator, Optional

import pytest

from knowledge import schema
from knowledge.blocks import Block, as_text
from knowledge.compose import BESIDE, SPECIAL, TWO, Composed, compose
from knowledge.desk import Desk
from knowledge.query import NATIONAL, Wanted
from knowledge.situation import Condition, Situation, facts
from knowledge.store import Knowledge, question_key

CASES: list[dict[str, Any]] = [
    {},
    {"decision": "threatened"},
    {"decision": "sent-home"},
    {"decision": "suspended", "days_this_term": 7, "ehc_plan": "yes"},
    {"decision": "permanent", "looked_after": "yes", "kind_of_school": "academy", "disability": "yes"},
    {"suspensions_this_year": 4, "sen": "suspected", "exam": "yes"},
]
READ = ("answer", "points", "do_now", "deadline")  # what is counted as read before the fold


def answers(knowledge: Knowledge, case: dict[str, Any]) -> Iterator[tuple[schema.Guide, Optional[str], Any, Composed]]:
    """Every guide for each of its readers and for one who has not said, in each area and in none."""
    areas = [None, *(name for name, area in knowledge.areas.items() if area.kind == "covered")]
    for guide in knowledge.guides.values():
        for role in (*guide.for_, None):
            for area in [guide.area] if guide.area else areas:
                yield guide, role, area, compose(knowledge, [guide.id], Situation.of(case), role, area)


def shown(answer: Composed, *kinds: str) -> list[Block]:
    return [b for b in answer.blocks if not b.folded and b.kind in kinds]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_guide_is_whole_for_each_of_its_readers(knowledge: Knowledge, case: dict[str, Any]) -> None:
    for guide, role, area, answer in answers(knowledge, case):
        where = f"{guide.id} as {role} in {area}"
        assert answer.blocks[0].kind == "answer", where
        assert answer.blocks[0].text, where
        for kind in ("points", "do_now", "help"):
            assert shown(answer, kind), f"{where}: no {kind}"
        assert answer.sources, where
        assert answer.records, where
        assert len(shown(answer, "help")[0].items) <= 2, where
        assert len(shown(answer, "do_now")[0].items) <= 4, where
        lines = [line for b in answer.blocks for line in (b.text, *b.items) if line]
        assert len(lines) == len(set(lines)), f"{where}: {[line for line in lines if lines.count(line) > 1][:1]}"
        count = sum(len(" ".join([b.text, *b.items]).split()) for b in shown(answer, *READ))
        reader = schema.reader(role if role or "parent" in guide.for_ else guide.for_[0])
        most = schema.MOST_WORDS.get(reader, schema.MOST_WORDS_STAFF) * schema.SPARE
        assert count <= most * (SPECIAL if case else 1), f"{where}: {count} words"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_no_council_s_part_is_told_outside_its_area(knowledge: Knowledge, case: dict[str, Any]) -> None:
    for guide, role, area, answer in answers(knowledge, case):
        text = as_text(answer.blocks, folded=None)
        foreign = [part for part in guide.local if part.area != area]
        for part in foreign:
            assert not any(words in text for words in part.text.values()), f"{guide.id} as {role} in {area}"
        held = {knowledge.records[name].area for name in answer.records}
        held |= {knowledge.services[contact["id"]].area for contact in answer.contacts}
        held |= {knowledge.sources[source["id"]].area for source in answer.sources}
        assert held <= {area, *NATIONAL}, f"{guide.id} as {role} in {area}: {held}"


@pytest.mark.parametrize("case", CASES, ids=str)
def test_your_child_is_said_to_parents_alone(knowledge: Knowledge, case: dict[str, Any]) -> None:
    for guide, role, _, answer in answers(knowledge, case):
        if role in ("parent", "adviser"):
            continue
        for b in answer.blocks:
            if b.kind != "sources" and b.kind != "help":
                assert not re.search(r"\byour (child|son|daughter)\b", as_text([b], None)), f"{guide.id} as {role}"


def test_two_guides_at_once_are_not_twice_as_long(knowledge: Knowledge) -> None:
    for guide in knowledge.guides.values():
        for other in guide.next[:1]:
            role = guide.for_[0]
            answer = compose(knowledge, [guide.id, other], Situation(), role, guide.area)
            lines = [line for b in answer.blocks for line in (b.text, *b.items) if line]
            assert len(lines) == len(set(lines)), f"{guide.id} and {other}"
            count = sum(len(" ".join([b.text, *b.items]).split()) for b in shown(answer, *READ))
            most = schema.MOST_WORDS.get(schema.reader(role), schema.MOST_WORDS_STAFF) * schema.SPARE
            assert count <= most * TWO, f"{guide.id} and {other}: {count} words"
            assert all(len(b.items) <= 4 for b in shown(answer, "do_now")), f"{guide.id} and {other}"


def test_every_part_can_be_read_by_somebody(knowledge: Knowledge) -> None:
    """What a condition asks for can be known, and then the part is told."""
    for guide in knowledge.guides.values():
        for field, place, part in guide.parts():
            if not part.when:
                continue
            case = _case_of(part)
            area = getattr(part, "area", None) or guide.area or case.get("area")
            role = _role_of(part)
            put = [question_key(guide.id, part.id)] if isinstance(part, schema.GuideQuestion) else []
            answer = compose(knowledge, [guide.id], case.with_("stage", case.get("stage")), role, area, put=put)
            text = as_text(answer.blocks, folded=None)
            words = part.words(schema.reader(role))
            assert words, f"{guide.id}: {field} {place + 1}"
            said = words[-20:] if put else words  # without the yes or no that it may begin with
            assert said in text or field == "answers", f"{guide.id} as {role} in {case.to_dict()}: {words}"


def test_a_question_that_is_put_is_answered_first(knowledge: Knowledge) -> None:
    for guide in knowledge.guides.values():
        for question in guide.questions:
            role, key = _role_of(question), question_key(guide.id, question.id)
            case = _case_of(question)
            area = guide.area or case.get("area")
            for told in ([], compose(knowledge, [guide.id], case, role, area).parts):
                answer = compose(knowledge, [guide.id], case, role, area, None, told, [key])
                words = question.words(schema.reader(role))
                assert words, key
                assert answer.blocks[0].text.endswith(words[-20:]), key
                assert key in answer.parts


def test_after_another_answer_a_question_is_answered_in_few_words(knowledge: Knowledge) -> None:
    for guide in knowledge.guides.values():
        for question in guide.questions[:2]:
            role, key = _role_of(question), question_key(guide.id, question.id)
            case = _case_of(question)
            area = guide.area or case.get("area")
            told = compose(knowledge, [guide.id], case, role, area).parts
            answer = compose(knowledge, [guide.id], case, role, area, None, told, [key])
            assert sum(len(block.items) for block in shown(answer, "points", "do_now")) <= 2 * BESIDE, key


def test_a_question_of_another_guide_brings_its_answer_alone(knowledge: Knowledge) -> None:
    guide = next(g for g in knowledge.guides.values() if g.questions and g.area is None)
    other = next(g for g in knowledge.guides.values() if g.id != guide.id and g.area is None)
    question = next(q for q in guide.questions if not q.when)
    answer = compose(knowledge, [other.id], Situation(), "parent", None, put=[question_key(guide.id, question.id)])
    assert answer.needs == [other.id]
    assert answer.blocks[0].title == guide.title
    text = as_text(answer.blocks, None)
    points = [point.words("family") for point in guide.points if not point.when]
    assert not any(words in text for words in points if words)


def _case_of(part: schema.GuidePart) -> Situation:
    """A case in which a part holds."""
    if not part.when:
        return Situation()
    return next(case for case in Condition.parse(part.when).cases() if Condition.parse(part.when).holds(case))


def _role_of(part: schema.GuidePart) -> str:
    reader = next(iter(part.text))
    return {"family": "parent", "staff": "school"}.get(reader, reader)


def test_every_fact_of_a_condition_is_of_the_table(knowledge: Knowledge) -> None:
    names = {
        name
        for guide in knowledge.guides.values()
        for _, _, part in guide.parts()
        if part.when
        for name in Condition.parse(part.when).facts
    }
    assert names <= set(facts())


def test_guides_are_no_records_and_are_not_found_among_them(desk: Desk) -> None:
    knowledge = desk.knowledge
    kinds = {record.kind for record in knowledge.records.values()}
    assert not kinds & {"guides", "help"}
    for guide in list(knowledge.guides.values())[::10]:
        for hit in desk.finder.find(guide.examples[0], Wanted(area="england")):
            assert hit.record.entry is not guide


def test_a_guide_is_found_by_the_words_of_its_title(desk: Desk) -> None:
    guides = desk.knowledge.guides.values()
    first = [desk.finder.guides(f"{guide.title}?", guide.area)[0][0] == guide.id for guide in guides]
    assert sum(first) >= 0.95 * len(first)


def test_a_guide_of_one_area_is_found_there_alone(desk: Desk) -> None:
    own = [guide for guide in desk.knowledge.guides.values() if guide.area]
    assert own
    for guide in own:
        assert guide.id == desk.finder.guides(guide.title, guide.area)[0][0]
        for area in {None, "england", *(g.area for g in own)} - {guide.area}:
            found = desk.finder.guides(guide.title, area, most=len(desk.knowledge.guides))
            assert guide.id not in {name for name, _ in found}
            scores = [score for _, score in found]
            assert scores == sorted(scores, reverse=True)
