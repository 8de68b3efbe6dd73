"""What a person reads: Northfold's records to the letter, and what the real content shows to whom."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from knowledge import read, render, schema
from knowledge.encoder import WIDTH
from knowledge.store import Knowledge

PUBLIC = (None, "parent", "child")
STAFF = ("school", "governor", "professional", "council", "adviser")
OLD = "as published in October 2019; check before you rely on it"


@pytest.fixture
def northfold(content: Path) -> Knowledge:
    """Northfold's knowledge without a database."""
    documents, faults = read.read(content)
    assert faults == []
    entries: dict[str, dict[str, Any]] = {}
    for document in documents:
        entries.setdefault(document.kind, {})[document.entry.id] = document.entry
    return Knowledge(entries, [], np.zeros((0, WIDTH), np.float32))


def service(**fields: Any) -> schema.Service:
    """A service of which only what a test is about is said."""
    said = {
        "id": "mill-line",
        "title": "Mill line",
        "area": "northfold",
        "kind": "advice-line",
        "for": "Advice about mills.",
        "who": "both",
        "confidence": "high",
        "verified": True,
        "reviewed_on": "2026-11-01",
        "examples": ["a", "b", "c", "d", "e"],
    }
    return schema.Service.parse_obj({**said, **fields})


def from_old_paper(**fields: Any) -> schema.Service:
    return service(**{"verified": False, "published_in": "mill-paper", "last_evidence": "2019-10", **fields})


# contacts ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        ({}, None),
        ({"verified": False}, "check before you rely on it"),
        ({"verified": False, "last_evidence": "2026-05"}, "listed in May 2026; check before you rely on it"),
        ({"confidence": "low", "verified": False}, "find the current details on this page"),
        ({"published_in": "mill-paper"}, "check before you rely on it"),
        ({"published_in": "mill-paper", "last_evidence": "2019-10"}, OLD),
        ({"published_in": "mill-paper", "last_evidence": "2019-10", "confidence": "low", "verified": False}, OLD),
    ],
)
def test_a_contact_says_how_sure_and_how_old_it_is(fields: dict[str, Any], note: str | None) -> None:
    shown = render.contact(service(phone="01632 960111", **fields), None)
    assert shown.get("note") == note
    assert (note or "Mill line: phone 01632 960111") in render.contact_line(shown)


@pytest.mark.parametrize("role", PUBLIC)
def test_an_officer_and_their_address_are_not_for_the_public(role: str | None) -> None:
    shown = render.contact(from_old_paper(officer="Ann Other, Manager", email="ann.other@mill.example"), role)
    assert shown == {"id": "mill-line", "title": "Mill line", "for": "Advice about mills.", "note": OLD}


@pytest.mark.parametrize("role", STAFF)
def test_staff_see_the_officer_and_the_address(role: str) -> None:
    shown = render.contact(from_old_paper(officer="Ann Other, Manager", email="ann.other@mill.example"), role)
    assert render.contact_line(shown) == f"Mill line: ann.other@mill.example (Ann Other, Manager; {OLD})"


@pytest.mark.parametrize("role", [*PUBLIC, *STAFF])
def test_the_address_of_an_office_is_for_everybody(role: str | None) -> None:
    assert render.contact(service(email="office@mill.example"), role)["email"] == "office@mill.example"


@pytest.mark.parametrize("setting", ["1", "on", "true", "YES"])
def test_old_contacts_can_be_hidden(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_HIDE_OLD_CONTACTS", setting)
    old = render.contact(
        from_old_paper(phone="01632 960111", officer="Ann Other", web="https://mill.example"), "school"
    )
    assert old == {"id": "mill-line", "title": "Mill line", "for": "Advice about mills."}
    assert render.contact(service(phone="01632 960111"), "school")["phone"] == "01632 960111"


@pytest.mark.parametrize("setting", ["", "0", "off", "no"])
def test_old_contacts_are_shown_unless_they_are_hidden(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_HIDE_OLD_CONTACTS", setting)
    assert render.contact(from_old_paper(phone="01632 960111"), None)["phone"] == "01632 960111"


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        ({}, "Mill line"),
        ({"phone": "1", "web": "https://m.example"}, "Mill line: phone 1, https://m.example"),
        ({"phone": "1", "out_of_hours_phone": "2"}, "Mill line: phone 1, out of hours 2"),
        ({"phone": "1", "out_of_hours_phone": "1"}, "Mill line: phone 1"),
        ({"text_number": "85258"}, "Mill line: text 85258"),
        ({"text_number": "text SHOUT to 85258"}, "Mill line: text SHOUT to 85258"),
        ({"phone": "1", "hours": "9am to 5pm."}, "Mill line: phone 1 (9am to 5pm)"),
    ],
)
def test_a_contact_is_one_line(fields: dict[str, Any], line: str) -> None:
    assert render.contact_line(render.contact(service(**fields), None)) == line


