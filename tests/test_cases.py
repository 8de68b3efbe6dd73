"""Every conversation in cases/*.yml, said through the real channel to the trained model.

A case is a list of turns. Of each: `say` (typed) or `tap` (a button's title); then what is expected of the reply:
`status`, `records` (all of them among the reply's), `scope` (these values), `has` and `lacks` (in the text, any case),
`buttons` (titles among the reply's).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

CASES = [
    pytest.param(case, id=f"{path.stem}: {case['name']}")
    for path in sorted((Path(__file__).parent / "cases").glob("*.yml"))
    for case in YAML(typ="safe").load(path.read_text(encoding="utf-8"))
]
KEYS = {"say", "tap", "status", "records", "scope", "has", "lacks", "buttons"}


@pytest.mark.parametrize("case", CASES)
def test_case(case: dict[str, Any], talk: Callable[[], Any]) -> None:
    person = talk()
    for number, turn in enumerate(case["turns"], 1):
        assert set(turn) <= KEYS, f"turn {number}: unknown {set(turn) - KEYS}"
        reply = person.tap(turn["tap"]) if "tap" in turn else person(turn["say"])
        where = f"turn {number} ({turn.get('say') or turn.get('tap')}): {reply['custom']}\n{reply['text']}"
        custom = reply["custom"]
        if "status" in turn:
            assert custom["status"] == turn["status"], where
        assert set(turn.get("records", [])) <= set(custom["records"]), where
        for key, value in turn.get("scope", {}).items():
            assert custom["scope"][key] == value, where
        for words in turn.get("has", []):
            assert words.lower() in reply["text"].lower(), f"lacks {words!r}: {where}"
        for words in turn.get("lacks", []):
            assert words.lower() not in reply["text"].lower(), f"has {words!r}: {where}"
        titles = [b["title"] for b in reply.get("buttons", [])]
        assert set(turn.get("buttons", [])) <= set(titles), where
