"""The console's words, and how its texts, times and phone numbers are shown."""

from __future__ import annotations

import datetime
import functools
import re
from pathlib import Path
from typing import Any, Optional

from ruamel.yaml import YAML

from bot import settings
from knowledge import clock


@functools.cache
def wording() -> dict[str, Any]:
    """The words."""
    loaded: dict[str, Any] = YAML(typ="safe").load((Path(__file__).parent / "words.yml").read_text(encoding="utf-8"))
    return loaded


def helpline() -> str:
    """What the line is called by its own name, else 'the helpline'."""
    return settings.HELPLINE() or str(wording()["helpline"])


def dial(number: str) -> Optional[str]:
    """A number as a link dials it; None where the text is more than a number."""
    digits = re.sub(r"[^\d+]", "", number)
    return f"tel:{digits}" if re.fullmatch(r"[\d +()-]{3,}", number) and len(digits) >= 3 else None


def when(at: float) -> str:
    """'Sat 21 Nov, 15:04'."""
    shown = clock.shown(at)
    return f"{shown:%a} {shown.day} {shown:%b, %H:%M}"


def day(iso: str) -> str:
    """'Sat 21 Nov 2026', from 2026-11-21."""
    date = datetime.date.fromisoformat(iso[:10])
    return f"{date:%a} {date.day} {date:%b %Y}"


def moment(iso: str) -> str:
    """'Sat 21 Nov 2026, 15:04', from 2026-11-21T15:04."""
    return f"{day(iso)}, {iso[11:16]}"


def minutes(seconds: float) -> str:
    """'2 minutes'."""
    count = max(1, round(seconds / 60))
    return "1 minute" if count == 1 else f"{count} minutes"
