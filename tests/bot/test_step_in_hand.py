"""The card on the screen ticks its own step and no other, whatever is told after it was shown; on every channel."""

from __future__ import annotations

import asyncio
import dataclasses
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest

from bot.channels import messenger as messengers
from bot.channels import web, worker
from bot.channels.messenger import Messenger, Showing
from bot.channels.staff import Press
from bot.channels.teams.activity import _press
from bot.channels.teams.client import TeamsClient
from bot.channels.telegram_client import TelegramClient
from bot.channels.telegram_view import read_data
from tests.bot.messengers import SECRET, KeepingClient, Person
from tests.bot.web import InProcess
from tests.serving import stores_in
from tests.teams.view import seen

# what may be told in the middle of a walk: lines fall out of the list, and come back
TOLD = (
    "he is not in care",
    "he doesn't have a social worker",
    "he hasn't got an EHC plan",
    "he has no medical needs",
    "he doesn't have SEN",
    "he has a social worker",
    "he is in care",
    "he is autistic",
    "he has an EHC plan",
    "he has epilepsy",
)
MOST = 80  # steps; more would mean that a walk never ends


@dataclasses.dataclass
class Card:
    """A step card: the step that it shows, the answers given so far, and how its button for 'Done' is pressed."""

    step: str
    ticks: dict[str, str]
    done: Callable[[], "Card | None"]


class Rest:
    """The REST channel: a press sends the payload that the button carried."""

    def __init__(self, person: Any) -> None:
        self._person = person

    def tell(self, text: str) -> Card | None:
        reply = self._person(text)
        if reply["custom"]["status"] != "walkthrough_step":
            return None
        done = reply["buttons"][0]["payload"]
        tracker = self._person._loop.run_until_complete(self._person._agent.tracker_store.retrieve(self._person.sender))
        ticks = {name.partition(":")[2]: tick for name, tick in tracker.get_slot("walk")["ticks"].items()}
        return Card(reply["custom"]["records"][0], ticks, lambda: self.tell(done))


class Web:
    """The web chat: the same, by a tab of a browser."""

    def __init__(self, server: InProcess) -> None:
        self._tab = server.tab()

    def tell(self, text: str) -> Card | None:
        event = self._tab.ask(payload=text) if text.startswith("/") else self._tab.ask(text)
        return card_of(event["reply"], lambda: self.tell(event["reply"]["buttons"][0]["payload"]))


class OnMessenger:
    """A messenger: a press sends what the client made of the button, and the client's own reading of that."""

    def __init__(self, person: Person, go: Callable[[Any], Any], through: Callable[[Showing], Press]) -> None:
        self._person, self._go, self._through = person, go, through

    def tell(self, text: str) -> Card | None:
        return self._shown({"press": Press(self._token(), text)} if text.startswith("/") else {"words": text})

    def _token(self) -> str:
        shown = self._person.client.shown
        return str(shown[-1].token) if shown else ""

    def _shown(self, fields: dict[str, Any]) -> Card | None:
        self._go(self._person.say(**fields))
        showing = self._person.client.shown[-1]
        press = self._through(showing) if showing.reply.status == "walkthrough_step" else None
        return card_of(dataclasses.asdict(showing.reply), lambda: self._shown({"press": press}))


def card_of(reply: dict[str, Any], done: Callable[[], Card | None]) -> Card | None:
    if reply["status"] != "walkthrough_step":
        return None
    ticks = {step["id"]: step["state"] for step in reply["steps"] if step["state"]}
    return Card(reply["records"][0], ticks, done)


def by_telegram(showing: Showing) -> Press:
    """The first button, as Telegram carries it."""
    bodies = [part.body for part in TelegramClient(None).parts(showing)]  # type: ignore[arg-type]
    return read_data(next(carried for body in bodies for row in body.keyboard for _, carried in row), "1")


def by_teams(showing: Showing) -> Press:
    """The first button, as Teams carries it."""
    shown = seen([part.body["activity"] for part in TeamsClient(None).parts(showing)])  # type: ignore[arg-type]
    press = _press({"value": shown.buttons[0][1]})
    assert press
    return press


@pytest.fixture(params=["rest", "web", "telegram", "teams"])
def channel(
    request: pytest.FixtureRequest, agent: Any, loop: asyncio.AbstractEventLoop, tmp_path: Path
) -> Iterator[Any]:
    """Somebody at each of the four channels."""
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(web, "MESSAGES_A_MINUTE", 1000)
    monkeypatch.setattr(messengers, "UPDATES_A_MINUTE", 1000)
    if request.param == "rest":
        yield Rest(request.getfixturevalue("talk")())
        return
    if request.param == "web":
        yield Web(request.getfixturevalue("server"))
        return
    for name, value in {**stores_in(tmp_path), "INCLUSION_GUIDE_SECRET": SECRET}.items():
        if name != "TRACKER_URL":
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(messengers, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    client = KeepingClient()
    messenger = Messenger("test", client, agent.handle_message, lambda: agent, "Test")
    through = {"telegram": by_telegram, "teams": by_teams}[request.param]
    yield OnMessenger(Person(messenger, client, request.node.name), loop.run_until_complete, through)
    loop.run_until_complete(messenger.stop())


@pytest.mark.parametrize("role", ["I'm a SENCO", "I'm a mum"])
@pytest.mark.parametrize("first", [0, 4])
def test_whatever_is_told_at_a_step_its_card_ticks_that_step(first: int, role: str, channel: Any) -> None:
    channel.tell("hello")
    channel.tell(f"{role} in Stafford, four suspensions")
    channel.tell('/inform{"decision":"suspended"}')
    shown = channel.tell("walk me through it")
    assert shown
    ticked: list[str] = []
    while shown and len(ticked) < MOST:
        channel.tell(TOLD[(first + len(ticked)) % len(TOLD)])
        step, before = shown.step, set(shown.ticks)
        shown = shown.done()
        ticked.append(step)
        if shown:
            assert set(shown.ticks) - before == {step} - before, f"{step} was on the screen"
    assert len(ticked) < MOST
    assert len(ticked) > 15
