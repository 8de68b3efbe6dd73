"""The people's database: migrations, the inbox, feedback, hand-overs, and the one list of stores."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot import people_command
from bot.channels.tokens import Tokens, begin, secret
from bot.people import database, stores
from bot.people.accounts import IDLE, LASTS, LOCKED, Accounts, Refused, SignIns
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls, Changed, reference
from bot.people.concerns import Concerns
from bot.people.feedback import KEEP_DAYS, Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import DAY, Inbox, Waiting
from bot.people.tables import Base
from bot.people.updates import Updates
from bot.privacy import keep_days
from bot.tracker_store import TrackerStore
from tests.bot.web import files, until
from tests.conftest import ROOT
from tests.serving import stores_in

SECRET = "ZEBRAFISH"
HELD = "PANGOLIN"  # in a safeguarding record, which outlives its call


@pytest.fixture(autouse=True)
def own_databases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in stores_in(tmp_path).items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def people() -> Any:
    return database.engine()


@pytest.fixture
def trackers() -> TrackerStore:
    return TrackerStore(Domain.empty())


def tell(trackers: TrackerStore, conversation: str, said: str, at: float | None = None) -> None:
    """A conversation of one message and its answer."""
    tracker = DialogueStateTracker(conversation, [])
    when = time.time() if at is None else at
    tracker.update(UserUttered(said, message_id="1", timestamp=when))
    tracker.update(BotUttered(f"You said {said}", timestamp=when))
    asyncio.run(trackers.save(tracker))


def rows(engine: Any, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


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
    assert rows(database.engine(), "SELECT version_num FROM alembic_version") == [("0003",)]


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


# -------------------------------------------------------------------------------------------------- erase and export


def fill(people: Any, trackers: TrackerStore, conversation: str, said: str) -> None:
    """Something of a conversation in every store."""
    tell(trackers, conversation, said)
    Inbox(people).put(conversation, [Waiting("1", said, [], False)])
    Feedbacks(people).put(conversation, 1, ["managed-move"], "answered", True, "clear")
    Handovers(people).put(conversation, said, said, "hackney", "parent")
    with people.begin() as connection:
        connection.execute(sa.insert(Base.metadata.tables["pupils"]), pupil_row(conversation))
        owe(people, connection, conversation, said)
    take_call(people, conversation, said)


def owe(people: Any, connection: Any, conversation: str, chat: str) -> None:
    """An update of a conversation that is still to be answered."""
    update = str(zlib.crc32(conversation.encode()))
    Updates(people).begin(connection, "telegram", update)
    Updates(people).owe(connection, "telegram", update, conversation, "1", {"address": {"chat": chat}})


def pupil_row(conversation: str) -> dict[str, Any]:
    """Pupil A of a person who has the conversation alone."""
    known = {"person": f"person of {conversation}", "place": "here", "number": 1, "role": "school", "area": None}
    return {"conversation": conversation, **known, "current": True, "greeted": True, "used": time.time()}


def take_call(people: Any, conversation: str, said: str) -> str:
    """A call to the helpline with this note, a call-back and a safeguarding record; its reference."""
    reference = Calls(people).begin(1, "parent")
    with people.begin() as connection:
        values = {"c": conversation, "n": said, "r": reference}
        connection.execute(sa.text("UPDATE calls SET conversation = :c, note = :n WHERE reference = :r"), values)
    call = {"reference": reference, "conversation": conversation}
    CallBacks(people).put(call, 1, "2026-11-21T10:00", said, said, said)
    concerns = Concerns(people)
    concerns.save(concerns.begin(1, "unsure", "suffolk", call), 1, said=HELD, done="told the lead")
    return reference


def of_conversations(gone: dict[str, Any]) -> dict[str, Any]:
    """Without the stores that belong to no conversation."""
    return {name: what for name, what in gone.items() if name not in ("accounts", "signins")}


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


def age(people: Any, days: float) -> None:
    """Make everything in the people's database so many days older."""
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE inbox SET received = received - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE pupils SET used = used - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE updates SET received = received - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE handovers SET created = created - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE feedback SET day = date(day, :d)"), {"d": f"-{days:.0f} days"})


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


# ------------------------------------------------------------------------------------------- the helpline's console


def older(people: Any, table: str, column: str, days: float) -> None:
    """Make a store's rows so many days older."""
    with people.begin() as connection:
        connection.execute(sa.text(f"UPDATE {table} SET {column} = {column} - :s"), {"s": days * DAY})


