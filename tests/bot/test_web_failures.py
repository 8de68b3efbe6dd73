"""The web chat inside this process: failures, and streams that end."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from typing import Any

import httpx
import pytest

from bot.channels import web, worker
from bot.channels.hub import MOST
from bot.people.inbox import Inbox
from tests.bot.web import InProcess, Start, logged, until

SECRET = "ZEBRAFISH"


# -------------------------------------------------------------------------------------------------------- failures


class Broken:
    """A way to handle messages that fails so often before it works."""

    def __init__(self, agent: Any, times: int, after: bool = False) -> None:
        self._agent, self.left, self._after = agent, times, after

    async def __call__(self, message: Any) -> None:
        if self.left and not self._after:
            self.left -= 1
            raise RuntimeError(f"the person said {SECRET}")
        await self._agent.handle_message(message)
        if self.left:
            self.left -= 1
            raise RuntimeError("after the save")


def test_a_failure_that_passes_is_not_noticed(start: Start, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, 2)).tab()
    assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_a_failure_after_the_save_doubles_nothing(start: Start, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, 1, after=True)).tab()
    assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_a_failure_that_stays_is_answered_once_with_what_to_do_and_the_next_message_is_handled(
    start: Start,
    agent: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, worker.TRIES)).tab()
    with caplog.at_level(logging.WARNING):
        message = tab.send(f"what is a managed move? {SECRET}")
        failed = tab.answer(message)
    assert failed["reply"]["status"] == "error"
    assert "999" in failed["text"]
    assert tab.tap(failed, "Someone to talk to")["reply"]["status"] == "offers_person"
    events = tab.again()["events"]
    assert [e["type"] for e in events] == ["said", "reply"] * 2
    assert SECRET in events[0]["text"]
    lines = logged(caplog, capfd)
    assert "RuntimeError" in lines
    assert SECRET not in lines


def test_an_assistant_that_says_nothing_is_answered_for(start: Start) -> None:
    async def silent(_: Any) -> None:
        return None

    tab = start(silent).tab()
    assert tab.ask("hello")["reply"]["status"] == "error"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_a_failing_inbox_accepts_nothing(
    server: InProcess, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tab = server.tab()

    def fail(*_: Any) -> None:
        raise RuntimeError(SECRET)

    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(Inbox, "put", fail)
        answer = tab.call("POST", "/web/message", json={"id": str(uuid.uuid4()), "text": SECRET})
    assert answer.status_code == 500
    assert "999" in answer.json()["error"]
    assert "RuntimeError at" in caplog.text
    assert SECRET not in caplog.text
    assert tab.again()["events"] == []


def test_a_message_that_ends_the_server_each_time_is_given_up(
    start: Start, monkeypatch: pytest.MonkeyPatch, agent: Any
) -> None:
    async def hang(_: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(worker, "_PATIENCE", 0.05)
    server = start(hang)
    tab = server.tab()
    message = tab.send("what is a managed move?")
    for _ in range(worker.FATAL):
        server.run(server.channel._worker.stop())
        assert server.channel._inbox.restart()
    again = start(hang)
    tab.url = again.url
    assert tab.answer(message)["reply"]["status"] == "error"


# --------------------------------------------------------------------------------------------------------- streams


def test_a_quiet_stream_gives_a_sign_of_life(server: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "HEARTBEAT", 0.1)
    tab = server.tab()

    async def listen() -> list[str]:
        lines: list[str] = []
        async with (
            httpx.AsyncClient(timeout=5) as client,
            client.stream("GET", f"{tab.url}/web/events", headers=tab.headers) as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            async for line in stream.aiter_lines():
                lines.append(line)
                if lines.count(": still here") == 3:
                    break
        return lines

    assert set(server.run(listen())) == {": here", ": still here", ""}


def test_a_stream_ends_with_its_token(server: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "HEARTBEAT", 0.1)
    tab = server.tab()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * 86400)
    # the token is read by the library's own clock, so that only the stream sees the time go by
    assert tab.hear(lambda heard: False, seconds=5) == []


def test_too_many_streams_of_one_conversation_close_the_oldest(server: InProcess) -> None:
    tab, listeners = server.tab(), server.channel._hub._listeners

    async def crowd() -> list[bool]:
        async with httpx.AsyncClient(timeout=None) as client:

            async def listen() -> None:
                async with client.stream("GET", f"{tab.url}/web/events", headers=tab.headers) as stream:
                    async for _ in stream.aiter_lines():
                        pass

            open_: list[asyncio.Task[None]] = []

            def settled() -> bool:
                closed = sum(task.done() for task in open_)
                return sum(map(len, listeners.values())) == len(open_) - closed == min(len(open_), MOST)

            for _ in range(MOST + 2):
                open_.append(asyncio.create_task(listen()))
                await until(settled)
            ended = [task.done() for task in open_]
            for task in open_:
                task.cancel()
            return ended

    assert server.run(crowd()) == [True, True] + [False] * MOST
    server.run(until(lambda: listeners == {}))