def test_no_officer_of_the_real_content_is_named_to_the_public(knowledge: Knowledge) -> None:
    officers = [s for s in knowledge.services.values() if s.officer]
    assert officers
    secrets = {str(s.officer).split(",")[0].split(" (")[0].lower() for s in officers}
    secrets |= {s.email.lower() for s in officers if s.email}
    for record in knowledge.records:
        for role in PUBLIC:
            shown = render.answer(knowledge, [record], role)
            said = " ".join([shown.text, json.dumps(shown.contacts), json.dumps(shown.sources)]).lower()
            assert [secret for secret in secrets if secret in said] == [], (record, role)


def test_an_address_that_is_a_person_s_name_belongs_to_an_officer(knowledge: Knowledge) -> None:
    offices = {"emergency.duty", "eps.admin", "children.duty"}
    addresses = [s for s in knowledge.services.values() if re.match(r"[a-z]+\.[a-z]+@", (s.email or "").lower())]
    assert addresses
    assert [s.id for s in addresses if not s.officer and str(s.email).lower().split("@")[0] not in offices] == []


def test_a_service_asked_for_says_what_it_is_for(northfold: Knowledge) -> None:
    shown = render.answer(northfold, ["northfold-lamp-team"])
    assert shown.text == "Northfold lamp team: Help for families in Northfold."
    assert [render.contact_line(c) for c in shown.contacts] == ["Northfold lamp team: phone 01632 960111"]


def test_a_record_brings_its_contacts_once(northfold: Knowledge) -> None:
    shown = render.answer(northfold, ["board-games", "northfold-lamp-team"])
    assert [contact["id"] for contact in shown.contacts] == ["northfold-lamp-team"]
    assert "Help for families" not in shown.text


# sources -------------------------------------------------------------------------------------------------------------


def test_a_source_is_one_line(northfold: Knowledge) -> None:
    sources = render.answer(northfold, ["board-games"]).sources
    assert [render.source_line(s) for s in sources] == [
        "The Northfold plan, Northfold Council, October 2026, Board games"
    ]


def test_a_document_is_named_once_with_all_its_sections(northfold: Knowledge) -> None:
    sources = render.answer(northfold, ["board-games", "north-2-schools", "north-2"]).sources
    assert [(s["id"], s["section"]) for s in sources] == [
        ("northfold-plan", "Board games; Two suspensions; 2 – Level of need")
    ]


def test_every_answer_of_the_real_content_names_a_document_once(knowledge: Knowledge) -> None:
    for record in knowledge.records:
        named = [source["id"] for source in render.answer(knowledge, [record]).sources]
        assert len(named) == len(set(named)), record


@pytest.mark.parametrize(
    ("cite", "section"),
    [
        ("hackney/managed-move/how", "Managed move"),
        ("staffs/features/communication/01", "Features – Communication"),
        ("suffolk/priority-1", "Priority 1"),
    ],
)
def test_a_section_is_readable(cite: str, section: str) -> None:
    assert render.section_of(cite) == section


@pytest.mark.parametrize(
    ("date", "shown"),
    [("2026-05-26", "26 May 2026"), ("2026-05", "May 2026"), ("2026", "2026"), ("", ""), (None, "")],
)
def test_a_date_is_as_exact_as_it_is_known(date: str | None, shown: str) -> None:
    assert render.month(date) == shown


def test_law_says_when_it_was_read(northfold: Knowledge) -> None:
    source = render.answer(northfold, ["day-six"]).sources[0]
    assert render.source_line(source).endswith("October 2026 (as read in October 2026)")


def test_no_edition_is_said_to_be_read_before_it_was_published(knowledge: Knowledge) -> None:
    older = []
    for law in knowledge.law.values():
        for source in render.answer(knowledge, [law.id]).sources:
            if source["id"] not in law.sources:  # another rule's, which a disagreement with a paper brings
                continue
            published = knowledge.sources[source["id"]].date or ""
            if law.evidence < published[: len(law.evidence)]:
                older.append(law.id)
                assert "before this edition" in source["note"], law.id
                assert "as read" not in source["note"], law.id
    assert older, "evidence older than the edition of 2026 is what this is about"


