"""Generated cases that are the same in every run and never fail for being slow, and the web chat in this process."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sanic import Sanic

from tests.bot.web import OPEN, InProcess, Start
from tests.serving import stores_in

settings.register_profile("house", deadline=None, derandomize=True, database=None)
settings.load_profile("house")

Sanic.test_mode = True  # several apps in one process


@pytest.fixture
def start(
    agent: Any, loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Start a server with settings; its people's database is new, the conversations' is the session's."""
    for name, value in {**stores_in(tmp_path), **OPEN}.items():
        if name != "TRACKER_URL":
            monkeypatch.setenv(name, value)
    started: list[InProcess] = []

    def begin(handle: Any = None, **env: str) -> InProcess:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        started.append(InProcess(loop, agent, handle))
        return started[-1]

    yield begin
    for server in started:
        server.close()


@pytest.fixture
def server(start: Start) -> InProcess:
    """A server with the settings of the tests."""
    return start()
