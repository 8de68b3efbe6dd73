"""A rule whose last day has passed is told nowhere, and nothing leads to it."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from knowledge import check, clock, desk, place, render, store
from knowledge.blocks import as_text
from knowledge.compose import compose
from knowledge.query import Finder
from knowledge.read import CONTENT
from knowledge.situation import Situation
from tests.knowledge.test_store import Embed

LAST = datetime.date(2026, 12, 31)
AFTER = LAST + datetime.timedelta(1)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'k.db'}"


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> list[datetime.date]:
    """The day that it is: its one item may be changed."""
    days = [LAST]
    monkeypatch.setattr(clock, "today", lambda: days[0])
    return days


@pytest.fixture
def ending(content: Path) -> Path:
    """Content whose one rule of law has a last day, with everything that leads to it."""
    with (content / "law/day-six.yml").open("a", encoding="utf-8") as law:
        law.write("effective_to: 2026-12-31\n")
    return content


def test_a_rule_is_told_on_its_last_day_and_on_no_later_one(
    url: str,
    ending: Path,
    day: list[datetime.date],
) -> None:
    store.build(url, Embed(), ending)
    before = store.load(url, ending)
    assert before.until == LAST
    assert "day-six" in before.records
    assert "From the sixth" in render.answer(before, ["north-2-schools-01"], "school").text
    day[0] = AFTER
    after = store.load(url, ending)
    assert after.until is None
    assert set(before.records) - set(after.records) == {"day-six"}
    assert "day-six" not in {phrase.record for phrase in after.phrases}
    assert len(after.phrases) == len(after.vectors)
    for record in after.records:
        for role in ("parent", "school"):
            shown = render.answer(after, [record], role)
            assert "sixth" not in shown.text + str(shown.sources), record


def test_what_a_guide_says_goes_where_it_rests_on_it_alone(
    url: str,
    ending: Path,
    day: list[datetime.date],
) -> None:
    guide = ending / "guides/lamps/lamp-lost.yml"
    before, general, rest = guide.read_text(encoding="utf-8").split("cites: [law/day-six]", 2)
    lasting = f"{before}cites: [law/day-six]{general}cites: [law/day-six, inventory/plan/lamp-team]{rest}"
    guide.write_text(lasting, encoding="utf-8")
    store.build(url, Embed(), ending)
    assert len(store.load(url).guides["lamp-lost"].answers) == 3
    day[0] = AFTER
    knowledge = store.load(url)
    assert set(knowledge.guides) == {"lamp-lost"}
    lost = knowledge.guides["lamp-lost"]
    assert [answer.cites for answer in lost.answers] == [["inventory/plan/lamp-team"]]
    assert [point.id for point in lost.points] == ["lamps", "plan"]
    assert not lost.deadlines
    assert {name for name, _ in Finder(knowledge, Embed()).guides("lamp found", "northfold")} <= {"lamp-lost"}
    answer = compose(knowledge, ["lamp-lost"], Situation.of({"decision": "permanent"}), "parent", "northfold")
    assert "15 school days" not in as_text(answer.blocks, folded=None)
    assert answer.next == []


def test_a_disagreement_that_rests_on_it_alone_goes_with_it(
    url: str,
    ending: Path,
    day: list[datetime.date],
) -> None:
    store.build(url, Embed(), ending)
    assert store.load(url).disagreements
    day[0] = AFTER
    assert not store.load(url).disagreements


def test_a_server_that_runs_on_reads_again_once_a_rule_has_ended(
    url: str,
    ending: Path,
    day: list[datetime.date],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store.build(url, Embed(), ending)
    monkeypatch.setattr(place, "knowledge_url", lambda: url)
    first = desk.desk()
    assert desk.desk() is first
    assert desk.desk().known("record", "day-six")
    day[0] = AFTER
    assert not desk.desk().known("record", "day-six")
    assert desk.desk() is desk.desk()


def test_the_check_names_all_that_still_leads_to_it(ending: Path) -> None:
    assert check.check(ending, LAST) == []
    faults = check.check(ending, AFTER)
    assert all(fault.warning and "ended on 2026-12-31" in fault.message for fault in faults)
    assert {fault.file.split("/")[-1] for fault in faults} == {
        "north-2-schools.yml",
        "two-is-no-limit.yml",
        "board-games.yml",
        "lamp-lost.yml",
        "lamp-found.yml",
    }


@pytest.mark.parametrize(("begins", "told"), [("2027-01-01", True), ("2026-12-31", False)])
def test_a_rule_that_does_not_apply_yet_says_from_when(
    begins: str,
    told: bool,
    url: str,
    content: Path,
    day: list[datetime.date],
) -> None:
    with (content / "law/day-six.yml").open("a", encoding="utf-8") as law:
        law.write(f"effective_from: {begins}\n")
    store.build(url, Embed(), content)
    text = render.answer(store.load(url), ["day-six"], "parent").text
    assert ("This applies from 1 January 2027" in text) == told
    assert "there must be lessons" in text


def test_no_rule_of_ours_ends_unseen() -> None:
    assert [f for f in check.check(CONTENT) if "ended on" in f.message] == []
