"""Teams when something fails, and its start."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from bot import settings
from bot.__main__ import _messengers
from bot.channels.teams import access
from knowledge.render import words as manners
from tests.bot.damage import held
from tests.teams.conftest import Server
from tests.teams.microsoft import SECRET, Microsoft
from tests.teams.someone import Someone, words

pytestmark = pytest.mark.slow

# ------------------------------------------------------------------------------------------------- when something fails


@pytest.mark.parametrize("trouble", [429, 500, 502, (503, {"Retry-After": "0"}), 412, 401])
def test_an_answer_arrives_in_the_end(anna: Someone, trouble: Any) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([trouble] * (1 if trouble == 401 else 2))
    assert "managed move" in words(anna.say("what is a managed move?"))
    assert len(anna.writes()) == 3


def test_a_send_of_unknown_outcome_is_repeated_once(anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.append("cut")
    first, second = anna.say("what is a managed move?", 2)
    assert first[2]["attachments"] == second[2]["attachments"]
    anna.say("help")
    assert len(anna.writes()) == 5


def test_a_card_that_is_not_taken_is_said_in_words(anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.append(413)
    said = anna.say("what is a managed move?")
    assert "attachments" not in said[0][2]
    assert "managed move" in words(said)


def test_a_chat_that_is_closed_is_given_up_and_the_next_is_answered(anna: Someone, server: Server) -> None:
    anna.greeted()
    anna.microsoft.troubles.append(403)
    assert server.post(anna.activity("what is a managed move?")) == 200
    anna.microsoft.wait(lambda _: not anna.microsoft.troubles)
    assert "What you can type" in words(anna.say("help"))


def test_the_log_has_no_words_no_secret_and_no_token(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([400, 400])
    server.post(anna.activity("QUOKKA what is a managed move?"))
    anna.microsoft.wait(lambda _: not anna.microsoft.troubles)
    forged = anna.microsoft.token(aud="another")
    server.post(anna.activity("QUOKKA"), forged)
    log = "".join(p.read_text(errors="replace") for p in server.folder.glob("log-*"))
    assert "Microsoft Teams: on" in log
    assert "a request was refused" in log
    for never in ("QUOKKA", SECRET, forged, anna.name, "token-1", "Traceback"):
        assert never not in log


def test_what_was_taken_in_is_answered_after_a_kill(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([503] * 1000)
    assert server.post(anna.activity("what is a managed move?")) == 200
    anna.microsoft.wait(lambda _: len(anna.microsoft.troubles) < 1000)
    server.kill()
    anna.microsoft.troubles.clear()
    before = len(anna.writes())
    server.start()
    anna.microsoft.wait(lambda _: len(anna.writes()) > before)
    anna.say("help")
    assert len(anna.writes()) == before + 2
    assert "managed move" in words(anna.writes()[before:])


HELD = 4.0  # seconds, less than a write waits


@pytest.mark.parametrize("database", ["people.db", "conversations.db"])
def test_a_press_is_acknowledged_while_a_database_is_held_and_answered_once_afterwards(
    database: str, server: Server, anna: Someone
) -> None:
    anna.greeted()
    anna.say("4 suspensions. what is expected of us?")
    step = anna.say("walk me through it")[-1]
    before = len(anna.writes())
    with held(server.folder / database):
        begun = time.monotonic()
        assert server.post(anna.pressing("Done", step)) == 200
        acknowledged = time.monotonic() - begun
        time.sleep(max(0.0, HELD - acknowledged))
    assert acknowledged < HELD / 2
    anna.microsoft.wait(lambda _: len(anna.writes()) > before)
    assert "Noted as done" in words(anna.writes()[before:])
    anna.say("help")
    assert len(anna.writes()) == before + 2


def test_a_press_that_cannot_be_kept_at_all_is_told(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.say("4 suspensions. what is expected of us?")
    step = anna.say("walk me through it")[-1]
    before = len(anna.writes())
    with held(server.folder / "people.db"):
        assert server.post(anna.pressing("Done", step)) == 200
        anna.microsoft.wait(lambda _: len(anna.writes()) > before)
    assert manners()["manners"]["error"].split(".")[0] in words(anna.writes()[before:])


# ---------------------------------------------------------------------------------------------------------- the start


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("TEAMS_APP", "TEAMS_SECRET", "TEAMS_TENANT", "TELEGRAM_TOKEN"):
        monkeypatch.delenv(f"INCLUSION_GUIDE_{name}", raising=False)
    return monkeypatch


def test_the_start_says_in_a_line_whether_it_is_on(environment: pytest.MonkeyPatch, microsoft: Microsoft) -> None:
    assert "Microsoft Teams: off" in "\n".join(_messengers())
    for name, value in microsoft.env.items():
        environment.setenv(name, value)
    assert asyncio.run(access.state()) == "Microsoft Teams: on, at /webhooks/teams/messages."
    environment.setenv("INCLUSION_GUIDE_TEAMS_SECRET", "another secret")
    line = asyncio.run(access.state())
    assert "The secret is wrong (AADSTS7000215)" in line
    assert "another secret" not in line
    environment.setenv("INCLUSION_GUIDE_TEAMS_LOGIN", "http://127.0.0.1:9")
    assert "cannot be reached" in asyncio.run(access.state())
    environment.setenv("INCLUSION_GUIDE_TEAMS_TENANT", "")
    with pytest.raises(settings.BadSetting, match="three settings together"):
        _messengers()
