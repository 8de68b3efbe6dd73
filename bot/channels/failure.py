"""What a person gets when no action could answer."""

from __future__ import annotations

from typing import Any

from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import danger
from knowledge.desk import desk
from knowledge.render import words


def failure_reply(phrase: str = "error", **values: Any) -> Reply:
    """The Reply with a phrase of `manners`, and a button that leads to a person."""
    buttons = [Button(words()["buttons"]["person"], payload("person"))]
    # nothing that could be read may still be a cry
    notes = [danger.line(desk().knowledge, None)] if phrase == "empty" else []
    return Reply("error", words()["manners"][phrase].format(**values), buttons=buttons, notes=notes)
