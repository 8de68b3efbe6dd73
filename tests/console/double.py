"""The assistant's double: it answers from the records by plain search, at once, and can be slow or out of order."""

from __future__ import annotations

import time
from typing import Optional

from bot.console.answers import search
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import danger, render
from knowledge.desk import desk

ADVISER = ("parent", "child", "adviser")


class Double:
    """Answers like the assistant; `asked` is what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str]]] = []
        self.turns: dict[str, list[tuple[str, list[Reply]]]] = {}
        self.delay = 0.0
        self.broken = False

    def ask(self, conversation: str, message: str, known: dict[str, str], title: Optional[str] = None) -> list[Reply]:
        """The record nearest to the message."""
        time.sleep(self.delay)
        if self.broken:
            raise RuntimeError("secret words of a caller")
        self.asked.append((conversation, message, known))
        replies = [self._reply(message, known)]
        self.turns.setdefault(conversation, []).append((title or message, replies))
        return replies

    def _reply(self, message: str, known: dict[str, str]) -> Reply:
        knowledge = desk().knowledge
        if "hurts me" in message:
            said = knowledge.safeguarding["child-disclosing"].roles["unknown"]
            return Reply("crisis", said.lead, records=["child-disclosing"])
        record = search(desk().finder, message, known.get("area"), None)[0]
        shown = render.answer(knowledge, [record.id], known["role"])
        return Reply(
            "answered",
            shown.text,
            records=[record.id],
            scope={"area": record.area, "audience": record.audience, "stage": None, "role": known["role"]},
            sources=shown.sources,
            hint=danger.gentle(knowledge) if "so hard" in message else "",
            contacts=shown.contacts,
            buttons=[Button("What happens next", payload("ask_next"))],
            verbatim=True,
        )

    def said(self, conversation: str) -> list[tuple[str, list[Reply]]]:
        """What was asked and answered."""
        return self.turns.get(conversation, [])
