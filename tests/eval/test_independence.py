"""The reported questions are no training phrases in disguise."""

from __future__ import annotations

import pytest
from rapidfuzz import fuzz, process
from ruamel.yaml import YAML

from bot.nlu.danger import written
from knowledge.store import Knowledge
from knowledge.words import plain
from tests.conftest import ROOT
from tests.eval import danger
from tests.eval.measure import cases

NEARLY_THE_SAME = 85  # per cent of normalised similarity


def training_phrases() -> list[str]:
    found = []
    for path in (ROOT / "data" / "nlu").glob("*.yml"):
        for block in YAML(typ="safe").load(path.read_text(encoding="utf-8"))["nlu"]:
            found += [plain(line[2:]) for line in block["examples"].splitlines() if line.startswith("- ")]
    return found + [plain(example.text) for example in written()]


@pytest.mark.parametrize("half", ["report"])
def test_no_reported_question_is_nearly_a_training_phrase_or_an_example(half: str, knowledge: Knowledge) -> None:
    known = training_phrases() + [plain(p.text) for p in knowledge.phrases if p.kind == "example"]
    asked = [plain(message) for case in cases(half) for message in case["say"] if len(message.split()) > 4]
    near = [(q, process.extractOne(q, known, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME)) for q in asked]
    assert [(q, hit[0]) for q, hit in near if hit] == []


@pytest.mark.parametrize("name", ["report", "stories_report"])
def test_no_unseen_crisis_message_is_nearly_a_training_phrase(name: str) -> None:
    known = training_phrases()
    asked = [plain(case["text"]) for group in danger.cases(name) for case in group]
    near = [(q, process.extractOne(q, known, scorer=fuzz.ratio, score_cutoff=NEARLY_THE_SAME)) for q in asked]
    assert [(q, hit[0]) for q, hit in near if hit] == []
