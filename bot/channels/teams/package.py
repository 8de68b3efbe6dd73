"""The app package that an administrator uploads: a manifest checked against Microsoft's schema, two icons, a guide."""

from __future__ import annotations

import argparse
import io
import json
import re
import zipfile
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema
from PIL import Image, ImageDraw

from bot import settings
from bot.channels.phrases import phrases
from bot.channels.teams.settings import app_id
from bot.channels.teams.wording import wording
from knowledge import place

HERE = Path(__file__).parent
SCHEMA = HERE / "manifest-schema.json"  # Microsoft's, version 1.19; docs/dependencies.md says where from
GUIDE = HERE / "guide.md"
VERSION = "1.19"
ADDRESS = "https://developer.microsoft.com/json-schemas/teams/v1.19/MicrosoftTeams.schema.json"
TEAL = (11, 90, 96, 255)
WHITE = (255, 255, 255, 255)
CLEAR = (255, 255, 255, 0)
_FINE = 8  # how much larger an icon is drawn than it is shown
_SEMVER = re.compile(r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")  # the schema only says so in words
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same package each time


class BadPackage(RuntimeError):
    """The package cannot be made; the message says what to give."""


def main(arguments: list[str]) -> int:
    """Make the package in the folder of what is made, and say where it is; raises BadPackage or BadSettings."""
    parser = argparse.ArgumentParser(prog="./run teams-package", description="The app package for Microsoft Teams.")
    parser.add_argument("--organisation", required=True, help="who runs it, as people see it: 'Anytown Council'")
    parser.add_argument("--website", required=True, help="its web page about the assistant, https://…")
    parser.add_argument("--privacy", help="the page that says what is kept of people; else the website")
    parser.add_argument("--terms", help="the page with the terms of use; else the website")
    parser.add_argument("--version", default="1.0.0", help="raise it with each new upload; else 1.0.0")
    parser.add_argument("--app", default=settings.TEAMS_APP(), help="the bot's app id")
    given = parser.parse_args(arguments)
    if not given.app:
        raise BadPackage(wording()["package"]["app"])
    made = manifest(
        app_id("--app", given.app),
        given.organisation,
        given.website,
        given.privacy or given.website,
        given.terms or given.website,
        given.version,
    )
    zipped, guide = write(made, place.home() / "teams")
    print(wording()["package"]["made"].format(package=zipped, guide=guide))
    return 0


def manifest(app: str, organisation: str, website: str, privacy: str, terms: str, version: str) -> dict[str, Any]:
    """The manifest; raises BadPackage if Microsoft's schema does not allow it."""
    say = wording()["package"]
    for name, url in (("--website", website), ("--privacy", privacy), ("--terms", terms)):
        if urlsplit(url).scheme != "https" or not urlsplit(url).hostname:
            raise BadPackage(say["https"].format(name=name))
    if not _SEMVER.match(version):
        raise BadPackage(say["version"])
    commands = [{"title": name, "description": text} for name, text in phrases()["commands"].items()]
    scopes = ["personal", "team", "groupChat"]
    made = {
        "$schema": ADDRESS,
        "manifestVersion": VERSION,
        "version": version,
        "id": app,
        "developer": {
            "name": organisation,
            "websiteUrl": website,
            "privacyUrl": privacy,
            "termsOfUseUrl": terms,
        },
        "name": say["name"],
        "description": say["description"],
        "icons": {"color": "color.png", "outline": "outline.png"},
        "accentColor": "#{:02X}{:02X}{:02X}".format(*TEAL[:3]),
        "bots": [
            {
                "botId": app,
                "scopes": scopes,
                "supportsFiles": False,
                "isNotificationOnly": False,
                "commandLists": [{"scopes": scopes, "commands": commands}],
            }
        ],
        "defaultInstallScope": "personal",
        "validDomains": [],
    }
    faults = list(checker().iter_errors(made))
    if faults:
        told = [say["fault"].format(field=".".join(map(str, f.absolute_path)), why=f.message) for f in faults]
        raise BadPackage("\n".join(told))
    return made


def checker() -> Any:
    """What checks a manifest against Microsoft's schema, which names draft 4 and uses `const` of a later one."""
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    return jsonschema.Draft7Validator(schema, format_checker=jsonschema.draft7_format_checker)


def write(made: dict[str, Any], folder: Path) -> tuple[Path, Path]:
    """Write the package, and the guide beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "manifest.json": json.dumps(made, indent=2, ensure_ascii=False).encode(),
        "color.png": _png(icon(192, TEAL)),
        "outline.png": _png(icon(32, CLEAR)),
    }
    package, guide = folder / "inclusion-guide-teams.zip", folder / "guide.md"
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as out:
        for name, data in files.items():
            out.writestr(zipfile.ZipInfo(name, _EPOCH), data, zipfile.ZIP_DEFLATED)
    text = GUIDE.read_text(encoding="utf-8")
    guide.write_text(
        text.format(app=made["id"], package=package.name, version=made["version"], name=made["name"]["short"]),
        encoding="utf-8",
    )
    return package, guide


def icon(size: int, ground: tuple[int, int, int, int]) -> Image.Image:
    """A speech bubble with a tick, in white: on a ground that fills the icon, or as an outline on none."""
    filled = ground[3] > 0
    wide = size * _FINE
    image = Image.new("RGBA", (wide, wide), ground)
    draw = ImageDraw.Draw(image)
    # a coloured icon is cut to a circle in places: what it shows stays in the middle
    edge = wide * (0.2 if filled else 0.06)
    left, top, right, bottom = edge, edge * 1.1, wide - edge, wide - edge * (1.7 if filled else 2.6)
    stroke = round(wide * (0.045 if filled else 0.07))
    tail = [
        (left + (right - left) * 0.2, bottom - stroke),
        (left + (right - left) * 0.2, bottom + (wide - bottom) * (0.5 if filled else 0.9)),
        (left + (right - left) * 0.55, bottom - stroke),
    ]
    radius = (right - left) * 0.22
    draw.polygon(tail, fill=WHITE)
    if filled:
        draw.rounded_rectangle((left, top, right, bottom), radius, fill=WHITE)
    else:
        draw.rounded_rectangle((left, top, right, bottom), radius, fill=CLEAR, outline=WHITE, width=stroke)
    across, down = right - left, bottom - top
    tick = [
        (left + across * 0.27, top + down * 0.52),
        (left + across * 0.44, top + down * 0.7),
        (left + across * 0.75, top + down * 0.3),
    ]
    draw.line(tick, fill=TEAL if filled else WHITE, width=round(stroke * (1.6 if filled else 1.1)), joint="curve")
    small = image.resize((size, size), Image.Resampling.LANCZOS)
    if not filled:  # Teams asks for white alone: only how much of it varies
        alpha = small.getchannel("A")
        small = Image.new("RGBA", small.size, WHITE)
        small.putalpha(alpha)
    return small


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
