"""Databases of each test alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.domain import Domain

from bot.engine.tracker_store import TrackerStore
from bot.people import database
from tests.serving import stores_in


@pytest.fixture(autouse=True)
def own_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stores_in(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def people() -> Any:
    return database.engine()


@pytest.fixture
def trackers() -> TrackerStore:
    return TrackerStore(Domain.empty())
