"""While the conversations cannot be stored: nobody else waits, the person is told, and is answered once it is over."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Callable

import httpx
import pytest

from bot.channels import worker
from bot.engine.tracker_store import PATIENCE
from tests.bot.damage import held
from tests.bot.web import InProcess, Tab, answers


@pytest.fixture
def conversations(agent: Any) -> Path:
    """The file of the conversations."""
    return Path(agent.tracker_store.engine.url.database)


async def slowest(url: str, seconds: float) -> float:
    """The slowest of many answers of a server's own page within so many seconds."""
    end, worst = time.monotonic() + seconds, 0.0
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        while time.monotonic() < end:
            begun = time.monotonic()
            assert (await client.get("/")).status_code == 200
            worst = max(worst, time.monotonic() - begun)
            await asyncio.sleep(0.02)
    return worst


def test_nobody_waits_for_somebody_elses_conversation_to_be_stored(server: InProcess, conversations: Path) -> None:
    tab = server.tab()
    while_held = 3 * PATIENCE
    with held(conversations):
        message = tab.send("what is a managed move?")
        worst = server.run(slowest(server.url, while_held))
    assert worst < while_held / 4
    assert tab.answer(message)["reply"]["status"] in ("answered", "error")


def test_the_person_is_told_and_answered_once_when_it_is_over(
    server: InProcess, conversations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LONG_PAUSE", 0.5)
    tab = server.tab()
    with held(conversations):
        message = tab.send("what is a managed move?")
        told = tab.answer(message)
    assert "id" not in told
    assert told["reply"]["status"] == "error"
    assert "999" in told["text"]
    heard = tab.hear(lambda heard: any("id" in e for e in answers(heard, message)))
    assert answers(heard, message)[-1]["reply"]["status"] == "answered"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


async def say_while_held(say: Any, database: Path, seconds: float) -> None:
    with held(database):
        saying = asyncio.ensure_future(say)
        await asyncio.sleep(seconds)
    await saying


def test_a_short_wait_is_not_noticed_on_the_web(server: InProcess, conversations: Path) -> None:
    tab = server.tab()

    async def send() -> None:
        async with httpx.AsyncClient(base_url=tab.url, timeout=30, headers=tab.headers) as client:
            body = {"id": "6d8e6f5e-3f0b-4b5e-9d0a-8f3f5b9c8a01", "text": "what is a managed move?"}
            assert (await client.post("/web/message", json=body)).status_code == 202

    server.run(say_while_held(send(), conversations, PATIENCE * 1.4))
    heard = tab.hear(lambda heard: any(e["type"] == "reply" for e in heard))
    assert [e["reply"]["status"] for e in heard if e["type"] == "reply"] == ["answered"]


def test_a_short_wait_is_not_noticed_on_rest(
    agent: Any, loop: asyncio.AbstractEventLoop, talk: Callable[[], Any], conversations: Path
) -> None:
    person = talk()
    body = {"sender": person.sender, "message": "what is a managed move?"}
    saying: list[Any] = []

    async def say() -> None:
        saying.extend(await person._channel.answer(body, agent.handle_message))

    loop.run_until_complete(say_while_held(say(), conversations, PATIENCE * 1.4))
    assert [reply["custom"]["status"] for reply in saying] == ["answered"]


def test_others_are_read_while_one_is_stored(server: InProcess, conversations: Path) -> None:
    tab, other = server.tab(), server.tab()
    other.ask("what is a managed move?")
    with held(conversations):
        tab.send("what is a managed move?")
        fresh = Tab(server.run, server.url)
        assert fresh.session["events"] == []
        assert len(other.again()["events"]) == 2
