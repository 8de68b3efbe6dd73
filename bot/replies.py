"""Reply: one answer, however a channel shows it. Knows no Rasa."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Optional, get_args

from knowledge.render import contact_line, source_line, words

Status = Literal[
    "answered",
    "walkthrough_step",
    "walkthrough_summary",
    "asks_role",
    "asks_area",
    "asks_stage",
    "asks_decision",
    "clarifies",
    "context_noted",
    "not_covered",
    "out_of_scope",
    "crisis",
    "offers_person",
    "smalltalk",
    "error",
]
STATUSES: tuple[str, ...] = get_args(Status)
# these rest on records; the others may have none
RESTS_ON_RECORDS = ("answered", "walkthrough_step", "crisis")


@dataclasses.dataclass
class Button:
    """What a person can do next. The payload is a native Rasa payload of at most 64 bytes."""

    title: str
    payload: str


@dataclasses.dataclass
class Reply:
    """One answer: its status (closed list), the records it rests on, its scope and its parts as plain data.

    `hint` stands above the text: the gentle line, or whom to ring in another language. `what_to_do` stands below the
    contacts: the steps of a page for danger, where the numbers come first.
    """

    status: Status
    text: str
    records: list[str] = dataclasses.field(default_factory=list)
    scope: dict[str, Optional[str]] = dataclasses.field(default_factory=dict)
    sources: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    contacts: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    steps: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    buttons: list[Button] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    hint: str = ""
    what_to_do: str = ""

    def to_dict(self) -> dict[str, Any]:
        """The form that travels through Rasa."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Reply":
        """The Reply that `to_dict` made."""
        fields = {f.name for f in dataclasses.fields(cls)}
        kept = {k: v for k, v in data.items() if k in fields}
        kept["buttons"] = [Button(**b) for b in kept.get("buttons", [])]
        return cls(**kept)


def as_text(reply: Reply) -> str:
    """The whole answer as a person would read it where nothing but text can be shown."""
    labels = words()["labels"]
    blocks = [reply.hint, reply.text]
    if reply.contacts:
        blocks.append("\n".join([labels["who"], *(f"- {contact_line(c)}" for c in reply.contacts)]))
    blocks.append(reply.what_to_do)
    if reply.sources:
        blocks.append("\n".join([labels["where"], *(f"- {source_line(s)}" for s in reply.sources)]))
    blocks += reply.notes
    return "\n\n".join(block for block in blocks if block)
