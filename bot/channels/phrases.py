"""The words of the messengers, from messenger.yml."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

HERE = Path(__file__).parent


@functools.cache
def phrases() -> dict[str, Any]:
    """The fixed words of the messengers."""
    loaded: dict[str, Any] = YAML(typ="safe").load((HERE / "messenger.yml").read_text(encoding="utf-8"))
    return loaded