def test_a_source_s_own_warning_comes_with_it(knowledge: Knowledge) -> None:
    line = render.source_line(render.answer(knowledge, ["staffs-3-schools"]).sources[0])
    assert line.startswith("A Staged Intervention Pathway")
    assert line.endswith("(older than the national guidance that has applied since 26 July 2026)")


# texts ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("record", ["north-2-schools", "north-2-schools-01"])
@pytest.mark.parametrize(
    ("role", "law"),
    [
        ("school", "- From the sixth school day education must be arranged."),
        ("parent", "- From the sixth school day there must be lessons."),
    ],
)
def test_a_local_line_is_shown_with_the_law_that_goes_before_it(
    northfold: Knowledge, record: str, role: str, law: str
) -> None:
    shown = render.answer(northfold, [record], role)
    assert shown.text.endswith(f"\n\nNational law on this:\n{law}")
    assert "Ring the lamp team" not in shown.text, "the line is its text, not its title"
    assert "- Schools should ring the lamp team." in shown.text


def test_law_that_is_shown_anyway_is_not_said_twice(northfold: Knowledge) -> None:
    shown = render.answer(northfold, ["north-2-schools-01", "day-six"], "school")
    assert shown.text.count("From the sixth school day") == 1


def test_every_local_line_of_the_real_content_that_law_goes_before_shows_it(knowledge: Knowledge) -> None:
    overtaken = [record for record in knowledge.records.values() if record.duty and record.duty.with_law]
    assert overtaken
    for record in overtaken:
        assert record.duty
        for role in (*PUBLIC, *STAFF):
            shown = render.answer(knowledge, [record.id], role)
            for law in (knowledge.law[cite.removeprefix("law/")] for cite in record.duty.with_law):
                assert law.text.for_role(role) in shown.text, (record.id, role)
                assert {*law.sources} <= {source["id"] for source in shown.sources}, record.id


LEAD = "National law comes first: The law counts days."
SAYS = "Northfold's paper of October 2026 goes further than the law. It takes two suspensions in a school year as a"


@pytest.mark.parametrize(
    ("role", "law"),
    [("parent", "From the sixth there must be lessons."), ("school", "From the sixth, education must be arranged.")],
)
def test_where_a_local_paper_differs_the_national_rule_leads(northfold: Knowledge, role: str, law: str) -> None:
    shown = render.answer(northfold, ["north-2"], role)
    first, second, rest = shown.text.split("\n", 2)
    assert (first, second) == (f"{LEAD} {law}", f"{SAYS} reason for extra help.")
    assert rest.startswith("\n2 suspensions (Northfold)")


def test_a_list_leads_with_what_a_line_of_it_differs_in(northfold: Knowledge) -> None:
    northfold.disagreements["two-is-no-limit"].local = ["north-2-schools-01"]
    for record in ("north-2-schools", "north-2-schools-01"):
        shown = render.answer(northfold, [record, "day-six"], "school")
        assert shown.text.startswith(LEAD)
        assert "National law on this:" not in shown.text, "the rule that leads is not said again"
    assert render.national_first(northfold, ["day-six", "board-games"]) == ""


def test_two_records_of_one_difference_lead_once(northfold: Knowledge) -> None:
    northfold.disagreements["two-is-no-limit"].local = ["north-2", "board-games"]
    assert render.answer(northfold, ["north-2", "board-games"]).text.count("National law comes first") == 1


def test_a_paper_without_a_date_is_said_to_have_none(northfold: Knowledge) -> None:
    northfold.sources["northfold-plan"].date = None
    text = render.national_first(northfold, ["north-2"])
    assert "\nNorthfold's page, which has no date, goes further than the law. It takes" in text


def test_every_disagreement_of_the_real_content_leads_with_its_law_and_the_paper_s_age(knowledge: Knowledge) -> None:
    for found in knowledge.disagreements.values():
        source = knowledge.sources[found.source]
        age = f"of {render.month(source.date)}" if source.date else "which has no date"
        for name in found.local:
            for role in (*PUBLIC, *STAFF):
                shown = render.answer(knowledge, [name], role)
                lead = shown.text.split("\n\n")
                assert shown.text.startswith("National law comes first: "), name
                assert f"National law comes first: {found.instead.for_role(role)}" in shown.text, name
                assert found.says in shown.text
                assert age in lead[0], name
                named = {shown_source["id"] for shown_source in shown.sources}
                assert found.source in named, name
                assert all({*knowledge.law[law[4:]].sources} <= named for law in found.law), name


