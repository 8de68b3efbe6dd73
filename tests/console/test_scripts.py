"""The scripts: those that come with the console, what is said of faults, and what happens while there are some."""

from __future__ import annotations

import os
import re
import shutil
import socket
from pathlib import Path

import pytest

from bot.__main__ import console_address, main
from bot.console import command, scripts
from bot.people import database
from bot.people.accounts import Accounts
from knowledge.store import Knowledge
from tests.serving import free_port

SPECIAL = {"not-the-parent", "interpreter", "child-calling", "abusive", "silent", "repeat-caller", "complaint", "press"}
ASKED_FIRST = ("safe", "decision", "decided_on", "letter", "days_out", "meeting_on")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the scripts, to change."""
    copy = tmp_path / "scripts"
    shutil.copytree(Path(scripts.__file__).parent / "scripts", copy)
    monkeypatch.setenv("INCLUSION_GUIDE_SCRIPTS", str(copy))
    return copy


def test_the_scripts_are_in_order(knowledge: Knowledge) -> None:
    loaded, faults = scripts.load(knowledge)
    assert faults == scripts.check(knowledge) == []
    assert [s.id for s in loaded.callers()] == ["parent", "school", "general"]
    assert {s.id for s in loaded.specials()} == SPECIAL


def test_every_fact_is_asked_for_and_safety_comes_before_what_happened(knowledge: Knowledge) -> None:
    loaded, _ = scripts.load(knowledge)
    asked = {name for script in loaded.scripts.values() for step in script.steps() for name in step.asks}
    assert asked == set(loaded.facts)
    order = [name for step in loaded.scripts["parent"].steps() for name in step.asks]
    assert [order.index(name) for name in ASKED_FIRST] == sorted(order.index(name) for name in ASKED_FIRST)
    for script in loaded.callers():
        order = [name for step in script.steps() for name in step.asks]
        assert order.index("safe") < order.index("decision")


def test_every_step_that_has_a_condition_can_come_to_be_shown(knowledge: Knowledge) -> None:
    loaded, _ = scripts.load(knowledge)
    for script in loaded.scripts.values():
        for step in script.steps():
            assert not scripts.applies(step, {}) or not step.when
            assert scripts.applies(step, {name: values[0] for name, values in step.when.items()})


FAULTS = {
    "asks: [exam]": ("asks: [exams]", r"parent\.yml:\d+: exam\.asks: there is no fact `exams`. Did you mean `exam`\?"),
    "see: [sent-home-to-cool-off, what-to-do-informal-exclusion]": (
        "see: [sent-home-to-cool]",
        r"sent-home\.see: there is no record `sent-home-to-cool`. Did you mean `sent-home-to-cool-off`\?",
    ),
    "when: {decision: [sent-home]}": (
        "when: {decision: [kicked-out]}",
        r"sent-home\.when: `decision` is never `kicked-out`. Use one of: nothing, sent-home",
    ),
    "{helpline}": ("{line}", r"greeting\.say: `\{line\}` stands for nothing. Use one of \{helpline\}"),
    "contacts: [sendiass-general]": ("contacts: [sendias]", r"there is no service `sendias`"),
    "kind: caller": ("kind: callers", r"parent\.yml:3: kind: must be one of: caller, special\."),
    "id: letter": ("id: decision", r"decision\.id: `decision` stands twice"),
    "reviewed_on: 2026-11-21": ("reviewed: 2026-11-21", r"reviewed_on: is missing|`reviewed_on`"),
    "title: Greeting": ("title: Greeting: hello", r"A colon in the text|column"),
    "    title: Opening": ("\ttitle: Opening", r"There is a tab"),
}


@pytest.mark.parametrize("old", list(FAULTS))
def test_a_fault_is_told_with_its_place_and_what_to_write_instead(old: str, folder: Path, knowledge: Knowledge) -> None:
    new, message = FAULTS[old]
    path = folder / "parent.yml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    told = "\n".join(map(str, scripts.check(knowledge)))
    assert re.search(message, told), told
    assert re.search(r"\[ERROR\] scripts/parent\.yml:\d+: ", told)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("suspended: Suspended", "kicked: Kicked out", "`kicked` must be one of: nothing, sent-home"),
        (
            "school_area: {label: Which area is the school in?, short: School in, kind: area}",
            "",
            "`school_area` is missing",
        ),
        ("kind: area}", "kind: text}", "must be area: the answers rest on it"),
        ("kind: yes-no}", "kind: yesno}", "must be one of: choice, yes-no"),
    ],
)
def test_a_fault_in_the_facts_is_told(old: str, new: str, message: str, folder: Path, knowledge: Knowledge) -> None:
    path = folder / "facts.yml"
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new, 1))
    assert message in "\n".join(map(str, scripts.check(knowledge)))


def test_a_missing_file_is_told(folder: Path, knowledge: Knowledge) -> None:
    (folder / "facts.yml").unlink()
    assert "scripts/facts.yml:1: file: is missing" in str(scripts.check(knowledge)[0])


def touch(path: Path, text: str) -> None:
    """Save a file as an editor does a moment later."""
    path.write_text(text)
    stamp = path.stat().st_mtime + touch.later  # type: ignore[attr-defined]
    touch.later += 5  # type: ignore[attr-defined]
    os.utime(path, (stamp, stamp))


touch.later = 5  # type: ignore[attr-defined]


def test_a_change_holds_at_once_and_a_broken_one_leaves_the_last_good_scripts(
    folder: Path, knowledge: Knowledge
) -> None:
    path = folder / "special" / "press.yml"
    good = path.read_text()
    assert scripts.load(knowledge)[0].scripts["press"].title == "The press"
    touch(path, good.replace("title: The press", "title: Newspapers", 1))
    assert scripts.load(knowledge)[0].scripts["press"].title == "Newspapers"
    touch(path, good.replace("kind: special", "kind: odd"))
    kept, faults = scripts.load(knowledge)
    assert kept.scripts["press"].title == "Newspapers"
    assert len(faults) == 1
    touch(path, good)
    assert scripts.load(knowledge) == (scripts.load(knowledge)[0], [])


# ------------------------------------------------------------------------------------------------------ the command


@pytest.fixture
def typed(people: object, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is typed when a password is asked for, in order."""
    words: list[str] = []
    monkeypatch.setattr("getpass.getpass", lambda _: words.pop(0))
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    return words


