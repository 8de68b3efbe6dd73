"""Kinds of question, each with what must match and what must not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

import bot.dialogue.asked as module
from bot.dialogue.asked import asked

KINDS: dict[str, Any] = YAML(typ="safe").load((Path(module.__file__).parent / "asked.yml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, row in KINDS.items() for text in row["like"]])
def test_a_kind_of_question_is_seen(kind: str, text: str) -> None:
    assert asked(text) == kind


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, row in KINDS.items() for text in row["unlike"]])
def test_what_only_looks_like_it_is_not(kind: str, text: str) -> None:
    assert asked(text) != kind


def test_what_is_asked_first_counts_and_telling_asks_nothing() -> None:
    assert asked("can they do that and how long for") == "may"
    assert asked("he got suspended on monday") is None
