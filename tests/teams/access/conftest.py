"""Settings that lead to a double of Microsoft's side, new for each test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.channels.teams import settings as settings_of
from bot.channels.teams.settings import Settings
from tests.teams.microsoft import Microsoft


@pytest.fixture
def microsoft() -> Iterator[Microsoft]:
    with Microsoft() as double:
        yield double


@pytest.fixture
def given(microsoft: Microsoft, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The settings that lead to the double."""
    for name, value in microsoft.env.items():
        monkeypatch.setenv(name, value)
    found = settings_of.registration()
    assert found
    return found
