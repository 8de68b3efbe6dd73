"""Telegram with the real server in a process of its own: ./run telegram, a kill in the middle, and bad set-ups."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Iterator

import pytest

from bot.__main__ import main
from bot.channels.phrases import phrases
from bot.settings import TELEGRAM_API, TELEGRAM_TOKEN, TELEGRAM_WEBHOOK
from tests.bot.web import files
from tests.serving import free_port, served, stores_in
from tests.telegram.double import TOKEN, Double, Fault, Teacher, until

pytestmark = pytest.mark.slow

SAY = phrases()["telegram"]["start"]


@pytest.fixture(scope="module")
def double() -> Iterator[Double]:
    made = Double()
    yield made
    made.close()


def test_polling_with_nothing_but_a_token_answers_and_survives_a_kill(double: Double, tmp_path: Path) -> None:
    env = {**stores_in(tmp_path), TELEGRAM_TOKEN.name: TOKEN, TELEGRAM_API.name: double.url}
    teacher = Teacher(double, 700_000_000)
    port, log = free_port(), tmp_path / "first"
    command = [sys.executable, "-m", "bot", "telegram", "--port"]
    with served([*command, str(port)], port, env=env, log=log) as (server, _):
        teacher.says("/start staffordshire_school")
        until(lambda: any("I tell school staff" in c.text for c in double.shown))
        teacher.says("/stage 4")
        until(lambda: any("Walk me through it" in c.buttons for c in double.shown))
        teacher.press("Walk me through it")
        first = until(lambda: next((c for c in double.shown if "Step 1 of" in c.text), None))
        teacher.press("Done", first)
        until(lambda: any("Step 2 of" in c.text for c in double.shown))
        # the answer is stored, but the server dies before it is out
        double.fail("sendMessage", *[Fault(502, garbage=True)] * 100)
        teacher.says("what is a managed move?")
        until(lambda: len(double.faults["sendmessage"]) < 100)
        server.kill()
        server.wait(10)
    assert SAY["polling"].format(name="guide_bot") in log.read_text()
    double.faults.clear()
    shown, again = len(double.shown), free_port()
    with served([*command, str(again)], again, env=env, log=tmp_path / "second"):
        until(lambda: any("agreed, permanent" in c.text for c in double.shown[shown:]))
        teacher.says("/checklist")
        step = until(lambda: next((c for c in double.shown[shown:] if "Step 2 of" in c.text), None))
        assert "✅ Make sure the head decides" in step.text
    answered = [c.text for c in double.shown if "agreed, permanent" in c.text]
    assert len(answered) == 1
    printed = log.read_text() + (tmp_path / "second").read_text()
    assert TOKEN not in printed
    assert "managed" not in printed
    assert "700000000" not in printed
    assert b"700000000" not in (tmp_path / "conversations.db").read_bytes()
    assert files(tmp_path)


def test_without_a_token_it_says_where_to_get_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(TELEGRAM_TOKEN.name, raising=False)
    assert main(["telegram"]) == 1
    assert capsys.readouterr().err.strip() == SAY["no_token"]


def test_a_wrong_token_is_one_clear_sentence(
    double: Double, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TELEGRAM_TOKEN.name, "123:wrong")
    monkeypatch.setenv(TELEGRAM_API.name, double.url)
    assert main(["telegram"]) == 1
    out, err = capsys.readouterr()
    assert (out, err.strip()) == ("", SAY["refused"])


def test_an_address_that_telegram_could_not_reach_ends_the_start(
    double: Double, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(TELEGRAM_TOKEN.name, TOKEN)
    monkeypatch.setenv(TELEGRAM_API.name, double.url)
    monkeypatch.setenv(TELEGRAM_WEBHOOK.name, "http://guide.example")
    assert main(["start", "--port", str(free_port())]) == 1
    assert capsys.readouterr().err.strip() == SAY["bad_webhook"]