BELIEF = "you can never play games"


@pytest.fixture
def believed(northfold: Knowledge) -> Knowledge:
    """Northfold with a belief that the record on games corrects."""
    corrects = [schema.Correction(belief=BELIEF, instead="There are games at lunch.")]
    northfold.records["board-games"].entry.corrects = corrects
    return northfold


@pytest.mark.parametrize(
    ("ids", "belief", "corrected"),
    [
        (["board-games"], BELIEF, True),
        (["day-six", "board-games"], "You can never  play games", True),
        (["board-games"], "who plays games at lunch", False),
        (["board-games"], None, False),
        (["day-six"], BELIEF, False),
    ],
)
def test_an_answer_to_a_mistaken_belief_begins_with_what_is_right(
    believed: Knowledge, ids: list[str], belief: str | None, corrected: bool
) -> None:
    shown = render.answer(believed, ids, "parent", belief)
    plain = render.answer(believed, ids, "parent")
    assert shown.text == ("There are games at lunch.\n\n" if corrected else "") + plain.text
    assert shown.sources == plain.sources


@pytest.mark.parametrize(("role", "asks"), [("parent", True), ("child", True), ("adviser", True), ("school", False)])
def test_families_get_a_question_to_take_to_the_school(northfold: Knowledge, role: str, asks: bool) -> None:
    text = render.answer(northfold, ["north-2-schools-01"], role).text
    assert ("You could ask the school: Have you rung the lamp team?" in text) is asks


def test_an_acronym_is_spelt_out(northfold: Knowledge) -> None:
    assert render.answer(northfold, ["nfp"], "school").text == "NFP: Northfold plan. The council's plan."


@pytest.mark.parametrize("role", [*PUBLIC, *STAFF])
@pytest.mark.parametrize("record", ["eapdr", "sedis", "cope-pathway"])
def test_an_acronym_that_no_source_spells_out_is_not_guessed(
    knowledge: Knowledge, record: str, role: str | None
) -> None:
    term = knowledge.entries["glossary"][record]
    assert term.expansion is None
    text = render.answer(knowledge, [record], role).text
    assert text.startswith(f"{term.term}. ")
    assert "not spell" in text or "does not say what" in text


@pytest.mark.parametrize(
    ("role", "text"),
    [
        (None, "for families"),
        ("parent", "for families"),
        ("child", "for children"),
        ("school", "for staff"),
        ("governor", "for staff"),
        ("adviser", "for staff"),
    ],
)
def test_everybody_reads_the_words_meant_for_them(role: str | None, text: str) -> None:
    both = schema.Text(parent="for families", staff="for staff", child="for children")
    assert both.for_role(role) == text


def test_a_child_gets_the_parents_words_where_there_are_no_own(northfold: Knowledge) -> None:
    assert schema.Text(parent="for families", staff="for staff").for_role("child") == "for families"


def test_a_point_of_several_lines_has_a_heading_of_its_own(northfold: Knowledge) -> None:
    said = {"title": "Ask", "text": "- Who?\n- When?", "cites": ["plan/board-games"]}
    one = {"title": "Win", "text": "Somebody wins.", "cites": ["plan/board-games"]}
    northfold.records["board-games"].entry.points = [schema.Point(**one), schema.Point(**said)]
    text = render.answer(northfold, ["board-games"], "parent").text
    assert text == "The plan offers board games at lunch.\n- Somebody wins.\n\nAsk:\n- Who?\n- When?"


def test_several_records_are_said_one_after_the_other(northfold: Knowledge) -> None:
    text = render.answer(northfold, ["day-six", "board-games"], "school").text
    assert text == "From the sixth school day education must be arranged.\n\nThe plan offers board games at lunch."


def test_what_parents_are_asked_is_said_to_be_no_legal_duty(knowledge: Knowledge) -> None:
    notice = render.words()["labels"]["asks"]
    for duties in knowledge.duties.values():
        text = render.answer(knowledge, [duties.id], "parent").text
        assert (notice in text) is (duties.audience == "parents"), duties.id


def test_a_section_of_a_source_has_no_loose_ends(knowledge: Knowledge) -> None:
    cites = {cite for guide in knowledge.guides.values() for _, _, part in guide.parts() for cite in part.cites}
    sections = {source.get("section", "") for cite in cites for source in render.cited_sources(knowledge, cite)}
    assert len(sections) > 50
    assert [section for section in sections if section != section.strip(" –;")] == []
