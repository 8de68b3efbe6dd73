"""A council added by YAML alone: one build, no code, no training data, the same model file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest

from bot import model
from knowledge import desk as desks
from knowledge import minilm, place, store
from tests.made_up import with_made_up_council


@pytest.fixture(scope="module")
def marlshire(tmp_path_factory: pytest.TempPathFactory, agent: Any) -> Any:
    """The assistant of the other tests, over a knowledge base with one more council in it."""
    folder = tmp_path_factory.mktemp("marlshire")
    url = f"sqlite:///{folder / 'knowledge.db'}"
    before = model.checksum()
    store.build(url, minilm.encoder(place.home()), with_made_up_council(folder / "content"))
    assert model.checksum() == before
    ours = place.knowledge_url()
    kept = desks.desk()
    desks._desks[ours] = desks.open_desk(store.load(url))
    yield desks._desks[ours]
    desks._desks[ours] = kept


@pytest.mark.slow
def test_a_new_intervention_names_its_contact_and_its_source(marlshire: Any, talk: Callable[[], Any]) -> None:
    person = talk()
    person("senco in quillbridge")
    reply = person("lighthouse mentoring")
    assert reply["custom"]["status"] == "answered"
    assert "01632 960777" in reply["text"]
    assert "Anchor Pathway" in reply["text"]


def test_the_made_up_content_is_in_order(tmp_path: Path) -> None:
    from knowledge.check import check

    assert [str(f) for f in check(with_made_up_council(tmp_path / "content")) if not f.warning] == []
