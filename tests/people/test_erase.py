"""The one list of stores: erase, export, retention."""

from __future__ import annotations

import asyncio
import json
import random
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import people_command
from bot.channels.tokens import Tokens, begin, secret
from bot.engine.tracker_store import TrackerStore
from bot.people import stores
from bot.people.feedback import KEEP_DAYS, Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import DAY, Inbox, Waiting
from bot.people.tables import Base
from bot.privacy import keep_days
from bot.sqlite import scrub
from tests.bot.web import files, until
from tests.people.kept import HELD, SECRET, age, fill, of_conversations, owe, pupil_row, rows, tell

# -------------------------------------------------------------------------------------------------- erase and export


def test_every_table_of_people_is_in_the_list_of_stores(people: Any, trackers: TrackerStore) -> None:
    assert {store.name for store in stores.stores(trackers)} == {*Base.metadata.tables, "conversations"}


def test_every_store_exports_and_erases_one_conversation_and_leaves_the_others(
    people: Any, trackers: TrackerStore, tmp_path: Path
) -> None:
    fill(people, trackers, "mine", SECRET)
    fill(people, trackers, "other", "OTHERWORDS")
    kept = stores.export(trackers, "mine")
    assert all(of_conversations(kept).values())
    assert HELD not in str(kept)
    assert SECRET in str(kept)
    assert "OTHERWORDS" not in str(kept)
    assert all(of_conversations(stores.erase(trackers, "mine")).values())
    assert HELD.encode() in files(tmp_path)
    assert SECRET.encode() not in files(tmp_path)
    assert b"mine" not in files(tmp_path)
    assert not any(stores.export(trackers, "mine").values())
    assert all(of_conversations(stores.export(trackers, "other")).values())
    assert rows(people, "SELECT conversation, records FROM feedback ORDER BY conversation") == [
        (None, '["managed-move"]'),
        ("other", '["managed-move"]'),
    ]


def test_the_words_of_a_long_conversation_are_overwritten_too(
    people: Any, trackers: TrackerStore, tmp_path: Path
) -> None:
    for n in range(50):
        tell(trackers, "mine", f"{SECRET} {n} " * 200)
    assert SECRET.encode() in files(tmp_path)
    stores.erase(trackers, "mine")
    assert SECRET.encode() not in files(tmp_path)


def test_rows_that_moved_when_a_page_was_split_leave_no_copy(trackers: TrackerStore, tmp_path: Path) -> None:
    dice, live, gone = random.Random(0), [], []
    insert = sa.insert(TrackerStore.SQLEvent.__table__)
    for turn in range(200):
        live.append(f"pupil-{dice.getrandbits(64):016x}")
        data = ["x" * dice.choice([60, 150, 400, 3000]) for _ in range(30)]
        with trackers.engine.begin() as connection:
            connection.execute(insert, [{"sender_id": live[-1], "type_name": "user", "data": d} for d in data])
        if turn % 2:
            gone.append(live.pop(dice.randrange(len(live))))
            trackers.forget(gone[-1])
    scrub(trackers.engine)
    kept = files(tmp_path)
    assert all(name.encode() in kept for name in live)
    assert not [name for name in gone if name.encode() in kept]


