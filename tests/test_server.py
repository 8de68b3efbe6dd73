"""The real server in a process of its own: start, readiness, restart in the middle, bad set-ups, and standard Rasa."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.engine import model
from tests.conftest import ROOT
from tests.serving import WEBHOOK, free_port, served, stores_in

pytestmark = pytest.mark.slow


def ask(port: int, sender: str, message: str) -> dict[str, Any]:
    reply = httpx.post(f"http://127.0.0.1:{port}{WEBHOOK}", json={"sender": sender, "message": message}, timeout=60)
    return dict(reply.json()[-1])


def ours(port: int) -> list[str]:
    return [sys.executable, "-m", "bot", "start", "--port", str(port)]


def test_one_curl_gives_the_parents_duties_and_a_walk_survives_a_restart(tmp_path: Path) -> None:
    port = free_port()
    with served(ours(port), port, env=stores_in(tmp_path)):
        assert httpx.get(f"http://127.0.0.1:{port}/health").json() == {"status": "ok"}
        said = "my son has had 4 suspensions in Staffordshire, what do I have to do?"
        reply = ask(port, "anna", said)
        assert reply["custom"]["records"] == ["staffs-4-parents"]
        assert "Staged Intervention Pathway" in reply["text"]
        assert "October 2025" in reply["text"]
        ask(port, "anna", "suspended")
        step = ask(port, "anna", "walk me through it")
        assert step["custom"]["status"] == "walkthrough_step"
        second = ask(port, "anna", "done")
    again = free_port()
    with served(ours(again), again, env=stores_in(tmp_path)):
        resumed = ask(again, "anna", "carry on")
        assert resumed["custom"]["records"] == second["custom"]["records"]
        root = httpx.get(f"http://127.0.0.1:{again}/")
        assert "rasa" not in root.text.lower()


def test_a_killed_server_loses_no_finished_turn(tmp_path: Path) -> None:
    port = free_port()
    with served(ours(port), port, env=stores_in(tmp_path)) as (process, _):
        ask(port, "ben", "SENCO in Lichfield, fourth suspension")
        process.kill()
        process.wait(10)
    port = free_port()
    with served(ours(port), port, env=stores_in(tmp_path)):
        reply = ask(port, "ben", "what are we expected to do")
        assert reply["custom"]["records"] == ["staffs-4-schools"]


def test_rest_is_shut_where_others_can_reach_it(tmp_path: Path) -> None:
    port = free_port()
    command = [*ours(port), "--host", "0.0.0.0"]
    with served(command, port, env=stores_in(tmp_path)):
        reply = httpx.post(f"http://127.0.0.1:{port}{WEBHOOK}", json={"sender": "a", "message": "hello"})
        assert reply.status_code == 404


def run(*command: str, **env: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "bot", *command],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=300,
    )


def assert_plain(ended: subprocess.CompletedProcess, *words: str) -> None:
    said = ended.stdout + ended.stderr
    assert ended.returncode != 0
    assert "Traceback" not in said
    for word in words:
        assert word in said


def test_a_start_shows_no_librarys_warnings() -> None:
    command = [sys.executable, "-W", "ignore", "-c", "import bot.server"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert (ended.returncode, ended.stderr) == (0, "")


def test_a_port_in_use_is_said_in_one_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert_plain(run("start", "--port", str(taken.getsockname()[1])), "is in use", "choose another")


def test_broken_content_is_said_with_file_and_line(tmp_path: Path) -> None:
    import shutil

    from knowledge.read import CONTENT

    shutil.copytree(CONTENT, tmp_path / "content")
    broken = tmp_path / "content" / "areas" / "suffolk.yml"
    broken.write_text(broken.read_text().replace("kind: covered", "kind: coverd"))
    ended = run("start", KNOWLEDGE_CONTENT=str(tmp_path / "content"), KNOWLEDGE_URL=f"sqlite:///{tmp_path}/k.db")
    assert_plain(ended, "areas/suffolk.yml:", "kind", "must be one of")


def test_a_damaged_model_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    shutil.copytree(model.folder(), tmp_path / "models")
    monkeypatch.setenv("INCLUSION_GUIDE_MODELS", str(tmp_path / "models"))
    assert model.why_train() is None
    model.path().write_bytes(model.path().read_bytes()[:1000])
    assert model.why_train() == "the model file is damaged"
    model.path().unlink()
    assert model.why_train() == "there is no trained model yet"


def test_the_standard_rasa_run_works_with_a_separate_action_server(tmp_path: Path) -> None:
    rasa_port, action_port = free_port(), free_port()
    endpoints = tmp_path / "endpoints.yml"
    text = (ROOT / "endpoints.yml").read_text().replace("localhost:5055", f"127.0.0.1:{action_port}")
    endpoints.write_text(text)
    actions = [sys.executable, "-m", "rasa", "run", "actions", "--port", str(action_port)]
    server = [sys.executable, "-m", "rasa", "run", "--model", str(model.path()), "--endpoints", str(endpoints)]
    with (
        served(actions, action_port, "/health", env=stores_in(tmp_path)),
        served([*server, "--port", str(rasa_port)], rasa_port, "/webhooks/rest/", env=stores_in(tmp_path)),
    ):
        until = time.monotonic() + 60
        reply: dict[str, Any] = {}
        while time.monotonic() < until:
            replies = httpx.post(
                f"http://127.0.0.1:{rasa_port}{WEBHOOK}",
                json={"sender": "cleo", "message": "im a parent in stafford, 3 suspensions, what do i have to do"},
                timeout=60,
            ).json()
            reply = replies[-1] if replies else {}
            if reply.get("custom", {}).get("status") == "answered":
                break
            time.sleep(0.5)
        assert reply["custom"]["records"] == ["staffs-3-parents"]
        from tests.bot.web import Tab, run_alone

        tab = Tab(run_alone, f"http://127.0.0.1:{rasa_port}")
        assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
        assert tab.call("DELETE", "/web/conversation").status_code == 204
