"""The helpline's stores: accounts, calls, call-backs, safeguarding records."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot import people_command
from bot.engine.tracker_store import TrackerStore
from bot.people import stores
from bot.people.accounts import IDLE, LASTS, LOCKED, Accounts, Refused, SignIns
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls, Changed, reference
from bot.people.concerns import Concerns
from bot.people.inbox import DAY
from tests.bot.web import files
from tests.people.kept import HELD, SECRET, rows, take_call, tell


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


@pytest.mark.parametrize("name", ["parent-{}", "{} again", "call {}", "x{}", "{}@school.example"])
def test_a_sender_whose_name_holds_a_reference_is_that_sender(
    name: str, people: Any, trackers: TrackerStore, capsys: pytest.CaptureFixture[str]
) -> None:
    call = take_call(people, "mine", SECRET)
    sender = name.format(call.replace("-", ""))
    tell(trackers, sender, "hello")
    for what, left in (("export", 2), ("erase", 0)):
        assert people_command.main([what, sender]) == 0
        shown = capsys.readouterr()
        assert f"sender:{sender}" in shown.err
        assert SECRET not in shown.out
        assert len(trackers.events(sender)) == left
    assert Calls(people).get(call)
    assert people_command.main(["erase", sender]) == 1


def test_a_name_that_may_be_a_call_or_a_sender_is_asked_about(
    people: Any, trackers: TrackerStore, capsys: pytest.CaptureFixture[str]
) -> None:
    call = take_call(people, "mine", SECRET)
    tell(trackers, call, "hello")
    for what in ("export", "erase"):
        assert people_command.main([what, call]) == 2
        shown = capsys.readouterr()
        assert f"./run people {what} call:{call}\n" in shown.err
        assert f"./run people {what} sender:{call}\n" in shown.err
        assert shown.out == ""
    assert Calls(people).get(call)
    assert people_command.main(["erase", f"sender:{call}"]) == 0
    assert trackers.events(call) == []
    assert Calls(people).get(call)
    assert people_command.main(["erase", f"call:{call}"]) == 0
    assert f"Erased: call:{call}" in capsys.readouterr().err
    assert Calls(people).get(call) is None


def test_a_call_that_is_none_is_no_sender_either(
    people: Any, trackers: TrackerStore, capsys: pytest.CaptureFixture[str]
) -> None:
    tell(trackers, "call:417-2058", "hello")
    assert people_command.main(["erase", "call:417-2058"]) == 1
    assert "Nothing is kept of call:417-2058" in capsys.readouterr().err
    assert len(trackers.events("call:417-2058")) == 2


def test_a_reference_is_read_however_it_is_typed_and_a_slip_is_told(people: Any) -> None:
    made = Calls(people).begin(1, "parent")
    digits = made.replace("-", "")
    assert reference(made) == reference(digits) == reference(f" {digits[:2]} {digits[2:]} ") == made
    assert reference(f"{digits[:3]}\u2013{digits[3:]}") == made
    wrong = digits[:3] + str((int(digits[3]) + 1) % 10) + digits[4:]
    swapped = [digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :] for i in range(6)]
    told = [reference(s) for s in swapped if s != digits and {s[i] for i in range(7)} != {"0", "9"}]
    assert reference(wrong) is None
    assert told.count(None) >= len(told) - 1  # a 0 and a 9 side by side is all that the check digit can't tell
    for typed in ("", "417", "12345678", "abc", "٤١٧٢٠٥٨", f"parent-{digits}", f"{digits}a", f"no. {digits}"):
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
