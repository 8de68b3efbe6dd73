"""The app package: what Microsoft's schema asks, icons as Teams wants them, and plain words for what is missing."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bot.__main__ import main
from bot.channels.phrases import phrases
from bot.channels.teams import package
from tests.teams.microsoft import APP

GIVEN = ["--organisation", "Anytown Council", "--website", "https://www.anytown.gov.example/guide"]


def manifest(**other: str) -> dict[str, Any]:
    page = "https://www.anytown.gov.example/guide"
    given = {"organisation": "Anytown", "website": page, "privacy": page, "terms": page, "version": "1.0.0", **other}
    return package.manifest(APP, **given)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package, made by the command."""
    monkeypatch.setenv("INCLUSION_GUIDE_HOME", str(tmp_path))
    monkeypatch.setenv("INCLUSION_GUIDE_TEAMS_APP", APP.upper())
    assert main(["teams-package", *GIVEN]) == 0
    return tmp_path / "teams" / "inclusion-guide-teams.zip"


def test_the_command_makes_a_package_that_microsofts_schema_allows(made: Path) -> None:
    with zipfile.ZipFile(made) as files:
        assert sorted(files.namelist()) == ["color.png", "manifest.json", "outline.png"]
        read = json.loads(files.read("manifest.json"))
    assert list(package.checker().iter_errors(read)) == []
    assert read["bots"][0]["botId"] == APP
    assert read["bots"][0]["scopes"] == ["personal", "team", "groupChat"]
    assert read["developer"]["privacyUrl"] == GIVEN[-1]
    assert [c["title"] for c in read["bots"][0]["commandLists"][0]["commands"]] == list(phrases()["commands"])


def test_the_same_package_comes_out_each_time(made: Path) -> None:
    before = made.read_bytes()
    assert main(["teams-package", *GIVEN]) == 0
    assert made.read_bytes() == before


def test_the_icons_are_as_teams_wants_them(made: Path) -> None:
    with zipfile.ZipFile(made) as files:
        color, outline = (Image.open(io.BytesIO(files.read(f"{name}.png"))) for name in ("color", "outline"))
    assert color.size == (192, 192)
    assert color.getchannel("A").getextrema() == (255, 255)
    assert len(color.convert("RGB").getcolors(100_000) or []) > 1
    assert outline.size == (32, 32)
    assert outline.crop((0, 0, 1, 1)).getchannel("A").getextrema() == (0, 0), "clear around"
    assert outline.getchannel("A").getextrema() == (0, 255)
    assert all(channel.getextrema() == (255, 255) for channel in outline.split()[:3]), "white alone"


def test_a_guide_for_the_administrator_stands_beside_it(made: Path) -> None:
    guide = (made.parent / "guide.md").read_text()
    assert APP in guide
    assert made.name in guide
    assert "{" not in guide


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([*GIVEN, "--app", ""], "I need the bot's app id"),
        ([*GIVEN, "--app", "my-bot"], "--app has to be an id"),
        ([*GIVEN[:2], "--website", "http://www.anytown.gov.example"], "--website has to be an address"),
        ([*GIVEN, "--privacy", "privacy.html"], "--privacy has to be an address"),
        ([*GIVEN, "--version", "one"], "version"),
        (["--organisation", "A" * 33, *GIVEN[2:]], "developer.name"),
    ],
)
def test_what_is_missing_or_wrong_is_said_plainly(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_HOME", str(tmp_path))
    monkeypatch.setenv("INCLUSION_GUIDE_TEAMS_APP", APP)
    assert main(["teams-package", *arguments]) == 1
    assert said in capsys.readouterr().err
    assert not (tmp_path / "teams").exists()


@pytest.mark.parametrize(
    "break_it",
    [
        lambda m: m.pop("icons"),
        lambda m: m.update(manifestVersion="1.5"),
        lambda m: m.update(unknown=1),
        lambda m: m["bots"][0]["commandLists"][0]["commands"][0].update(title="x" * 33),
        lambda m: m["bots"][0].update(scopes=["everywhere"]),
        lambda m: m.update(id="my-app"),
    ],
)
def test_the_schema_notices_what_is_wrong(break_it: Any) -> None:
    changed = manifest()
    break_it(changed)
    assert list(package.checker().iter_errors(changed))