def test_calls_call_backs_and_safeguarding_records_each_have_their_own_time(
    people: Any, trackers: TrackerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_CALL_DAYS", "90")
    monkeypatch.setenv("INCLUSION_GUIDE_SAFEGUARDING_DAYS", "1000")
    take_call(people, "mine", SECRET)
    number = CallBacks(people).open()[0]["id"]
    assert CallBacks(people).close(number, "done")
    for table, column in (("calls", "changed"), ("callbacks", "closed"), ("concerns", "changed")):
        older(people, table, column, 15)
    assert {n: g for n, g in stores.expire(trackers).items() if g} == {"callbacks": 1}
    for table in ("calls", "concerns"):
        older(people, table, "changed", 76)
    assert {n: g for n, g in stores.expire(trackers).items() if g} == {"calls": 1}
    assert SECRET.encode() not in files(tmp_path)
    older(people, "concerns", "changed", 1000)
    assert {n: g for n, g in stores.expire(trackers).items() if g} == {"concerns": 1}
    assert HELD.encode() not in files(tmp_path)


def test_the_command_finds_a_call_by_its_reference(people: Any, capsys: pytest.CaptureFixture[str]) -> None:
    mine = take_call(people, "mine", SECRET)
    assert people_command.main(["export", mine.replace("-", " ")]) == 0
    assert SECRET in capsys.readouterr().out
    assert people_command.main(["erase", mine]) == 0
    assert Calls(people).get(mine) is None
    assert len(Concerns(people).of(mine)) == 1


def test_a_reference_is_read_however_it_is_typed_and_a_slip_is_told(people: Any) -> None:
    made = Calls(people).begin(1, "parent")
    digits = made.replace("-", "")
    assert reference(made) == reference(digits) == reference(f" {digits[:2]} {digits[2:]} ") == made
    wrong = digits[:3] + str((int(digits[3]) + 1) % 10) + digits[4:]
    swapped = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(6)]
    told = [reference(s) for s in swapped if s != digits and {s[i] for i in range(7)} != {"0", "9"}]
    assert reference(wrong) is None
    assert told.count(None) >= len(told) - 1  # a 0 and a 9 side by side is all that the check digit can't tell
    for typed in ("", "417", "12345678", "abc", "٤١٧٢٠٥٨"):
        assert reference(typed) is None


def test_a_change_over_a_newer_one_is_refused_and_loses_nothing(people: Any) -> None:
    calls = Calls(people)
    made = calls.begin(1, "parent")
    assert calls.save(made, 1, note="first") == 2
    with pytest.raises(Changed):
        calls.save(made, 1, note="second")
    kept = calls.get(made)
    assert kept
    assert kept["note"] == "first"


PASSWORD = "correct horse battery"


def test_an_account_opens_with_its_password_and_is_locked_after_five_wrong_ones(people: Any) -> None:
    accounts, now = Accounts(people), time.time()
    accounts.add("  Anna  Jones ", PASSWORD)
    assert accounts.check("anna jones", PASSWORD)[0]
    for name in ("anna jones", "nobody"):
        for n in range(5):
            who, locked = accounts.check(name, "wrong", now)
            assert who is None
            assert bool(locked) == (n == 4)
        assert accounts.check(name, PASSWORD, now + LOCKED - 1) == (None, now + LOCKED)
    assert accounts.check("anna jones", PASSWORD, now + LOCKED + 1)[0]
    assert PASSWORD not in str(rows(people, "SELECT * FROM accounts"))
    assert "$argon2id$" in str(rows(people, "SELECT * FROM accounts"))


@pytest.mark.parametrize("password", ["short", "x" * 201, "aaaaaaaaaaaaaaaa", "my name is anna!"])
def test_a_bad_password_is_refused(people: Any, password: str) -> None:
    with pytest.raises(Refused):
        Accounts(people).add("anna", password)


def test_a_sign_in_ends_when_idle_and_after_its_time_and_with_the_account(people: Any) -> None:
    accounts, signins, now = Accounts(people), SignIns(people), time.time()
    anna = accounts.add("anna", PASSWORD)
    key = signins.begin(anna, now)
    assert key not in str(rows(people, "SELECT * FROM signins"))
    assert signins.read(key, now + IDLE - 1) == (anna, pytest.approx(1, abs=0.01))
    assert signins.read(key, now + IDLE + 1) == (None, 0)
    signins.touch(key, now + IDLE - 1)
    assert signins.read(key, now + IDLE + 1)[0] == anna
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE signins SET seen = :s"), {"s": now + LASTS})
    assert signins.read(key, now + LASTS + 1) == (None, 0)
    again = signins.begin(anna)
    accounts.change_password("anna", "another horse battery")
    assert signins.read(again) == (None, 0)
    last = signins.begin(anna)
    accounts.remove("anna")
    assert signins.read(last) == (None, 0)
    assert accounts.check("anna", "another horse battery")[0] is None
    assert accounts.expire(time.time()) == 1


def test_a_removed_account_keeps_its_name_while_a_call_has_it(people: Any) -> None:
    accounts = Accounts(people)
    anna = accounts.add("anna", PASSWORD)
    made = Calls(people).begin(anna.id, "parent")
    accounts.remove("anna")
    assert accounts.expire(time.time()) == 0
    assert accounts.names() == {anna.id: "anna"}
    call = Calls(people).get(made)
    assert call
    Calls(people).erase(call["conversation"])
    assert accounts.expire(time.time()) == 1
