"""Blocks: the parts of an answer as data, in the order in which a person reads them, and the text they make."""

from __future__ import annotations

import dataclasses
from typing import Any, Iterable, Literal, Optional, get_args

Kind = Literal[
    "hint",  # above everything: the gentle line, or whom to ring in another language
    "belief",  # what is right instead of a mistaken belief that was voiced
    "answer",  # the sentence or two that answer what was asked
    "points",  # what holds
    "do_now",  # what to do, in order
    "deadline",  # by when
    "local",  # what the area's own paper adds
    "help",  # who can help, with their numbers
    "crisis",  # the steps of a page for danger
    "card",  # a card of a checklist
    "sources",  # where it is written
    "note",  # what goes with the answer and was not asked
]
KINDS: tuple[str, ...] = get_args(Kind)
NUMBERED = ("do_now", "crisis")


@dataclasses.dataclass(frozen=True)
class Block:
    """One part of an answer: a heading, some sentences and a list, each of which may be missing.

    `folded` parts stand behind 'More' where a channel can fold, and are left out of plain text unless asked for.
    `items` are plain sentences; in a numbered kind their order is the order of doing.
    """

    kind: Kind
    text: str = ""
    items: tuple[str, ...] = ()
    title: str = ""
    folded: bool = False

    def to_dict(self) -> dict[str, Any]:
        """The form that travels as JSON; empty parts are left out."""
        whole = {**dataclasses.asdict(self), "items": list(self.items)}
        return {name: value for name, value in whole.items() if value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Block":
        """The block that `to_dict` made."""
        return cls(**{**data, "items": tuple(data.get("items", ()))})


def as_text(blocks: Iterable[Block], folded: Optional[bool] = False) -> str:
    """The blocks as text with blank lines between them; `folded`: those that are, those that are not, None for all."""
    shown = [b for b in blocks if folded is None or b.folded == folded]
    return "\n\n".join(filter(None, map(block_text, shown)))


def block_text(block: Block) -> str:
    """One block as lines: heading, sentences, then the list with numbers or dashes."""
    marks = (f"{n}. " if block.kind in NUMBERED else "- " for n in range(1, len(block.items) + 1))
    lines = [block.title, block.text, *(f"{mark}{item}" for mark, item in zip(marks, block.items))]
    return "\n".join(line for line in lines if line)
