"""The project's own content: complete, sound, findable by its own names, and nothing shown that nobody verified."""

from __future__ import annotations

import re
from typing import Any, Iterator

import pytest
from ruamel.yaml import YAML

from bot.inbound import payload
from knowledge import place, render, schema, store
from knowledge.check import check, cited, inventory, left_out, names_of
from knowledge.desk import Desk
from knowledge.encoder import shared_encoder
from knowledge.query import NATIONAL, Wanted, local_areas
from knowledge.reading import Reading
from knowledge.store import Knowledge, Record
from knowledge.words import plain

ROLES = (None, "parent", "child", "school", "governor", "professional", "council", "adviser")
STAGES = ("minor", "1-2", "3", "4", "5-plus", "serious-breach")
AUDIENCES = ("parents", "schools", "council", "partners")
FORMS = ("{}", "Can you tell me about {} please?")
DETAILS = ("phone", "text_number", "email", "hours", "out_of_hours_phone")


# whole ---------------------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_content_has_no_faults() -> None:
    assert [str(fault) for fault in check(place.content()) if not fault.warning] == []


def test_the_knowledge_is_built_from_this_content() -> None:
    assert store.load(place.knowledge_url(), place.content()).records


def test_every_item_of_the_source_documents_is_covered(knowledge: Knowledge) -> None:
    items = inventory(place.content())
    assert len(items) == len(set(items)) == 341 + len([i for i in items if i.startswith("terms/")])
    entries = [entry for kind in knowledge.entries.values() for entry in kind.values()]
    done = {cite for entry in entries for cite in cited(entry)} | set(left_out(place.content()))
    assert [item for item in items if item not in done] == []


def test_every_id_fits_a_button(knowledge: Knowledge) -> None:
    for record in knowledge.records:
        assert payload("show", record=record).endswith(f'"{record}"}}')
    for area in knowledge.areas:
        assert payload("inform", area=area)
    for stage in knowledge.stages.values():
        assert payload("inform", stage=stage.code)


# Staffordshire's pathway ---------------------------------------------------------------------------------------------


def test_the_pathway_has_its_six_stages_in_order(knowledge: Knowledge) -> None:
    assert [stage.code for stage in knowledge.pathway("staffordshire")] == list(STAGES)


@pytest.mark.parametrize(
    ("count", "stage"), [(0, None), (1, "1-2"), (2, "1-2"), (3, "3"), (4, "4"), (5, "5-plus"), (9, "5-plus")]
)
def test_a_number_of_suspensions_names_its_stage(knowledge: Knowledge, count: int, stage: str | None) -> None:
    found = knowledge.stage_for_count("staffordshire", count)
    assert (found.code if found else None) == stage


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("code", STAGES)
def test_each_list_holds_its_cell_of_the_pathway_and_shows_every_line(
    knowledge: Knowledge, code: str, audience: str
) -> None:
    cell = [item for item in inventory(place.content()) if item.startswith(f"staffs/{code}/{audience}/")]
    stage = knowledge.stage("staffordshire", code)
    assert stage is not None
    duties = knowledge.duties_of(stage.id, audience)
    if duties is None:
        assert cell == [], "a list is missing"
        return
    written = YAML(typ="safe").load((place.content() / "duties" / f"{duties.id}.yml").read_text(encoding="utf-8"))
    lines = [line for group in written["groups"] for line in group["duties"]]
    assert sorted(cite for line in lines for cite in line["cites"]) == cell
    for role in ROLES:
        shown = render.answer(knowledge, [duties.id], role).text.split("\n")
        assert [line["text"] for line in lines if f"- {line['text']}" not in shown] == []


@pytest.mark.parametrize("code", ["5-plus", "serious-breach"])
def test_the_pathway_asks_nothing_of_parents_at_its_last_stages(knowledge: Knowledge, code: str) -> None:
    assert knowledge.duties_of(f"staffs-{code}", "parents") is None