def test_an_account_is_made_changed_unlocked_and_removed(typed: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    typed += ["a long enough password"] * 2
    assert command.main(["add", "Zoe", "--supervisor", "--safeguarding"]) == 0
    accounts = Accounts(database.engine())
    zoe, _ = accounts.check("zoe", "a long enough password")
    assert zoe
    assert (zoe.role, zoe.safeguarding) == ("supervisor", True)
    typed += ["another long password"] * 2
    assert command.main(["password", "zoe"]) == 0
    assert accounts.check("zoe", "another long password")[0]
    assert command.main(["unlock", "zoe"]) == 0
    assert command.main(["list"]) == 0
    assert "zoe: Supervisor, safeguarding lead" in capsys.readouterr().out
    assert command.main(["remove", "zoe"]) == 0
    assert command.main(["remove", "zoe"]) == 1
    assert "There is no account zoe" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "passwords", "message"),
    [
        ("zoe", ["short", "short"], "A password has 12 to 200 characters"),
        ("zoe", ["a long enough password", "a different one"], "These two are different"),
        ("anna", [], "That account exists already"),
        ("x" * 65, ["a long enough password"] * 2, "A name has 1 to 64 characters"),
    ],
)
def test_a_bad_account_is_refused_with_a_sentence(
    name: str, passwords: list[str], message: str, typed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    typed += passwords
    assert command.main(["add", name]) == 1
    assert message in capsys.readouterr().err


def test_a_port_of_the_console_that_is_taken_is_said_so(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        monkeypatch.setenv("CONSOLE_PORT", str(port))
        assert main(["start", "--port", str(free_port())]) == 1
    assert f"Port {port}, where the helpline console would be, is in use." in capsys.readouterr().err


def test_the_console_is_beside_the_server_or_off(monkeypatch: pytest.MonkeyPatch) -> None:
    assert console_address(5005) == ("127.0.0.1", 5006)
    monkeypatch.setenv("INCLUSION_GUIDE_CONSOLE_HOST", "0.0.0.0")
    monkeypatch.setenv("CONSOLE_PORT", "80")
    assert console_address(5005) == ("0.0.0.0", 80)
    monkeypatch.setenv("INCLUSION_GUIDE_CONSOLE", "off")
    assert console_address(5005) is None


def test_without_a_terminal_no_password_is_taken(
    people: object, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False, raising=False)
    assert command.main(["add", "zoe"]) == 1
    assert "Run this in a terminal" in capsys.readouterr().err


def test_the_check_command_says_what_is_wrong(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "parent.yml").write_text("id: parent\n")
    assert command.main(["check"]) == 1
    assert "scripts/parent.yml:1: title: is missing. Add `title: …`." in capsys.readouterr().out
