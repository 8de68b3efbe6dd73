"""The words of the Teams channel, from words.yml."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML


@functools.cache
def wording() -> dict[str, Any]:
    """The fixed words of the Teams channel."""
    path = Path(__file__).parent / "words.yml"
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return loaded
