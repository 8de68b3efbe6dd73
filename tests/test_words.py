"""Words of the product that nothing says are left-overs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.conftest import ROOT

WORDS = ("knowledge/words.yml", "bot/channels/messenger.yml", "bot/channels/teams/words.yml", "bot/console/words.yml")
OF_OTHERS = re.compile(r"\d{3}|AADSTS\d+")  # numbers of HTTP's and Microsoft's errors


def names(words: dict[Any, Any]) -> Iterator[str]:
    """The names of all words; what has a space in it is no name, but something that is looked for in an answer."""
    for name, value in words.items():
        if " " not in str(name):
            yield str(name)
        if isinstance(value, dict):
            yield from names(value)


@pytest.mark.parametrize("file", WORDS)
def test_every_word_of_the_product_is_read_somewhere(file: str) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8")
        for part in ("actions", "bot", "knowledge")
        for path in Path(ROOT / part).rglob("*")
        if path.suffix in (".py", ".html", ".js")
    )
    words = YAML(typ="safe").load((ROOT / file).read_text(encoding="utf-8"))
    # quoted, an attribute in a template, or built as f"…_name"
    unread = [
        n for n in names(words) if not re.search(rf"['\"._]{re.escape(n)}\b", code) and not OF_OTHERS.fullmatch(n)
    ]
    assert unread == [], f"nothing reads these of {file}"
