"""The people's database and its migrations, and the inbox."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.people import database, stores
from bot.people.inbox import Inbox, Waiting
from bot.people.tables import Base
from tests.bot.web import files
from tests.conftest import ROOT
from tests.people.kept import SECRET, rows

# ------------------------------------------------------------------------------------------------------ migrations


def test_the_migrations_make_from_nothing_what_the_code_expects(people: Any) -> None:
    with people.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    assert set(sa.inspect(people).get_table_names()) == {*Base.metadata.tables, "alembic_version"}


def test_alembic_s_own_commands_find_the_database_and_the_tables() -> None:
    for command in (["upgrade", "head"], ["check"]):
        ended = subprocess.run([sys.executable, "-m", "alembic", *command], cwd=ROOT, capture_output=True, text=True)
        assert ended.returncode == 0, ended.stderr


def test_a_second_start_changes_nothing_and_loses_nothing(people: Any) -> None:
    Inbox(people).put("c", [Waiting("m", "hello", [], False)])
    database.migrate(people)
    assert Inbox(people).waiting("c") == ["m"]


def test_a_migration_that_is_cut_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("alembic.op.create_index", fail)
        with pytest.raises(KeyboardInterrupt):
            database.engine()
    assert rows(database.engine(), "SELECT version_num FROM alembic_version") == [("0004",)]


def test_a_database_of_a_newer_version_is_refused_with_a_sentence(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "people.db") as newer:
        newer.execute("CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL)")
        newer.execute("INSERT INTO alembic_version VALUES ('9999')")
    with pytest.raises(database.Unusable, match="newer version"):
        database.engine()
    assert not database.answers()


def test_a_folder_that_cannot_be_written_is_said_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "taken").mkdir()
    monkeypatch.setenv("PEOPLE_URL", f"sqlite:///{tmp_path}/taken")
    with pytest.raises(database.Unusable, match="PEOPLE_URL"):
        database.engine()


def test_an_error_of_the_database_names_no_words(people: Any) -> None:
    people.dispose()
    with pytest.raises(sa.exc.SQLAlchemyError) as raised, people.begin() as connection:
        connection.execute(sa.text("INSERT INTO nothing VALUES (:said)"), {"said": SECRET})
    assert SECRET not in str(raised.value)


# ----------------------------------------------------------------------------------------------------------- inbox


def test_a_message_waits_until_it_is_done_and_then_its_words_are_gone(people: Any, tmp_path: Path) -> None:
    inbox = Inbox(people)
    assert inbox.put("c", [Waiting("1", SECRET, ["phone"], False)]) == "waiting"
    assert inbox.put("c", [Waiting("2", "/done", [], True)]) == "waiting"
    assert inbox.next("c") == Waiting("1", SECRET, ["phone"], False)
    assert inbox.next("d") is None
    inbox.done("c", "1")
    stores.scrub(people)
    assert SECRET.encode() not in files(tmp_path)
    assert inbox.next("c") == Waiting("2", "/done", [], True)
    assert inbox.waiting("c") == ["2"]


def test_an_id_is_taken_in_once_also_when_it_is_done(people: Any) -> None:
    inbox = Inbox(people)
    inbox.put("c", [Waiting("1", "first", [], False)])
    assert inbox.put("c", [Waiting("1", "second", [], False)]) == "waiting"
    assert inbox.next("c") == Waiting("1", "first", [], False)
    inbox.done("c", "1")
    assert inbox.put("c", [Waiting("1", "third", [], False)]) == "done"
    assert inbox.next("c") is None


def test_a_preset_goes_first_and_once(people: Any) -> None:
    inbox, preset = Inbox(people), Waiting("preset", "/inform", [], True)
    for n in ("1", "2"):
        inbox.put("c", [preset, Waiting(n, "hello", [], False)])
    assert inbox.waiting("c") == ["preset", "1", "2"]


def test_a_restart_names_the_conversations_oldest_first_and_counts(people: Any) -> None:
    inbox = Inbox(people)
    for conversation in ("b", "a", "b"):
        inbox.put(conversation, [Waiting(f"{conversation}{time.time()}", "hello", [], False)])
    inbox.put("c", [Waiting("done", "hello", [], False)])
    inbox.done("c", "done")
    assert inbox.restart() == ["b", "a"]
    assert inbox.restart() == ["b", "a"]
    waiting = inbox.next("a")
    assert waiting
    assert waiting.restarts == 2