def lines_of(knowledge: Knowledge) -> Iterator[schema.Duty]:
    for stage in knowledge.pathway("staffordshire"):
        for audience in AUDIENCES:
            duties = knowledge.duties_of(stage.id, audience)
            yield from duties.lines() if duties else []


def test_only_the_line_that_says_must_in_the_pathway_says_must_here(knowledge: Knowledge) -> None:
    strong = [duty for duty in lines_of(knowledge) if duty.strength == "must"]
    assert [duty.cites for duty in strong] == [["staffs/1-2/council/04"]]
    says_must = re.compile(r"\b(must|by law|legally)\b")
    assert [duty.id for duty in lines_of(knowledge) if says_must.search(duty.text)] == [duty.id for duty in strong]


def test_what_need_only_be_considered_is_not_demanded(knowledge: Knowledge) -> None:
    leaves_open = re.compile(r"\b(consider|think|weigh|explore|if it (is|seems)|if possible)", re.I)
    soft = [duty for duty in lines_of(knowledge) if duty.strength == "consider"]
    assert soft
    assert [duty.text for duty in soft if not leaves_open.search(duty.text)] == []


def test_a_line_for_professionals_alone_is_not_offered_to_families(knowledge: Knowledge) -> None:
    theirs = {service.id for service in knowledge.services.values() if service.who == "professionals"}
    with_it = [r.id for r in knowledge.records.values() if theirs & set(getattr(r.entry, "contacts", []))]
    assert with_it
    for record in with_it:
        for role in ("parent", "child"):
            assert not theirs & {contact["id"] for contact in render.answer(knowledge, [record], role).contacts}
        assert theirs & {contact["id"] for contact in render.answer(knowledge, [record], "school").contacts}


# local papers and national law ---------------------------------------------------------------------------------------