def test_a_database_that_cannot_be_rewritten_for_being_in_use_is_told_in_the_log(
    trackers: TrackerStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    tell(trackers, "mine", SECRET)
    other = sqlite3.connect(str(trackers.engine.url.database))
    other.execute("BEGIN IMMEDIATE")
    with trackers.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA busy_timeout=1")  # the engine's only connection so far
    scrub(trackers.engine)
    assert "could not be rewritten" in caplog.text
    other.close()
    stores.erase(trackers, "mine")
    assert SECRET.encode() not in files(tmp_path)


def test_the_command_exports_and_erases_by_token_or_sender(
    people: Any, trackers: TrackerStore, capsys: pytest.CaptureFixture[str]
) -> None:
    token = begin()
    signed, _ = Tokens(secret()).sign(token, False)
    fill(people, trackers, token.conversation, SECRET)
    tell(trackers, "anna", "hello")
    assert people_command.main(["export", signed]) == 0
    assert SECRET in capsys.readouterr().out
    assert people_command.main(["erase", signed]) == 0
    assert json.loads(capsys.readouterr().out)["handovers"] == 1
    assert people_command.main(["export", signed]) == 1
    assert people_command.main(["erase", "anna"]) == 0


# ------------------------------------------------------------------------------------------------------- retention


def test_what_is_kept_for_too_long_goes_from_every_store(people: Any, trackers: TrackerStore, tmp_path: Path) -> None:
    tell(trackers, "bygone", SECRET, time.time() - (keep_days() + 1) * DAY)
    Inbox(people).put("bygone", [Waiting("1", SECRET, [], False)])
    Handovers(people).put("bygone", SECRET, SECRET, None, None)
    Feedbacks(people).put("bygone", 1, ["managed-move"], "answered", False, None)
    with people.begin() as connection:
        connection.execute(sa.insert(Base.metadata.tables["pupils"]), pupil_row("bygone"))
        owe(people, connection, "bygone", SECRET)
    age(people, keep_days() + 1)
    fill(people, trackers, "new", "hello")
    chats = {"conversations": 1, "inbox": 1, "feedback": 1, "handovers": 1, "updates": 1, "pupils": 1}
    assert {name: n for name, n in stores.expire(trackers).items() if n} == chats
    assert SECRET.encode() not in files(tmp_path)
    assert b"bygone" not in files(tmp_path)
    assert not any(stores.expire(trackers).values())
    assert all(of_conversations(stores.export(trackers, "new")).values())
    assert rows(people, "SELECT count(*) FROM feedback") == [(2,)]


def test_a_conversation_that_goes_on_keeps_the_ids_of_its_first_messages(people: Any) -> None:
    inbox = Inbox(people)
    inbox.put("c", [Waiting("1", "hello", [], False)])
    inbox.done("c", "1")
    age(people, keep_days() + 1)
    inbox.put("c", [Waiting("2", "hello", [], False)])
    assert inbox.expire(time.time()) == 0
    assert inbox.put("c", [Waiting("1", "hello", [], False)]) == "done"


def test_feedback_is_kept_for_a_year(people: Any) -> None:
    feedback = Feedbacks(people)
    feedback.put("c", 1, ["managed-move"], "answered", True, None)
    age(people, KEEP_DAYS - 1)
    feedback.expire(time.time())
    assert rows(people, "SELECT conversation, helpful FROM feedback") == [(None, 1)]
    age(people, 2)
    feedback.expire(time.time())
    assert rows(people, "SELECT count(*) FROM feedback") == [(0,)]


def test_the_server_deletes_when_it_starts_and_goes_on_after_a_failure(
    people: Any, trackers: TrackerStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import server

    tell(trackers, "old", SECRET, time.time() - (keep_days() + 1) * DAY)
    expire, tries = stores.expire, []

    def fail_once(*args: Any) -> Any:
        tries.append(1)
        if len(tries) == 1:
            raise sa.exc.OperationalError(SECRET, {}, Exception())
        return expire(*args)

    monkeypatch.setattr(stores, "expire", fail_once)
    monkeypatch.setattr(server, "DAY", 0.01)

    async def a_while() -> None:
        task = asyncio.create_task(server._expire(trackers))
        await until(lambda: len(tries) > 1 and trackers.events("old") == [])
        task.cancel()

    asyncio.run(a_while())


def test_the_words_of_an_answered_message_are_soon_in_no_file(
    people: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bot import server

    inbox = Inbox(people)
    inbox.put("mine", [Waiting("1", SECRET, [], False)])
    inbox.done("mine", "1")
    assert SECRET.encode() in files(tmp_path), "they stand in the write-ahead log"
    monkeypatch.setattr(server, "MINUTE", 0.01)

    async def a_while() -> None:
        task = asyncio.create_task(server._empty_log())
        await until(lambda: SECRET.encode() not in files(tmp_path))
        task.cancel()

    asyncio.run(a_while())
    assert b"mine" in files(tmp_path)
