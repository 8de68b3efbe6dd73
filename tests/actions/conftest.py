"""Turns without a model: what was said, with the kind of question given."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from actions.turn import Turn
from knowledge.desk import Desk


@pytest.fixture
def turn(desk: Desk) -> Callable[..., Turn]:
    """A turn in which `text` was said, with what is remembered."""

    def made(text: str, intent: str = "ask", **slots: Any) -> Turn:
        reading = desk.reader.read(text).as_dict()
        return Turn(slots=slots, text=text, intent=intent, confidence=1.0, reading=reading, entities={}, desk=desk)

    return made