# each place where a local paper is known to say something other than national law: the record, the law that leads, how
DIFFERENCES = [
    ("hackney-personalised-timetables", "part-time-not-for-behaviour", "outdated"),
    ("hackney-managed-move", "ehcp-managed-move-needs-change", "outdated"),
    ("hackney-managed-move", "managed-move-no-trial", "outdated"),
    ("hackney-permanent-exclusion", "ehcp-talk-to-council-early", "outdated"),
    ("hackney-permanent-exclusion", "permanent-exclusion-two-part-test", "outdated"),
    ("hackney-permanent-exclusion", "council-cannot-stop-exclusion", "more-than-law"),
    ("hackney-fixed-term-exclusion", "unlawful-reasons", "outdated"),
    ("hackney-fixed-term-exclusion", "old-and-new-words", "outdated"),
    ("hackney-fixed-term-exclusion", "tell-the-council", "more-than-law"),
    ("hackney-fixed-term-exclusion", "board-must-meet-15-days", "more-than-law"),
    ("hackney-pastoral-support-programme", "return-not-conditional-on-meeting", "outdated"),
    ("hackney-ehc-needs-assessment", "ehc-needs-assessment-request", "more-than-law"),
    ("hackney-new-regents-placement", "off-site-direction-notice", "outdated"),
    ("suffolk-exclusion-data", "tell-the-council", "outdated"),
    ("suffolk-priorities", "tell-the-council", "outdated"),
    ("suffolk-outcomes", "tell-the-council", "outdated"),
    ("suffolk-part-time-protocol", "part-time-not-for-behaviour", "outdated"),
    ("suffolk-managed-moves-protocol", "managed-move-no-trial", "outdated"),
    ("suffolk-notification-form", "permanent-exclusion-last-resort", "more-than-law"),
    ("leics-last-resort", "permanent-exclusion-last-resort", "more-than-law"),
    ("leics-ehcp-and-sena", "ehcp-section-f-still-applies", "not-a-duty"),
    ("leics-looked-after-children", "tell-social-worker-and-vsh", "not-a-duty"),
    ("leics-behaviour-policy", "board-five-days-or-less", "less-than-law"),
    ("staffs-1-2-parents-07", "keep-child-out-of-public-places", "not-a-duty"),
    ("staffs-4-parents-01", "parent-can-refuse-meeting", "not-a-duty"),
    ("staffs-1-2-schools-07", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-1-2-schools-08", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-child-in-care", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-virtual-school", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-3-schools-13", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-serious-breach-schools-02", "tell-social-worker-and-vsh", "less-than-law"),
    ("staffs-serious-breach-schools-01", "tell-the-council", "less-than-law"),
    ("prescribed-forms", "tell-the-council", "less-than-law"),
    ("staffs-4-schools-16", "off-site-direction-meaning", "outdated"),
    ("staffs-serious-breach-schools-05", "off-site-direction-meaning", "outdated"),
    ("direction-off-site", "off-site-direction-meaning", "outdated"),
    ("staffs-managed-move", "managed-move-no-trial", "outdated"),
    ("staffs-5-plus-schools-08", "ehcp-talk-to-council-early", "more-than-law"),
    ("staffs-ehc-plan", "ehcp-talk-to-council-early", "more-than-law"),
    ("staffs-5-plus-schools-09", "no-diagnosis-needed", "more-than-law"),
    ("staffs-5-plus", "permanent-exclusion-two-part-test", "more-than-law"),
    ("staffs-pathway", "count-is-per-term", "more-than-law"),
    ("graduated-response", "council-cannot-stop-exclusion", "more-than-law"),
    ("staffs-social-worker-schools", "reasonable-adjustments-to-policy", "more-than-law"),
    ("staffs-reasonable-adjustments", "reasonable-adjustments-to-policy", "more-than-law"),
    ("staffs-serious-breach", "pupil-kept-out-during-investigation", "less-than-law"),
]


@pytest.mark.parametrize(("record", "law", "kind"), DIFFERENCES, ids=[f"{r} {law}" for r, law, _ in DIFFERENCES])
def test_where_a_local_paper_differs_from_law_the_law_leads(
    knowledge: Knowledge, record: str, law: str, kind: str
) -> None:
    found = knowledge.disagreements_on(knowledge.records[record])
    assert kind in {d.kind for d in found if f"law/{law}" in d.law}


def test_no_difference_is_missing_from_the_list(knowledge: Knowledge) -> None:
    held = {(name, d.id) for d in knowledge.disagreements.values() for name in d.local}
    listed = {
        (record, d.id)
        for record, law, _ in DIFFERENCES
        for d in knowledge.disagreements_on(knowledge.records[record])
        if f"law/{law}" in d.law
    }
    assert held == listed


# mistaken beliefs ----------------------------------------------------------------------------------------------------


def corrections(knowledge: Knowledge) -> list[tuple[str, schema.Correction]]:
    return [(r.id, c) for r in knowledge.records.values() for c in getattr(r.entry, "corrects", [])]


def test_many_mistaken_beliefs_are_corrected_each_in_one_sentence(knowledge: Knowledge) -> None:
    every = corrections(knowledge)
    assert len(every) >= 45
    assert [c.instead for _, c in every if not re.fullmatch(r"[A-Z][^.?!]*\.", c.instead)] == []


@pytest.mark.parametrize(
    ("said", "record"),
    [
        ("after 3 suspensions he gets expelled automatically", "permanent-exclusion-two-part-test"),
        ("the school needs my permission to exclude him", "parent-consent-not-needed"),
        ("governors can make the suspension longer", "board-two-options"),
        ("the council can overturn the exclusion", "council-cannot-stop-exclusion"),
        ("he can't be excluded because he has an EHCP", "ehcp-talk-to-council-early"),
        ("he comes off the school roll at once", "name-stays-on-roll-until-review-ends"),
        ("do weekends count", "school-days-not-calendar-days"),
        ("can a managed move be reversed", "managed-move-no-trial"),
        ("can you be excluded for your parents' behaviour", "unlawful-reasons"),
    ],
)
def test_what_people_wrongly_believe_finds_what_is_right(desk: Desk, said: str, record: str) -> None:
    spoken = desk.reader.without_areas(desk.reader.read(said).text)
    hits = desk.finder.find(spoken, Wanted(areas=local_areas(None, desk.knowledge.areas)), 3)
    assert record in [hit.record.id for hit in hits]


# short answers for those who are rarely asked ------------------------------------------------------------------------

SHORT = {
    "for-young-people": ("child-", 6),
    "for-governors": ("governors-", 3),
    "for-parents-of-a-child-who-was-hurt": ("hurt-child-", 4),
}


@pytest.mark.parametrize("topic", list(SHORT))
def test_young_people_governors_and_parents_of_a_hurt_child_have_answers_of_their_own(
    knowledge: Knowledge, topic: str
) -> None:
    prefix, count = SHORT[topic]
    found = [e for e in knowledge.entries["guidance"].values() if e.topic == topic]
    assert len(found) == count
    for entry in found:
        assert entry.id.startswith(prefix)
        assert len(entry.examples) >= 12
        assert entry.points
        assert all(cite.startswith("law/") for cite in cited(entry))
        if topic == "for-young-people":
            assert entry.text.child
            assert "you" in entry.text.child.lower()
            assert "your child" not in entry.text.child.lower()


# found by their own names --------------------------------------------------------------------------------------------


def names(record: Record) -> list[str]:
    """Everything a record is called: title, aliases, acronym and what it stands for."""
    own = [record.title]
    if record.duty:
        own += record.duty.aliases
    elif record.kind != "duties":
        own += [name for _, name in names_of(record.entry)]
        own += [expansion] if (expansion := getattr(record.entry, "expansion", None)) else []
    return list(dict.fromkeys(own))


def found(desk: Desk, reading: Reading, area: str) -> list[str]:
    """The first three records for a message about this area."""
    spoken = desk.reader.without_areas(reading.text)
    wanted = Wanted(
        area=area,
        areas=local_areas(area, desk.knowledge.areas),
        named=tuple(reading.named),
        stages=tuple(dict.fromkeys(stages_said(desk.knowledge, reading, area))),
    )
    return [hit.record.id for hit in desk.finder.find(spoken, wanted, 3)]


def stages_said(knowledge: Knowledge, reading: Reading, area: str) -> list[str]:
    """The stages that a message names by number or in words: these are filters, and need not be searched for."""
    said = [knowledge.stage_for_count(area, count) for count in reading.counts]
    said += [knowledge.stage(area, reading.stage)]
    return [stage.id for stage in said if stage] + [name for name, _ in reading.named if name in knowledge.stages]


def answers(desk: Desk, record: Record, reading: Reading) -> bool:
    """First of all; or, where records share a name, among the first three and behind one that the message names too."""
    if record.kind == "stages" and record.id in stages_said(desk.knowledge, reading, record.area):
        return True
    hits = found(desk, reading, record.area)
    named = {name for name, _ in reading.named}
    return record.id == hits[0] or (record.id in hits and {record.id, hits[0]} <= named)


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS, ids=["bare", "asked"])
@pytest.mark.parametrize(
    "kind", ["stages", "duties", "duty", "guidance", "interventions", "law", "services", "glossary"]
)
def test_every_record_answers_to_its_own_names(desk: Desk, kind: str, form: str) -> None:
    asked = [(r, form.format(name)) for r in desk.knowledge.records.values() if r.kind == kind for name in names(r)]
    assert asked
    readings = [desk.reader.read(text) for _, text in asked]
    shared_encoder(place.home())([desk.reader.without_areas(reading.text) for reading in readings])  # all in one go
    missed = [
        (record.id, text, found(desk, reading, record.area))
        for (record, text), reading in zip(asked, readings)
        if not answers(desk, record, reading)
    ]
    assert missed == []


