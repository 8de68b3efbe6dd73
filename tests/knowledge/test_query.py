"""Which records may answer, and which come first. Never one of another area."""

from __future__ import annotations

from typing import Any

import pytest

from knowledge.desk import Desk
from knowledge.query import Hit, Wanted, local_areas
from knowledge.store import Knowledge, Record
from knowledge.words import plain, segments
from tests.knowledge.test_content import names

COVERED = ("staffordshire", "suffolk", "hackney", "leicestershire")
ELSEWHERE = ("leicester-city", "stoke-on-trent", "england", "wales")
NATIONAL = {"england", "uk"}


def find(desk: Desk, text: str, area: str | None, most: int = 8, **more: Any) -> list[Hit]:
    """As the assistant asks: the area's own records and the national ones, and what the message names."""
    reading = desk.reader.read(text)
    wanted = Wanted(area=area, areas=local_areas(area, desk.knowledge.areas), named=tuple(reading.named), **more)
    return desk.finder.find(desk.reader.without_areas(reading.text), wanted, most)


def local(knowledge: Knowledge, area: str) -> list[Record]:
    return [record for record in knowledge.records.values() if record.area == area]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("owner", "area"), [(owner, area) for owner in COVERED for area in (*COVERED, *ELSEWHERE, None) if area != owner]
)
def test_no_area_is_answered_from_another_s_records(desk: Desk, owner: str, area: str | None) -> None:
    """Every local record, asked for by all its names from every other area."""
    records = local(desk.knowledge, owner)
    assert records, "every covered area has records of its own"
    strays = []
    for record in records:
        for hit in find(desk, "? ".join(names(record)), area):
            if hit.record.area not in {area, *NATIONAL}:
                strays.append((record.id, hit.record.id, hit.record.area))
    assert strays == []


@pytest.mark.parametrize("owner", COVERED)
def test_an_area_is_answered_from_its_own_records(desk: Desk, owner: str) -> None:
    for record in local(desk.knowledge, owner)[:5]:
        assert record.id in [hit.record.id for hit in find(desk, record.title, owner)]


@pytest.mark.parametrize(
    ("area", "allowed"),
    [
        ("hackney", {"hackney", *NATIONAL}),
        ("leicester-city", {"leicester-city", *NATIONAL}),
        ("england", NATIONAL),
        ("atlantis", NATIONAL),
        (None, NATIONAL),
    ],
)
def test_the_areas_whose_records_may_answer(knowledge: Knowledge, area: str | None, allowed: set[str]) -> None:
    assert local_areas(area, knowledge.areas) == allowed


def test_no_area_at_all_means_national_records_only(desk: Desk) -> None:
    hits = desk.finder.find("who do i ring about the fair access panel", Wanted())
    assert hits
    assert {hit.record.area for hit in hits} <= NATIONAL


@pytest.mark.parametrize("kind", ["services", "glossary", "duty", "law"])
def test_only_the_kinds_asked_for_answer(desk: Desk, kind: str) -> None:
    hits = find(desk, "who helps with a managed move", "staffordshire", kinds=frozenset({kind}))
    assert {hit.record.kind for hit in hits} == {kind}


def test_hits_come_best_first_and_no_more_than_asked_for(desk: Desk) -> None:
    scores = [hit.score for hit in find(desk, "how long can a suspension last", "suffolk", most=5)]
    assert len(scores) == 5
    assert scores == sorted(scores, reverse=True)


@pytest.mark.parametrize(
    ("text", "area", "record"),
    [
        ("what is the EAPDR", "staffordshire", "eapdr"),
        ("how many days can he be suspended in one year", "hackney", "forty-five-day-limit"),
        ("day 6 provision after a suspension", "suffolk", "day-six-suspension-school"),
        ("circle of friends", "hackney", "hackney-circle-of-friends"),
        ("childline number", None, "childline"),
    ],
)
def test_plain_questions_find_their_record(desk: Desk, text: str, area: str | None, record: str) -> None:
    assert find(desk, text, area)[0].record.id == record


