"""The widget as one file: its modules, styles, words, language cards, and whom to ring where there is no connection.

`script()` is what GET /widget.js serves. The modules are plain JavaScript; putting them together is all the build there
is: their imports and exports fall away inside one function, so that nothing of them is global.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from knowledge import place
from knowledge.desk import desk
from knowledge.render import words

HERE = Path(__file__).parent
# in the order in which they need each other
MODULES = ("dom", "colour", "text", "paper", "parts", "walk", "chat", "views", "store", "line", "widget", "boot")

_IMPORT = re.compile(r'^import \{[^}]*\} from "\./[\w]+\.js";\n', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class)\b)", re.M)
_COMMENT = re.compile(r"^\s*(?:/\*.*?\*/|// [^\n]*)\s*?\n|(?<=[;{,\]]) // [^\n]*$", re.M | re.S)
_CSS_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_CSS_SPACE = re.compile(r"\s*([{};,])\s*|\s+")


@functools.cache
def script() -> bytes:
    """The whole widget."""
    strings = {path.stem: _yaml(path) for path in sorted((HERE / "strings").glob("*.yml"))}
    given = {"STRINGS": strings, "CSS_TEXT": styles(), "LANGUAGES": cards(), "HELP": first_help()}
    constants = "".join(f"const {name} = {json.dumps(value, ensure_ascii=False)};\n" for name, value in given.items())
    body = "".join(_bare((HERE / "js" / f"{name}.js").read_text(encoding="utf-8")) for name in MODULES)
    return f'(() => {{\n"use strict";\n{constants}{body}}})();\n'.encode()


@functools.cache
def etag() -> str:
    """A name for exactly this bundle."""
    return f'"{hashlib.sha256(script()).hexdigest()[:20]}"'


def styles() -> str:
    """The styles without comments and needless space."""
    css = _CSS_COMMENT.sub("", (HERE / "widget.css").read_text(encoding="utf-8"))
    return _CSS_SPACE.sub(lambda m: m.group(1) or " ", css).strip()


def cards() -> list[dict[str, Any]]:
    """The cards in other languages that a human translator has checked; the others stay unseen."""
    return [
        {key: card[key] for key in ("code", "name", "dir", "text") if key in card}
        for card in _yaml(place.languages())["cards"]
        if card["checked"] is True
    ]


def first_help() -> dict[str, Any]:
    """The line about danger, and a few services with their numbers: from the records, as they are when this is made."""
    named, services = words()["web"]["no_line"], desk().knowledge.services
    number = services[named["urgent"]].phone
    return {
        "urgent": next(line for line in words()["web"]["start"] if number in line),
        "contacts": [{"title": services[name].title, "phone": services[name].phone} for name in named["others"]],
    }


def _bare(module: str) -> str:
    return _COMMENT.sub("", _EXPORT.sub("", _IMPORT.sub("", module)))


def _yaml(path: Path) -> Any:
    return YAML(typ="safe").load(path.read_text(encoding="utf-8"))