# whose a record is ---------------------------------------------------------------------------------------------------


def test_what_is_filed_as_national_speaks_of_no_council_whose_papers_are_held(knowledge: Knowledge) -> None:
    held = re.compile("|".join(a.title for a in knowledge.areas.values() if a.kind == "covered"))
    strays = []
    for record in knowledge.records.values():
        for role in ROLES if record.area in NATIONAL else ():
            shown = render.answer(knowledge, [record.id], role)
            whole = "\n".join([shown.text, *map(str, shown.sources), *map(str, shown.contacts)])
            strays += [(record.id, role, name) for name in held.findall(whole)]
    assert strays == []


def test_a_council_s_own_names_are_names_of_its_entries_and_of_nothing_else(knowledge: Knowledge) -> None:
    local = [r for r in knowledge.records.values() if getattr(r.entry, "own_names", [])]
    assert len(local) >= 20
    called: dict[str, set[str]] = {}
    for record in knowledge.records.values():
        for name in names(record):
            called.setdefault(plain(name), set()).add(record.area)
    for record in local:
        assert record.area not in NATIONAL
        assert set(record.entry.own_names) <= set(names(record)), record.id
        assert {area for name in record.entry.own_names for area in called[plain(name)]} == {record.area}, record.id


# nothing unverified --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everything_shown(knowledge: Knowledge) -> str:
    """All that any record says to anybody."""
    said = set()
    for record in knowledge.records:
        for role in ROLES:
            shown = render.answer(knowledge, [record], role)
            said |= {shown.text, *map(str, shown.contacts), *map(str, shown.sources)}
            said |= {*map(render.contact_line, shown.contacts), *map(render.source_line, shown.sources)}
    return "\n".join(sorted(said))


