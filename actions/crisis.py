"""Crisis: fixed words per kind and role, at once, and the question in the message kept for afterwards."""

from __future__ import annotations

from typing import Text

from actions import aside
from actions.guard import GuardedAction
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import danger, languages
from knowledge.blocks import Block
from knowledge.render import words


class ActionCrisis(GuardedAction):
    """Answers a message that shows danger. Leaves the situation, the checklist and what waits as they were."""

    understands = False

    def name(self) -> Text:
        return "action_crisis"

    def reply(self, turn: Turn) -> Reply:
        denied = aside.note_denial(turn)
        kinds = aside.page_kinds(turn)
        if not kinds:
            turn.gentle = True
            return aside.answer_denial(turn) if denied else aside.answer_here(turn)
        aside.put_aside(turn, kinds)
        return _page(turn, kinds)


def _page(turn: Turn, kinds: list[str]) -> Reply:
    role = danger.role_of(turn.writer)
    area = turn.reading.get("area") or turn.area
    page = danger.page(turn.knowledge, kinds, role, area, turn.text)
    titles = words()["buttons"]
    return Reply(
        "crisis",
        blocks=[Block("answer", page.lead), Block("help", title=words()["labels"]["who"]), *page.steps],
        records=page.records,
        scope={"area": area, "audience": None, "stage": None, "role": None if role == "unknown" else role},
        contacts=page.contacts,
        hint=languages.help_in(turn.language),
        buttons=[Button(titles[name], payload(name)) for name in ("not_meant", "answer_too")],
    )


class ActionPutAside(GuardedAction):
    """Answers the question that a page for danger put aside: nothing else was meant, or an answer is wanted too."""

    understands = False

    def name(self) -> Text:
        return "action_put_aside"

    def reply(self, turn: Turn) -> Reply:
        if turn.intent == "not_meant":
            aside.deny(turn)
        return aside.answer_aside(turn)
