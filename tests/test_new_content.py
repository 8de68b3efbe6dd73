"""A council added by YAML alone: one build, no code, no training data, the same model file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

from bot import model
from knowledge import check, minilm, place, store
from knowledge import desk as desks
from knowledge.blocks import as_text
from knowledge.compose import compose
from knowledge.desk import Desk
from knowledge.situation import Situation
from tests.made_up import COUNCIL, many_times, with_made_up_council

QUESTIONS = YAML(typ="safe").load((COUNCIL / "questions.yml").read_text(encoding="utf-8"))
LEAST_RIGHT = 0.8  # of questions by somebody who had not seen the content


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, agent: Any) -> Desk:
    """A desk over our content with one more council in it."""
    folder = tmp_path_factory.mktemp("marlshire")
    url = f"sqlite:///{folder / 'knowledge.db'}"
    before = model.checksum()
    store.build(url, minilm.encoder(place.home()), with_made_up_council(folder / "content"))
    assert model.checksum() == before
    return desks.open_desk(store.load(url))


@pytest.fixture
def marlshire(built: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The assistant of the other tests reads from that desk."""
    monkeypatch.setitem(desks._desks, place.knowledge_url(), built)
    return built


@pytest.mark.slow
def test_a_new_council_is_answered_after_one_build(marlshire: Desk, talk: Callable[[], Any]) -> None:
    wrong = []
    for case in QUESTIONS:
        person = talk()
        for message in case["say"]:
            reply = person(message)
        custom = reply["custom"]
        records = marlshire.knowledge.records
        found = {records[r].area for r in custom["records"] if r in records}
        assert found <= {"marlshire", "england", "uk"}, f"another area's record: {case['say']}: {custom}"
        text = reply["text"].lower()
        if custom["status"] != case["status"] or not all(fact in text for fact in case["facts"]):
            wrong.append((case["say"][-1], custom))
    assert len(QUESTIONS) - len(wrong) >= LEAST_RIGHT * len(QUESTIONS), wrong


@pytest.mark.slow
def test_a_new_intervention_names_its_contact_and_its_source(marlshire: Desk, talk: Callable[[], Any]) -> None:
    person = talk()
    person("senco in quillbridge")
    reply = person("lighthouse mentoring")
    assert reply["custom"]["status"] == "answered"
    assert "01632 960777" in reply["text"]
    assert "Anchor Pathway" in reply["text"]


@pytest.mark.slow
def test_a_new_council_is_walked_through(marlshire: Desk, talk: Callable[[], Any]) -> None:
    person = talk()
    person("im a mum in port wenlow, my son has had 2 suspensions")
    reply = person("walk me through it")
    seen = []
    while reply["custom"]["status"] == "walkthrough_step":
        seen += reply["custom"]["records"]
        reply = person("/done")
    assert any(r.startswith("marl-two-parents") for r in seen)
    assert any(r.startswith("marl-two-schools") for r in seen)
    assert reply["custom"]["status"] == "walkthrough_summary"


@pytest.mark.slow
def test_a_stage_is_known_by_the_name_that_a_new_council_gives_it(marlshire: Desk, talk: Callable[[], Any]) -> None:
    person = talk()
    person("head teacher in eastmarl, we are dealing with a single grave incident")
    reply = person("and what will the council do?")
    assert reply["custom"]["records"] == ["marl-grave-council"]
    assert reply["custom"]["scope"]["stage"] == "grave"


@pytest.mark.slow
def test_all_stages_of_a_new_council_are_told_in_order(marlshire: Desk, talk: Callable[[], Any]) -> None:
    reply = talk()("what are the stages of the anchor pathway in marlshire")
    stages = marlshire.knowledge.pathway("marlshire")
    assert reply["custom"]["records"] == [s.id for s in stages]
    assert "\n".join(f"- {s.title}: {s.meaning.parent}" for s in stages) in reply["text"]


@pytest.mark.slow
def test_a_new_council_adds_its_part_to_a_guide(built: Desk) -> None:
    case = Situation.of({"decision": "suspended", "suspensions_this_year": 2})
    here = compose(built.knowledge, ["suspended-what-now"], case, "parent", "marlshire")
    [local] = [block for block in here.blocks if block.kind == "local"]
    assert local.title == "In Marlshire"
    assert "Harbour Meeting" in local.text
    assert "marl-two-parents" in here.records
    [best, *_] = [block for block in here.blocks if block.kind == "help"]
    assert any("01632 960777" in line for line in best.items)
    for area, count in (("hackney", 2), (None, 2), ("marlshire", 1)):
        elsewhere = compose(
            built.knowledge, ["suspended-what-now"], case.with_("suspensions_this_year", count), "parent", area
        )
        assert "Harbour Meeting" not in as_text(elsewhere.blocks, folded=None)


@pytest.mark.slow
def test_a_new_council_s_own_guide_is_found_without_learning(built: Desk) -> None:
    asked = "what does this anchor pathway thing mean for us"
    assert built.finder.guides(asked, "marlshire")[0][0] == "marl-anchor"
    for area in ("hackney", None):
        assert "marl-anchor" not in {name for name, _ in built.finder.guides(asked, area, most=200)}


def test_nothing_of_it_is_known_without_it(talk: Callable[[], Any]) -> None:
    assert "960777" not in talk()("who runs lighthouse mentoring in marlshire")["text"]


def test_the_made_up_content_is_in_order(tmp_path: Path) -> None:
    from knowledge.check import check

    assert [str(f) for f in check(with_made_up_council(tmp_path / "content")) if not f.warning] == []


@pytest.mark.slow
def test_the_bench_s_larger_knowledge_base_is_in_order(tmp_path: Path) -> None:
    content = many_times(tmp_path / "content", copies=2)
    assert not [str(fault) for fault in check.check(content)]
    ours = list((content / "interventions").glob("hackney-*.yml"))
    assert len(list((content / "interventions").glob("n2-*.yml"))) == len(ours) > 20
