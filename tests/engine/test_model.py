"""What a model was trained from: the components and all that they are made of, and nothing that needs no training."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bot.engine import model
from knowledge import encoder
from tests.conftest import ROOT


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of all that could be looked at."""
    for name in ("actions", "bot", "data", "knowledge"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "content"))
    for name in ("config.yml", "domain.yml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.setattr(model, "ROOT", tmp_path)
    return tmp_path


def change(file: Path) -> None:
    with file.open("a", encoding="utf-8") as out:
        out.write("\n# changed\n")


@pytest.mark.parametrize(
    "name",
    [
        *("config.yml", "domain.yml", "requirements.lock", "data/stories/rules.yml", "bot/nlu/plain_signs.yml"),
        *("bot/nlu/crisis.py", "bot/nlu/heads.py", "bot/engine/policy.py"),
        *("knowledge/encoder.py", "knowledge/words.py", "knowledge/terms.py"),
    ],
)
def test_a_change_of_what_training_depends_on_is_seen(name: str, copied: Path) -> None:
    before = model.inputs()
    change(copied / name)
    assert model.inputs() != before


@pytest.mark.parametrize("name", ["knowledge/query.py", "knowledge/place.py", "bot/server.py", "actions/answer.py"])
def test_what_is_only_used_while_answering_needs_no_training(name: str, copied: Path) -> None:
    before = model.inputs()
    change(copied / name)
    assert model.inputs() == before


def test_a_module_that_a_component_begins_to_use_is_seen(copied: Path) -> None:
    (copied / "bot/nlu/more.py").write_text("FEW = 3\n", encoding="utf-8")
    assert copied / "bot/nlu/more.py" not in model.modules()
    with (copied / "bot/nlu/heads.py").open("a", encoding="utf-8") as out:
        out.write("\nfrom bot.nlu import more\n")
    assert copied / "bot/nlu/more.py" in model.modules()


def test_another_encoder_means_another_training(monkeypatch: pytest.MonkeyPatch) -> None:
    before = model.inputs()
    monkeypatch.setattr(encoder, "KEY", "another")
    assert model.inputs() != before
