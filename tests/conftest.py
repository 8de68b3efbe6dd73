"""What tests share: the built knowledge, the trained assistant, and `say`, a conversation through the REST channel."""

from __future__ import annotations

import asyncio
import logging
import os
import uuid
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")

from knowledge import desk as desks
from knowledge.desk import Desk
from knowledge.store import Knowledge

Message = dict[str, Any]
Say = Callable[[str], Message]


@pytest.fixture(scope="session")
def desk() -> Desk:
    """The desk over the built knowledge."""
    return desks.desk()


@pytest.fixture(scope="session")
def knowledge(desk: Desk) -> Knowledge:
    """The built knowledge."""
    return desk.knowledge


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """A command that is run in this process switches logging off for all of it."""
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture(scope="session")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    """One event loop for the assistant."""
    made = asyncio.new_event_loop()
    yield made
    made.close()


@pytest.fixture(scope="session")
def agent(tmp_path_factory: pytest.TempPathFactory, loop: asyncio.AbstractEventLoop) -> Any:
    """The trained assistant with a conversation store of its own."""
    from bot.engine import model
    from bot.engine.agent import load_agent, quiet

    os.environ["TRACKER_URL"] = f"sqlite:///{tmp_path_factory.mktemp('conversations')}/t.db"
    quiet()
    return loop.run_until_complete(load_agent(str(model.path())))


class Conversation:
    """One person talking; each `say` gives the last message that came back."""

    def __init__(self, agent: Any, loop: asyncio.AbstractEventLoop, sender: str | None = None) -> None:
        from bot.channels.rest import RestChannel

        self._agent, self._loop, self._channel = agent, loop, RestChannel()
        self.sender = sender or uuid.uuid4().hex
        self.replies: list[Message] = []

    def __call__(self, text: Any) -> Message:
        body = {"sender": self.sender, "message": text}
        self.replies = self._loop.run_until_complete(self._channel.answer(body, self._agent.handle_message))
        assert self.replies, "every message gets an answer"
        return self.replies[-1]

    def tap(self, title: str) -> Message:
        """Press the button with this title on the last message."""
        buttons = {b["title"]: b["payload"] for b in self.replies[-1].get("buttons", [])}
        assert title in buttons, f"no button {title!r} among {list(buttons)}"
        return self(buttons[title])


@pytest.fixture
def say(agent: Any, loop: asyncio.AbstractEventLoop) -> Conversation:
    """A new conversation."""
    return Conversation(agent, loop)


@pytest.fixture
def talk(agent: Any, loop: asyncio.AbstractEventLoop) -> Callable[[], Conversation]:
    """As many new conversations as a test needs."""
    return lambda: Conversation(agent, loop)


ROOT = Path(__file__).parent.parent
