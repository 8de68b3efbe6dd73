"""Reply: one answer, however a channel shows it. Knows no Rasa."""

from __future__ import annotations

import dataclasses
import itertools
from typing import Any, Literal, Optional, get_args

from knowledge.blocks import Block, block_text, from_text
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

    What it says stands in `blocks`, or, where it is one answer and nothing else, in `text`: never in both. `needs` are
    the guides that it tells. `shown` gives all its parts in the order of reading.

    `hint` stands above all: the gentle line, or whom to ring in another language. `belief` is the mistaken one that is
    put right, and `verbatim` says that the records are all that is said: another reader can be told the same in theirs.
    """

    status: Status
    text: str = ""
    records: list[str] = dataclasses.field(default_factory=list)
    scope: dict[str, Optional[str]] = dataclasses.field(default_factory=dict)
    sources: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    contacts: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    steps: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    buttons: list[Button] = dataclasses.field(default_factory=list)
    notes: list[str] = dataclasses.field(default_factory=list)
    hint: str = ""
    belief: Optional[str] = None
    verbatim: bool = False
    blocks: list[Block] = dataclasses.field(default_factory=list)
    needs: list[str] = dataclasses.field(default_factory=list)

    def to_dict(self) -> dict[str, Any]:
        """The form that travels through Rasa."""
        return {**dataclasses.asdict(self), "blocks": [block.to_dict() for block in self.blocks]}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Reply":
        """The Reply that `to_dict` made."""
        fields = {f.name for f in dataclasses.fields(cls)}
        kept = {k: v for k, v in data.items() if k in fields}
        kept["buttons"] = [Button(**b) for b in kept.get("buttons", [])]
        kept["blocks"] = [Block.from_dict(b) for b in kept.get("blocks", [])]
        return cls(**kept)


def shown(reply: Reply) -> list[Block]:
    """All parts of a Reply in the order of reading: what is open, then what is folded, then the sources.

    The Reply's contacts and sources have a line each, in the `help` and `sources` block; a channel that can do more
    shows them instead (`with_contacts`). A `help` block without items stands where they belong, below the open parts if
    there is none.
    """
    own = body(reply)
    labels, kinds = words()["labels"], [b.kind for b in own]
    parts = [
        *own,
        *([] if "help" in kinds else [Block("help", title=labels["who"])]),
        *(Block("note", note) for note in reply.notes),
        *([] if "sources" in kinds else [Block("sources", title=labels["where"])]),
    ]
    if not any(b.items for b in parts if b.kind == "help"):
        lines, ids = map(contact_line, reply.contacts), (c.get("id", "") for c in reply.contacts)
        parts = _filled(parts, Block("help", items=tuple(lines), ids=tuple(ids)))
    parts = _filled(parts, Block("sources", items=tuple(map(source_line, reply.sources))))
    hint = [Block("hint", reply.hint)] if reply.hint else []
    return [*hint, *sorted(parts, key=lambda b: (b.kind == "sources", b.folded))]


def _filled(blocks: list[Block], by: Block) -> list[Block]:
    """The blocks, the first of this kind with these items; without those of the kind that would be a heading alone."""
    first = next(b for b in blocks if b.kind == by.kind)
    full = [dataclasses.replace(b, items=by.items, ids=by.ids) if by.items and b is first else b for b in blocks]
    return [b for b in full if b.kind != by.kind or b.items or b.text]


def with_contacts(part: Block, reply: Reply) -> tuple[Block, list[dict[str, Any]]]:
    """A part without the lines that contacts stand for, and these contacts."""
    contacts = {contact.get("id"): contact for contact in reply.contacts}
    lines = itertools.zip_longest(part.items, part.ids, fillvalue="")
    alone = tuple(line for line, name in lines if name not in contacts)
    return dataclasses.replace(part, items=alone, ids=()), [contacts[n] for n in part.ids if n in contacts]


def body(reply: Reply) -> list[Block]:
    """What a Reply says itself: its blocks, or its text as blocks."""
    return reply.blocks or from_text(reply.text)


def as_text(reply: Reply) -> str:
    """The whole answer as a person would read it where nothing but text can be shown; folded parts are left out."""
    return "\n\n".join(block_text(b) for b in shown(reply) if b.kind == "sources" or not b.folded)


def to_keep(reply: Reply) -> str:
    """What a person takes away: folded parts, too, and of a list without what is only said in the conversation."""
    return "\n\n".join(map(block_text, kept(reply)))


def kept(reply: Reply) -> list[Block]:
    """The parts of what a person takes away."""
    return [b for b in shown(reply) if b.kind != "note" or reply.status != "walkthrough_summary"]