@pytest.mark.parametrize("lean", [0.5, -0.5])
def test_a_leaning_raises_or_lowers_a_kind(desk: Desk, lean: float) -> None:
    def score(**more: Any) -> float:
        hits = find(desk, "virtual school", "staffordshire", most=40, **more)
        return next(hit.score for hit in hits if hit.record.id == "staffordshire-virtual-school")

    assert score(lean={"services": lean}) - score() == pytest.approx(lean, abs=1e-5)


@pytest.mark.parametrize(
    ("fits", "fits_not"),
    [
        ({"stages": ("staffs-1-2",)}, {"stages": ("staffs-4",)}),
        ({"audience": "schools"}, {"audience": "council"}),
    ],
)
def test_lines_of_the_stage_and_the_audience_asked_about_gain_and_others_lose(
    desk: Desk, fits: dict[str, Any], fits_not: dict[str, Any]
) -> None:
    def score(**more: Any) -> float:
        hits = find(desk, "agree a reintegration plan", "staffordshire", most=40, kinds=frozenset({"duty"}), **more)
        return next(hit.score for hit in hits if hit.record.id == "staffs-1-2-schools-04")

    assert score(**fits) > score() > score(**fits_not)


def test_being_named_counts(desk: Desk) -> None:
    def score(named: tuple[tuple[str, str], ...]) -> float:
        wanted = Wanted(area="staffordshire", areas=local_areas("staffordshire", desk.knowledge.areas), named=named)
        hits = desk.finder.find("sedis please", wanted)
        return next(hit.score for hit in hits if hit.record.id == "sedis")

    assert score((("sedis", "sedis"),)) > score(()) + 0.1


def test_a_rare_name_weighs_more_than_a_word_that_stands_everywhere(desk: Desk) -> None:
    words = ("school", "suspension", "managed move", "eapdr")
    rarities = [desk.finder.rarity(word) for word in words]
    assert rarities == sorted(rarities)
    assert rarities[0] < rarities[1] < rarities[3] == 1


def test_the_same_question_twice_has_the_same_answer(desk: Desk) -> None:
    one, two = (find(desk, "can a school exclude a child with SEND", "leicestershire") for _ in range(2))
    assert [(hit.record.id, hit.score) for hit in one] == [(hit.record.id, hit.score) for hit in two]


@pytest.mark.parametrize("text", ["?", "", "...", "🙂", "a" * 4000])
def test_words_without_meaning_break_nothing(desk: Desk, text: str) -> None:
    assert len(find(desk, text, "suffolk")) == 8


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("one sentence", ["one sentence"]),
        ("He was sent home. What now?", ["He was sent home. What now?", "What now?", "He was sent home."]),
        ("first line\nsecond line", ["first line second line", "first line", "second line"]),
    ],
)
def test_a_message_is_searched_whole_and_by_its_sentences_questions_first(text: str, parts: list[str]) -> None:
    assert segments(text) == parts


@pytest.mark.parametrize(
    ("text", "compared"),
    [("It’s  MY\nson's", "its my sons"), ("the pupils' plan", "the pupils' plan"), ("`tis", "'tis")],
)
def test_text_is_compared_without_capitals_and_apostrophes(text: str, compared: str) -> None:
    assert plain(text) == compared


def test_a_term_that_an_area_explains_itself_is_explained_by_nobody_else(desk: Desk) -> None:
    own = {plain(e.term): e for e in desk.knowledge.entries["glossary"].values() if e.area == "staffordshire"}
    national = [e for e in desk.knowledge.entries["glossary"].values() if e.area in NATIONAL and plain(e.term) in own]
    assert national
    for entry in national:
        found = [hit.record.id for hit in find(desk, f"what is a {entry.term}?", "staffordshire", 30)]
        assert entry.id not in found
        assert own[plain(entry.term)].id in found
        assert entry.id in [hit.record.id for hit in find(desk, f"what is a {entry.term}?", None, 30)]
