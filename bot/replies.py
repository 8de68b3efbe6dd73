"""Reply: one answer, however a channel shows it. Knows no Rasa."""

from __future__ import annotations

import dataclasses
from typing import Any, Literal, Optional, Sequence, get_args

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

    `hint` stands above the text: the gentle line, or whom to ring in another language. `what_to_do` stands below the
    contacts: the steps of a page for danger, where the numbers come first. `belief` is the mistaken one that is put
    right, and `verbatim` says that the records are all that is said: another reader can be told the same in theirs.
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
    what_to_do: str = ""
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

    A `help` block stands for the Reply's contacts and a `sources` block for its sources, with a line for each as items:
    a channel that can do more shows the contacts and sources themselves in their place.
    """
    labels = words()["labels"]
    own = body(reply)
    helps = [b for b in own if b.kind == "help" and not b.folded] or [Block("help", title=labels["who"])]
    sources = [b for b in own if b.kind == "sources"] or [Block("sources", title=labels["where"])]
    rest = [b for b in own if b not in helps and b not in sources]
    return [
        *([Block("hint", reply.hint)] if reply.hint else []),
        *(b for b in rest if not b.folded),
        *_filled(helps, [contact_line(c) for c in reply.contacts]),
        *from_text(reply.what_to_do, "crisis", "crisis"),
        *(Block("note", note) for note in reply.notes),
        *(b for b in rest if b.folded),
        *_filled(sources, [source_line(s) for s in reply.sources]),
    ]


def body(reply: Reply) -> list[Block]:
    """What a Reply says itself: its blocks, or its text as blocks."""
    return reply.blocks or from_text(reply.text)


def _filled(blocks: Sequence[Block], lines: Sequence[str]) -> list[Block]:
    """The blocks, the lines in the first of them; none that would be a heading alone."""
    first = dataclasses.replace(blocks[0], items=(*lines,) or blocks[0].items)
    return [block for block in (first, *blocks[1:]) if block.items or block.text]


def as_text(reply: Reply) -> str:
    """The whole answer as a person would read it where nothing but text can be shown; folded parts are left out."""
    return "\n\n".join(block_text(b) for b in shown(reply) if b.kind == "sources" or not b.folded)


def to_keep(reply: Reply) -> str:
    """What a person takes away: folded parts, too, and of a list without what is only said in the conversation."""
    return "\n\n".join(map(block_text, kept(reply)))


def kept(reply: Reply) -> list[Block]:
    """The parts of what a person takes away."""
    return [b for b in shown(reply) if b.kind != "note" or reply.status != "walkthrough_summary"]
