"""Forgetting, the webhook, and the settings."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest

from bot import settings as environment
from bot.channels import telegram
from bot.channels import telegram_settings as settings_of
from bot.channels.phrases import phrases
from bot.channels.staff import person_of, place_of
from bot.people import database, stores
from bot.people.updates import Updates
from tests.bot.web import InProcess, files
from tests.serving import stores_in
from tests.telegram.conftest import FOURTH, GROUP, Bot, users
from tests.telegram.double import TOKEN, Double, Teacher

# ---------------------------------------------------------------------------------------------------------- forgetting


def test_delete_forgets_everything_of_the_person_and_says_what_it_cannot(
    bot: Bot, known: Teacher, double: Double, folder: Path, agent: Any
) -> None:
    known.says("a ZEBRAFISH question about a managed move")
    known.says("/pupil new")
    here = Teacher(double, known.user, GROUP - 9)
    here.says("@guide_bot a ZEBRAFISH in the group, what now?")
    bot.settled()
    person = person_of("telegram", stores_in(folder)["INCLUSION_GUIDE_SECRET"], str(known.user))
    conversations = stores.conversations(person)
    assert len(conversations) == 3
    known.says("/delete")
    (sure,) = bot.answers()
    assert "3 conversations" in sure.text
    known.press("No, keep it", sure)
    assert "Nothing was deleted" in bot.answers()[0].text
    known.press("Yes, delete it", sure)
    (done,) = bot.answers()
    assert "our copy alone" in done.text
    assert "Telegram" in done.text
    assert stores.conversations(person) == []
    trackers = agent.tracker_store
    assert not any(any(stores.export(trackers, c).values()) for c in conversations)
    assert b"ZEBRAFISH" not in files(folder)
    assert person.encode() not in files(folder)
    known.press("Yes, delete it", sure)
    assert bot.answers() == []
    known.says("hello")
    assert "Before we begin" in bot.answers()[0].text


def test_no_telegram_id_is_kept_or_logged(
    bot: Bot,
    known: Teacher,
    folder: Path,
    agent: Any,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    known.says(FOURTH)
    bot.settled()
    stores.scrub(database.engine())
    raw = str(known.user).encode()
    assert raw not in files(folder)
    person = person_of("telegram", stores_in(folder)["INCLUSION_GUIDE_SECRET"], str(known.user))
    (conversation,) = stores.conversations(person)
    events = str(stores.export(agent.tracker_store, conversation)).encode()
    assert raw not in events
    assert conversation.startswith("telegram-")
    assert str(known.user) not in "".join(capfd.readouterr()) + caplog.text
    assert person != person_of("telegram", "another secret", str(known.user))
    assert place_of("telegram", "s", "1") != person_of("telegram", "s", "1")


# ------------------------------------------------------------------------------------------------------------- webhook


@pytest.fixture
def hooked(
    loop: asyncio.AbstractEventLoop, agent: Any, double: Double, settings: pytest.MonkeyPatch, bot: Bot
) -> Iterator[InProcess]:
    bot.settled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(environment.TELEGRAM_WEBHOOK.name, "https://guide.example/")
        server = InProcess(loop, agent, on=telegram.TelegramChannel())
        bot.until(lambda: double.webhook)
        yield server
        server.close()
        double.webhook = {}


def post(bot: Bot, server: InProcess, body: Any, secret: str | None) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}

    async def go() -> int:
        async with httpx.AsyncClient() as client:
            content = body if isinstance(body, bytes) else None
            sent = {"content": content} if content is not None else {"json": body}
            return (await client.post(server.url + settings_of.PATH, headers=headers, **sent)).status_code

    return int(bot._loop.run_until_complete(go()))


def test_by_webhook_only_telegram_is_let_in_and_each_update_is_answered_once(
    hooked: InProcess, bot: Bot, double: Double
) -> None:
    teacher = Teacher(double, next(users))
    assert double.webhook["url"] == "https://guide.example/webhooks/telegram/webhook"
    secret = double.webhook["secret_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret)
    update = {"update_id": 5_000_001, "message": teacher.message("/help")}
    before = len(double.shown)
    for wrong in (None, "", "wrong", secret[:-1]):
        assert post(bot, hooked, update, wrong) == 403
    for bad in (b"{", b"[]", b'"x"', b'{"update_id": "x"}'):
        assert post(bot, hooked, bad, secret) == 400
    assert post(bot, hooked, update, secret) == 200
    assert post(bot, hooked, update, secret) == 200
    bot.until(lambda: len(double.shown) > before)
    bot.settled()
    assert len(double.shown) == before + 1
    assert post(bot, hooked, {"update_id": 5_000_002, "message": {"chat": 0}}, secret) == 200


def test_an_update_that_could_not_be_kept_is_refused_so_that_it_comes_again(
    hooked: InProcess, bot: Bot, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, secret = Teacher(double, next(users)), double.webhook["secret_token"]
    update = {"update_id": 5_000_003, "message": teacher.message("/help")}

    def fail(*_: Any) -> bool:
        raise OSError

    with monkeypatch.context() as failing:
        failing.setattr(Updates, "begin", fail)
        assert post(bot, hooked, update, secret) == 503
    before = len(double.shown)
    assert post(bot, hooked, update, secret) == 200
    bot.until(lambda: len(double.shown) > before)


def test_without_a_webhook_s_setting_its_address_takes_nothing(bot: Bot) -> None:
    assert post(bot, bot.server, {"update_id": 1}, "x") == 404


# ------------------------------------------------------------------------------------------------------------ settings


def state(patch: pytest.MonkeyPatch, **env: str) -> tuple[bool, str]:
    for name, value in env.items():
        patch.setenv(name, value)
    return asyncio.run(settings_of.state())


def test_the_state_is_one_clear_sentence(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    say = phrases()["telegram"]["start"]
    assert state(monkeypatch) == (True, say["polling"].format(name="guide_bot"))
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="123:wrong") == (False, say["refused"])
    assert "123:wrong" not in say["refused"]
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="no token at all") == (False, say["refused"])
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="  ") == (False, say["off"])
    gone = {environment.TELEGRAM_TOKEN.name: TOKEN, environment.TELEGRAM_API.name: "http://127.0.0.1:9"}
    assert state(monkeypatch, **gone) == (True, say["unreachable"])


@pytest.mark.parametrize("address", ["http://guide.example", "guide.example", "https://"])
def test_a_webhook_that_telegram_could_not_reach_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(environment.TELEGRAM_WEBHOOK.name, address)
    with pytest.raises(settings_of.BadWebhook, match="https"):
        settings_of.webhook()


def test_a_refused_token_leaves_the_rest_of_the_server_running(
    loop: asyncio.AbstractEventLoop,
    agent: Any,
    double: Double,
    bot: Bot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(environment.TELEGRAM_TOKEN.name, "123:wrong")
    server = InProcess(loop, agent, on=telegram.TelegramChannel())
    bot.until(lambda: phrases()["telegram"]["start"]["refused"] in caplog.text)
    assert "123:wrong" not in caplog.text
    server.close()
