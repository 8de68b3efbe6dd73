"""A conversation that cannot be read is set aside: its person is told and goes on, and nobody else notices."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from pathlib import Path
from typing import Any, Callable

import pytest

from bot.channels import worker
from bot.channels.adviser import AdviserChannel
from bot.engine.tracker_store import ASIDE
from bot.people import database, stores
from bot.people.inbox import Inbox, Waiting
from knowledge.render import words
from tests.bot.damage import DAMAGE, tear
from tests.bot.web import InProcess, Start, Tab, logged, until

SECRET = "ZEBRAFISH"
TOLD = words()["manners"]["set_aside"]


@pytest.fixture
def conversations(agent: Any) -> Path:
    """The file of the conversations."""
    return Path(agent.tracker_store.engine.url.database)


def name_of(server: InProcess, tab: Tab) -> str:
    token = server.channel._tokens.read(tab.token)
    assert token
    return str(token.conversation)


def texts(events: list[dict[str, Any]]) -> list[str]:
    return [e["text"] for e in events if e["type"] == "reply"]


@pytest.mark.parametrize("data", list(DAMAGE.values()), ids=list(DAMAGE))
def test_a_web_chat_goes_on_in_a_new_state_and_others_go_on_in_theirs(
    data: Any,
    server: InProcess,
    conversations: Path,
    agent: Any,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    tab, other = server.tab(), server.tab()
    for each in (tab, other):
        each.ask(f"I'm a SENCO in Stafford, 4 suspensions {SECRET}")
    before = agent.tracker_store.set_asides()
    tear(conversations, name_of(server, tab), data)
    with caplog.at_level(logging.WARNING):
        answer = tab.ask("what is a managed move?")
    assert answer["reply"]["status"] == "answered"
    events = tab.again()["events"]
    assert [e["type"] for e in events] == ["reply", "said", "reply"]
    assert texts(events)[0] == TOLD
    assert agent.tracker_store.slots(name_of(server, tab)).get("stage") is None
    assert other.ask("what is expected of us?")["reply"]["records"] == ["staffs-4-schools"]
    assert agent.tracker_store.set_asides() == before + 1
    lines = logged(caplog, capfd)
    assert "set aside" in lines
    assert SECRET not in lines


@pytest.mark.parametrize("kind", ["user", "bot"])
def test_a_page_that_is_opened_again_says_so_at_once(kind: str, server: InProcess, conversations: Path) -> None:
    tab = server.tab()
    tab.ask("what is a managed move?")
    tear(conversations, name_of(server, tab), kind=kind)
    assert texts(tab.again()["events"]) == [TOLD]
    assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
    assert tab.call("DELETE", "/web/conversation").status_code == 204


def test_on_rest_the_sentence_comes_before_the_answer(talk: Callable[[], Any], conversations: Path) -> None:
    person = talk()
    person("I'm a SENCO in Stafford, 4 suspensions")
    tear(conversations, person.sender)
    assert person("what is a managed move?")["custom"]["status"] == "answered"
    first, _ = person.replies
    assert first["text"] == TOLD
    person("what is exclusion?")
    assert len(person.replies) == 1


def test_on_rest_nothing_stands_beside_the_words_for_danger(talk: Callable[[], Any], conversations: Path) -> None:
    person = talk()
    person("hello")
    tear(conversations, person.sender)
    person("I want to kill myself")
    assert [reply["custom"]["status"] for reply in person.replies] == ["crisis"]


def test_an_adviser_is_told_with_the_next_answer(
    agent: Any, loop: asyncio.AbstractEventLoop, conversations: Path
) -> None:
    desk, call = AdviserChannel(agent.handle_message, loop, agent.tracker_store), "call-damaged"

    def ask(text: str) -> list[str]:
        replies = loop.run_until_complete(asyncio.to_thread(desk.ask, call, text, {"role": "parent"}))
        return [reply.text if reply.status == "error" else reply.status for reply in replies]

    assert ask("what is a managed move?") == ["answered"]
    tear(conversations, call)
    assert ask("what is a managed move?") == [TOLD, "answered"]
    assert ask("what is a managed move?") == ["answered"]


def test_what_is_set_aside_is_kept_exported_and_erased_with_its_conversation(
    server: InProcess, conversations: Path, agent: Any
) -> None:
    tab = server.tab()
    tab.ask(f"what is a managed move? {SECRET}1")
    conversation = name_of(server, tab)
    tear(conversations, conversation, kind="bot")
    tab.again()
    kept = stores.export(agent.tracker_store, conversation)["conversations"]
    assert f"{SECRET}1" in str(kept)
    assert DAMAGE["half a JSON"] in str(kept)
    assert agent.tracker_store.forget(conversation) == len(kept)
    with sqlite3.connect(conversations) as opened:
        rows = opened.execute("SELECT count(*) FROM events WHERE sender_id = ?", (f"{ASIDE}{conversation}",)).fetchone()
    assert rows == (0,)


def test_a_message_that_saw_the_server_end_too_often_is_given_up_and_its_conversation_not_read(
    start: Start, conversations: Path, agent: Any
) -> None:
    first = start()
    tab = first.tab()
    tab.ask("what is a managed move?")
    conversation = name_of(first, tab)
    first.close()  # or it might take the message before it is given up
    tear(conversations, conversation)
    inbox, before = Inbox(database.engine()), agent.tracker_store.set_asides()
    inbox.put(conversation, [Waiting("m1", "what is exclusion?", [], False)])
    for _ in range(worker.FATAL):
        inbox.restart()
    again = start()
    again.run(until(lambda: not inbox.waiting(conversation)))
    assert agent.tracker_store.set_asides() == before
    assert agent.tracker_store.answered(conversation, "m1") is True


def test_a_damaged_row_of_the_inbox_holds_up_nobody(start: Start) -> None:
    first = start()
    tab, other = first.tab(), first.tab()
    inbox = Inbox(database.engine())
    for each in (tab, other):
        inbox.put(name_of(first, each), [Waiting("m1", "what is a managed move?", ["email"], False)])
    with database.engine().begin() as connection:
        connection.exec_driver_sql("UPDATE inbox SET redacted = '[\"em' WHERE id = (SELECT min(id) FROM inbox)")
    again = start()
    for each in (tab, other):
        each.url = again.url
        assert each.answer("m1")["reply"]["status"] == "answered"
