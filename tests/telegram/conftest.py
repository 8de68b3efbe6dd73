"""Telegram in this process, over the double of its Bot API, and somebody who writes to it."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any, Iterator

import pytest
from sanic import Sanic

from bot import settings as environment
from bot.channels import messenger, telegram
from bot.channels import telegram_settings as settings_of
from bot.people import database
from bot.people.updates import Updates
from tests.bot.web import InProcess
from tests.serving import stores_in
from tests.telegram.double import TOKEN, Call, Double, Teacher

Sanic.test_mode = True  # several apps in one process
FOURTH = "fourth suspension in Staffordshire, what must we do?"
users = iter(range(700_000_001, 800_000_000))
GROUP = -100_200_300


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("telegram")


@pytest.fixture(scope="module")
def settings(folder: Path, agent: Any) -> Iterator[pytest.MonkeyPatch]:
    """Databases of these tests alone, and no long waiting."""
    with pytest.MonkeyPatch.context() as patch:
        env = stores_in(folder)
        env.pop("TRACKER_URL")
        for name, value in {**env, environment.TELEGRAM_TOKEN.name: TOKEN}.items():
            patch.setenv(name, value)
        patch.delenv(environment.TELEGRAM_WEBHOOK.name, raising=False)
        patch.setattr(messenger, "FIRST_PAUSE", 0.05)
        patch.setattr(messenger, "UPDATES_A_MINUTE", 10_000)
        patch.setattr(telegram, "FIRST_PAUSE", 0.05)
        patch.setattr(settings_of, "PATIENCE", 0.7)
        yield patch


@pytest.fixture(scope="module")
def double(settings: pytest.MonkeyPatch) -> Iterator[Double]:
    made = Double()
    settings.setenv(environment.TELEGRAM_API.name, made.url)
    yield made
    made.close()


class Bot:
    """The channel in this process, and waiting for what it does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, agent: Any, double: Double) -> None:
        self.double, self._loop = double, loop
        self.server = InProcess(loop, agent, on=telegram.TelegramChannel())

    def until(self, condition: Any, seconds: float = 30) -> Any:
        """Let it work until something is so."""

        async def go() -> Any:
            end = asyncio.get_running_loop().time() + seconds
            while not (found := condition()):
                assert asyncio.get_running_loop().time() < end, "it did not happen"
                await asyncio.sleep(0.02)
            return found

        return self._loop.run_until_complete(go())

    def settled(self) -> None:
        """Wait until every update is taken in and nothing is owed."""
        channel = self.server.channel

        def done() -> bool:
            last = max((u["update_id"] for u in self.double.updates if isinstance(u, dict)), default=0)
            taken = not last or self.double.asked_from > last
            return taken and not Updates(database.engine()).owed("telegram") and not channel._aside

        self.until(done)

    def answers(self, update: Any = None) -> list[Call]:
        """What was shown for the updates that are not answered yet."""
        before = len(self.double.calls)
        self.settled()
        return [c for c in self.double.calls[before:] if c.method in ("sendmessage", "editmessagetext")]

    def close(self) -> None:
        self.server.close()


@pytest.fixture(scope="module")
def bot(loop: asyncio.AbstractEventLoop, agent: Any, double: Double) -> Iterator[Bot]:
    made = Bot(loop, agent, double)
    yield made
    made.close()


@pytest.fixture
def teacher(bot: Bot, double: Double) -> Teacher:
    """Somebody new."""
    double.faults.clear()
    return Teacher(double, next(users))


@pytest.fixture
def known(bot: Bot, teacher: Teacher) -> Teacher:
    """Somebody who has been greeted, in Staffordshire."""
    teacher.says("/start staffordshire_school")
    bot.settled()
    return teacher


def walk(bot: Bot, teacher: Teacher) -> Call:
    """The first step of a walk."""
    teacher.says("/stage 4")
    bot.settled()
    teacher.press("Walk me through it")
    return bot.answers()[-1]