def sentences(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"(?<=[.;])\s+", text) if len(part.split()) > 3]


def test_what_still_has_to_be_verified_in_law_is_not_shown(knowledge: Knowledge, everything_shown: str) -> None:
    doubts = [law.verify for law in knowledge.law.values() if law.verify]
    assert doubts
    assert [part for doubt in doubts for part in sentences(doubt) if part in everything_shown] == []


def test_the_details_of_a_service_nobody_is_sure_of_are_not_shown(knowledge: Knowledge) -> None:
    unsure = [s for s in knowledge.services.values() if s.confidence == "low" and not s.published_in]
    assert unsure
    for service in unsure:
        for role in ROLES:
            shown = render.contact(service, role)
            assert not set(DETAILS) & set(shown)
            assert shown["note"] == render.words()["labels"]["web_only"]


def test_every_phone_that_is_shown_is_verified_or_comes_with_a_warning(knowledge: Knowledge) -> None:
    for service in knowledge.services.values():
        shown = render.contact(service, "school")
        if set(DETAILS) & set(shown) and not service.verified:
            assert "check before you rely on it" in shown["note"], service.id


def test_every_phone_number_in_a_text_is_the_number_of_a_service(knowledge: Knowledge, desk: Desk) -> None:
    public = {re.sub(r"\D", "", number) for number in desk.public_numbers}
    for record in knowledge.records:
        for role in ROLES:
            text = render.answer(knowledge, [record], role).text
            for number in re.findall(r"\b0\d[\d ]{7,12}\d\b", text):
                assert re.sub(r"\D", "", number) in public, (record, number)


def test_internal_notes_are_not_shown(knowledge: Knowledge, everything_shown: str) -> None:
    notes = [service.notes for service in knowledge.services.values() if service.notes]
    assert notes
    assert [note for note in notes if note in everything_shown] == []


def test_every_record_says_something_to_everybody_and_names_its_sources(knowledge: Knowledge) -> None:
    for record in knowledge.records.values():
        for role in ROLES:
            shown: Any = render.answer(knowledge, [record.id], role)
            assert shown.text.strip(), (record.id, role)
            assert shown.sources or record.kind == "services", (record.id, role)
            assert not re.search(r"\b(None|null|\{\w*\})\b", shown.text), (record.id, role)
