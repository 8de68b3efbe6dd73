"""No request, no row and no second start takes a real server away from everybody."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bot import server as servers
from bot.channels.tokens import Tokens
from bot.engine.tracker_store import PATIENCE
from bot.people import database
from bot.people.lease import LASTS, Lease, Taken
from bot.people.tables import Base
from knowledge.render import words
from tests.bot.damage import held, tear
from tests.bot.web import Tab, process, run_alone
from tests.conftest import ROOT
from tests.serving import WEBHOOK, free_port, stores_in


def name_of(tab: Tab, folder: Path) -> str:
    token = Tokens(stores_in(folder)["INCLUSION_GUIDE_SECRET"]).read(tab.token)
    assert token
    return token.conversation


@pytest.mark.slow
def test_a_server_outlives_odd_requests_torn_rows_a_held_database_and_a_second_start(tmp_path: Path) -> None:
    with process(tmp_path) as (url, server):
        odd = json.dumps({"sender": "\ud800", "message": "hello"})
        answer = httpx.post(url + WEBHOOK, content=odd, headers={"Content-Type": "application/json"}, timeout=30)
        assert answer.status_code == 400
        assert httpx.post(f"{url}/web/session", content='{"token": "\\ud800"}', timeout=30).status_code == 200

        torn, other = Tab(run_alone, url), Tab(run_alone, url)
        for tab in (torn, other):
            tab.ask("I'm a SENCO in Stafford, 4 suspensions")
        conversation = name_of(torn, tmp_path)
        tear(tmp_path / "conversations.db", conversation)
        assert torn.ask("what is a managed move?")["reply"]["status"] == "answered"
        assert httpx.get(f"{url}/ready", timeout=30).json()["set_aside"] == 1

        with held(tmp_path / "conversations.db"):
            message = other.send("what is a managed move?")
            end, worst = time.monotonic() + 3 * PATIENCE, 0.0
            while time.monotonic() < end:
                begun = time.monotonic()
                assert httpx.get(f"{url}/health", timeout=60).json() == {"status": "ok"}
                worst = max(worst, time.monotonic() - begun)
        assert worst < 3 * PATIENCE / 4
        assert other.answer(message)["reply"]["status"] in ("answered", "error")

        second = subprocess.run(
            [sys.executable, "-m", "bot", "start", "--port", str(free_port())],
            cwd=ROOT,
            env={**os.environ, **stores_in(tmp_path)},
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert second.returncode == 1
        assert f"process {server.pid}" in second.stderr
        assert "Traceback" not in second.stderr
        assert server.poll() is None

        tear(tmp_path / "conversations.db", conversation)
        server.kill()
        server.wait(10)
    with sqlite3.connect(tmp_path / "people.db") as opened:
        number = "INSERT INTO inbox VALUES (NULL, ?, 'm1', 'what is a managed move?', '[]', 0, 'waiting', ?, ?)"
        opened.execute(number, (conversation, 0, time.time()))
    with process(tmp_path) as (url, server):  # at once: who had the database is gone
        torn.url = other.url = url
        assert torn.answer("m1")["reply"]["status"] == "answered"
        told = words()["manners"]["set_aside"]
        assert told in [e["text"] for e in torn.again()["events"] if e["type"] == "reply"]
        assert other.ask("what is expected of us?")["reply"]["records"] == ["staffs-4-schools"]
        assert server.poll() is None


# ------------------------------------------------------------------------------------------------- who has the database


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("PEOPLE_URL", f"sqlite:///{tmp_path}/people.db")
    return database.engine()


@pytest.fixture
def alive() -> Iterator[subprocess.Popen]:
    """Some other process of this machine."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    yield other
    other.kill()
    other.wait(10)


def is_held_by(people: Any, host: str, pid: int, seconds: float = LASTS) -> Lease:
    """The lease of another process, for so many seconds more."""
    lease = Lease(people)
    lease.take()
    with people.begin() as connection:
        values = {"host": host, "pid": pid, "until": time.time() + seconds}
        connection.execute(sa.update(Base.metadata.tables["lease"]).values(values))
    return lease


def test_a_living_process_keeps_the_database_until_it_lets_go(people: Any, alive: subprocess.Popen) -> None:
    other = is_held_by(people, socket.gethostname(), alive.pid)
    for refused in (Lease(people).free, Lease(people).take):
        with pytest.raises(Taken, match=f"process {alive.pid} on this machine"):
            refused()
    assert other.renew()
    other.release()
    Lease(people).take()


def test_what_a_killed_process_left_is_taken_over_at_once(people: Any, alive: subprocess.Popen) -> None:
    other = is_held_by(people, socket.gethostname(), alive.pid)
    alive.kill()
    for reap in (False, True):
        if reap:
            alive.wait(10)
        else:
            os.waitid(os.P_PID, alive.pid, os.WEXITED | os.WNOWAIT)
        Lease(people).free()
    mine = Lease(people)
    mine.take()
    assert mine.renew()
    assert not other.renew()
    other.release()
    assert mine.renew(), "who has lost it takes it from nobody"


def test_what_another_machine_left_is_taken_over_once_it_has_expired(people: Any) -> None:
    is_held_by(people, "another.example", os.getpid())
    with pytest.raises(Taken, match=r"on the machine another\.example"):
        Lease(people).take()
    is_over = {"until": time.time() - 1}
    with people.begin() as connection:
        connection.execute(sa.update(Base.metadata.tables["lease"]).values(is_over))
    Lease(people).take()


def test_a_hold_that_is_gone_from_the_database_is_taken_again(people: Any) -> None:
    mine = Lease(people)
    mine.take()
    with people.begin() as connection:
        connection.execute(sa.delete(Base.metadata.tables["lease"]))
    assert mine.renew()
    with people.begin() as connection:
        connection.execute(sa.update(Base.metadata.tables["lease"]).values(host="another.example"))
    with pytest.raises(Taken):
        Lease(people).take()


def test_a_server_whose_database_was_taken_over_ends(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers, "RENEWED", 0.01)
    stopped: list[bool] = []
    app = SimpleNamespace(ctx=SimpleNamespace(lost=False), stop=lambda: stopped.append(True))
    mine = is_held_by(people, socket.gethostname(), os.getpid())
    Lease(people).take()
    asyncio.run(asyncio.wait_for(servers._hold(app, mine), 30))
    assert stopped == [True]
    assert app.ctx.lost


def test_before_the_first_start_nobody_has_it(tmp_path: Path) -> None:
    Lease(database.connect(f"sqlite:///{tmp_path}/new.db")).free()
