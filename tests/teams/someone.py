"""A member of staff who writes in Teams."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any, Optional

if TYPE_CHECKING:
    from tests.teams.conftest import Server

from tests.teams.microsoft import BOT, TENANT
from tests.teams.view import seen, spoken

WRITES = list[tuple[str, str, dict[str, Any]]]


class Someone:
    """A member of staff in one chat."""

    def __init__(self, server: Server, name: str = "", chat: str = "", kind: str = "personal") -> None:
        self.server, self.microsoft = server, server.microsoft
        self.name = name or uuid.uuid4().hex
        self.chat = chat or f"a:{self.name}"
        self.kind = kind

    def activity(self, text: Optional[str] = None, **more: Any) -> dict[str, Any]:
        """Something they do here."""
        made = self.microsoft.activity(text)
        made["from"] = {"id": f"29:{self.name}", "name": "Anna Example", "aadObjectId": f"object-{self.name}"}
        made["conversation"] = {"id": self.chat, "conversationType": self.kind, "tenantId": TENANT}
        return {**made, **more}

    def writes(self) -> WRITES:
        """What was written to the chat, typing aside."""
        return [w for w in self.microsoft.writes() if w[2]["chat"] == self.chat]

    def do(self, activity: dict[str, Any], answers: int = 1) -> WRITES:
        """Do it, and wait for so many messages or changes; those."""
        before = len(self.writes())
        assert self.server.post(activity) == 200
        self.microsoft.wait(lambda _: len(self.writes()) >= before + answers)
        return self.writes()[before:]

    def say(self, text: str, answers: int = 1, **more: Any) -> WRITES:
        """Say something, and wait for the answer."""
        if self.kind != "personal":
            at = "<at>Inclusion Guide</at>"
            mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Inclusion Guide"}, "text": at}
            text, more["entities"] = f"{at} {text}", [mention, *more.get("entities", [])]
        return self.do(self.activity(text, **more), answers)

    def press(self, title: str, on: tuple[str, str, dict[str, Any]], answers: int = 1) -> WRITES:
        """Press a button of a message."""
        return self.do(self.pressing(title, on), answers)

    def pressing(self, title: str, on: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
        """What comes when a button is pressed."""
        data = dict(seen([on[2]]).buttons)[title]
        return self.activity(value=data, replyToId=on[1])

    def greeted(self) -> "Someone":
        """They have added the app and said where they are."""
        self.do(self.activity(type="installationUpdate", action="add"))
        self.say("area Staffordshire")
        return self


def words(writes: WRITES) -> str:
    return "\n\n".join(spoken(activity) for _, _, activity in writes)
