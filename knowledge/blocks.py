"""Blocks: the parts of an answer as data, in the order in which a person reads them, and the text they make."""

from __future__ import annotations

import dataclasses
import re
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
LONGEST_TITLE = 130  # characters

_ITEM = re.compile(r"\s*(-|\d+\.)\s+(.*)$")


@dataclasses.dataclass(frozen=True)
class Block:
    """One part of an answer: a heading, some sentences and a list, each of which may be missing.

    `folded` parts stand behind 'More' where a channel can fold, and are left out of plain text unless asked for.
    `items` are plain sentences; in a numbered kind their order is the order of doing. `ids` name the services that the
    items stand for, one an item, '' for an item that is a sentence alone: who can, shows the contact in its place.
    """

    kind: Kind
    text: str = ""
    items: tuple[str, ...] = ()
    title: str = ""
    folded: bool = False
    ids: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The form that travels as JSON; empty parts are left out."""
        whole = {**dataclasses.asdict(self), "items": list(self.items), "ids": list(self.ids)}
        return {name: value for name, value in whole.items() if value}

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> "Block":
        """The block that `to_dict` made."""
        return cls(**{**data, "items": tuple(data.get("items", ())), "ids": tuple(data.get("ids", ()))})


def as_text(blocks: Iterable[Block], folded: Optional[bool] = False) -> str:
    """The blocks as text with blank lines between them; `folded`: those that are, those that are not, None for all."""
    shown = [b for b in blocks if folded is None or b.folded == folded]
    return "\n\n".join(filter(None, map(block_text, shown)))


def block_text(block: Block) -> str:
    """One block as lines: heading, sentences, then the list with numbers or dashes."""
    lines = [block.title, block.text, *marked(block)]
    return "\n".join(line for line in lines if line)


def marked(block: Block, dash: str = "-") -> list[str]:
    """The items as lines, each behind its number or a dash."""
    return [f"{n}. {item}" if block.kind in NUMBERED else f"{dash} {item}" for n, item in enumerate(block.items, 1)]


def from_text(text: str, kind: Kind = "answer", numbered: Kind = "do_now") -> list[Block]:
    """The blocks of a text in the light markup that `block_text` writes; its numbered lists are of the kind `numbered`.

    A first line that ends like no sentence, and a line that ends in a colon, are headings.
    """
    paragraphs = [p.split("\n") for p in re.split(r"\n[ \t]*\n", text.strip()) if p.strip()]
    several = sum(map(len, paragraphs)) > 2
    blocks: list[Block] = []
    for lines in paragraphs:
        fresh = True  # the next line begins a block
        for line in filter(str.strip, lines):
            item = _ITEM.match(line)
            last = blocks[-1] if blocks and not fresh else None
            if item:
                listed = kind if item[1] == "-" else numbered
                if last is None or (last.items and last.kind != listed):
                    last = Block(listed)
                    blocks.append(last)
                blocks[-1] = dataclasses.replace(last, kind=listed, items=(*last.items, item[2]))
            elif _is_label(line) or (not blocks and several and _is_title(line)):
                blocks.append(Block(kind, title=line))
            elif last is None or last.items:
                blocks.append(Block(kind, line))
            else:
                blocks[-1] = dataclasses.replace(last, text=f"{last.text}\n{line}".strip())
            fresh = False
    return blocks


def _is_label(line: str) -> bool:
    return line.rstrip().endswith(":") and len(line) < LONGEST_TITLE


def _is_title(line: str) -> bool:
    return not re.search(r"[.?!:]$", line.strip()) and len(line) < LONGEST_TITLE
