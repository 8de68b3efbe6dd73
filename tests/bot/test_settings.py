"""Settings: what is unset has its default, and what is no good is said in words a person can act on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bot import settings
from bot.__main__ import main
from knowledge.settings import BadSetting, Setting, database, folder, number, switch, text
from tests.conftest import ROOT
from tests.test_docs import rows, section

NAME = "INCLUSION_GUIDE_OF_A_TEST"


@pytest.mark.parametrize(
    ("read", "written", "value"),
    [
        (switch, "ON", True),
        (switch, "no", False),
        (number(1), " 28 ", 28),
        (number(0, 5), "0", 0),
        (folder, "/nowhere/yet", Path("/nowhere/yet")),
        (database, "sqlite:///x.db", "sqlite:///x.db"),
        (
            settings.ORIGINS.read,
            "https://A.example/, http://b.example:81",
            {"https://a.example", "http://b.example:81"},
        ),
    ],
)
def test_a_setting_has_the_type_of_its_kind(
    read: Any, written: str, value: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, written)
    assert Setting(NAME, read, None)() == value


@pytest.mark.parametrize("empty", ["", "  "])
def test_what_is_empty_is_unset(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, empty)
    assert Setting(NAME, number(1), 7)() == 7


@pytest.mark.parametrize(
    ("read", "written", "words"),
    [
        (switch, "maybe", "has to be on or off, not 'maybe'"),
        (number(1), "soon", "whole number of 1 or more, not 'soon'"),
        (number(1), "0", "whole number of 1 or more"),
        (number(1, 65535), "70000", "from 1 to 65535"),
        (number(1), "²", "whole number"),
        (folder, __file__, "has to be a folder"),
        (database, "people.db", "address of a database"),
        (database, "nosuch://x", "address of a database"),
        (settings.ORIGINS.read, "www.school.example", "such as https://www.school.example, not 'www.school.example'"),
        (settings.ORIGINS.read, "https://school.example/page", "not 'https://school.example/page'"),
    ],
)
def test_what_is_no_good_is_said_with_its_name(
    read: Any, written: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(NAME, written)
    with pytest.raises(BadSetting) as fault:
        Setting(NAME, read, None)()
    assert str(fault.value).startswith(f"{NAME} ")
    assert words in str(fault.value)


@pytest.mark.parametrize(
    ("setting", "hidden"),
    [(settings.SECRET, "abc"), (settings.PEOPLE_URL, "postgresq://me:hunter2@host/people")],
    ids=["secret", "password"],
)
def test_no_message_shows_a_secret(setting: Setting, hidden: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(setting.name, hidden)
    with pytest.raises(BadSetting) as fault:
        setting()
    assert hidden not in str(fault.value)
    assert "hunter2" not in str(fault.value)


def test_the_start_names_every_bad_setting_at_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_KEEP_DAYS", "a month")
    monkeypatch.setenv("INCLUSION_GUIDE_HIDE_OLD_CONTACTS", "please")
    assert main(["start"]) == 1
    shown = capsys.readouterr().err
    assert "INCLUSION_GUIDE_KEEP_DAYS" in shown
    assert "INCLUSION_GUIDE_HIDE_OLD_CONTACTS" in shown
    assert "Traceback" not in shown


def test_what_this_process_suggests_gives_way_to_what_a_person_sets(monkeypatch: pytest.MonkeyPatch) -> None:
    setting = Setting(NAME, text, None)
    monkeypatch.setenv(NAME, "theirs")
    setting.suggest("ours")
    assert setting() == "theirs"
    setting.leave_out()
    setting.suggest("ours")
    assert setting() == "ours"


def test_the_defaults_are_those_of_the_readme() -> None:
    written = {row[0].strip("`"): row[1] for row in rows(section(ROOT / "README.md", "## Settings"))}
    for setting in settings.every():
        shown = written[setting.name]
        if isinstance(setting.default, bool):
            assert shown.startswith("on" if setting.default else "off"), setting.name
        elif isinstance(setting.default, (int, str)):
            assert shown.strip("`") == str(setting.default), setting.name
        elif isinstance(setting.default, Path):
            assert shown == f"`{setting.default.relative_to(ROOT).as_posix()}/`", setting.name
