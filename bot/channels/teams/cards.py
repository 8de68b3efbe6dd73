"""A Reply as Adaptive Cards: text, sources and contacts with their actions, choices, the checklist with its ticks.

No colour is set, so that a reader's theme, dark or high contrast, decides; every element has its plain text beside it,
for clients that show no cards.
"""

from __future__ import annotations

import dataclasses
import json
import re
from itertools import groupby
from typing import Any, Iterable, Iterator, Optional

from bot.channels.teams.wording import wording
from bot.replies import Button, Reply, shown, with_contacts
from knowledge.blocks import Block, marked
from knowledge.render import contact_line, source_line, words

VERSION = "1.5"
CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
LIMIT = 36_000  # bytes of a message in UTF-16; Teams refuses more than 40 kB
TEXT_LIMIT = 4_000  # characters of a message without a card
_BLOCK = 2_000  # characters of one element; what is longer is split
_FOLD = 5_000  # characters of one fold
_FRAME = 2_000  # bytes kept free for what is around the elements
_ROW = 30  # characters of the titles of buttons that fit side by side on a phone
_IN_A_ROW = 3
OPEN_CONTACTS = 2  # as many are shown unfolded; of what is about people to call, all
ABOUT_PEOPLE = ("crisis", "offers_person", "error")
TICKS = {"done": "✓", "not_yet": "○", "considered": "◇", "not_applicable": "–", None: "☐"}

_MARKUP = re.compile(r"([\\`*_\[\]~])")
_STARTS = re.compile(r"^([#>+=-])")  # would make a heading, a quotation or a list of a line
_NUMBERED = re.compile(r"^(\d+)(?=[.)])")
_URL = re.compile(r"https?://[^\s<>\"'()\\]*[^\s<>\"'().,;:!?\\]")
_DIAL = re.compile(r"^\+?\d{3,15}$")
_EMAIL = re.compile(r"^[^\s@?&<>\"]+@[^\s@?&<>\"]+$")


@dataclasses.dataclass
class Piece:
    """An element of a card, and what it says in plain text."""

    element: dict[str, Any]
    plain: str = ""

    @property
    def size(self) -> int:
        """Its bytes in a message."""
        return _bytes(json.dumps(self.element, ensure_ascii=False)) + _bytes(self.plain) + 4


def cards(reply: Reply, heading: str = "", token: str = "", step: Optional[str] = None) -> list[dict[str, Any]]:
    """The messages that show a Reply, each with one card, in order and none too large.

    `heading` says for whom it holds. `token` and `step` go into the buttons, to know their conversation and step when
    they are pressed.
    """
    packed: list[list[Piece]] = [[]]
    room = LIMIT - _FRAME
    for piece in _pieces(reply, heading, {"token": token} | ({} if step is None else {"step": step})):
        if packed[-1] and sum(p.size for p in packed[-1]) + piece.size > room:
            packed.append([])
        packed[-1].append(piece)
    return [_message(pieces, reply) for pieces in packed]


def texts(reply_text: str, limit: int = TEXT_LIMIT) -> list[dict[str, Any]]:
    """The messages that say a text without cards."""
    return [{"type": "message", "text": part, "textFormat": "plain"} for part in parts(reply_text, limit)]


def parts(text: str, limit: int) -> list[str]:
    """A text in parts of at most so many characters, split between paragraphs, else lines, sentences or words."""
    found = []
    rest = text.strip()
    while len(rest) > limit:
        window = rest[: limit + 1]
        for mark in ("\n\n", "\n", ". ", " "):
            at = window.rfind(mark)
            if at > limit // 3:
                at += len(mark.rstrip())
                break
        else:
            at = limit
        found.append(rest[:at].rstrip())
        rest = rest[at:].lstrip()
    return [*found, rest] if rest else found


def _message(pieces: list[Piece], reply: Reply) -> dict[str, Any]:
    card = {
        "type": "AdaptiveCard",
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "version": VERSION,
        "lang": "en-GB",
        "fallbackText": "\n\n".join(p.plain for p in pieces if p.plain),
        "body": [p.element for p in pieces],
    }
    # a notification on a locked screen says no more than that there is an answer
    summary = wording()["summary"]["crisis" if reply.status == "crisis" else "answer"]
    return {"type": "message", "summary": summary, "attachments": [{"contentType": CONTENT_TYPE, "content": card}]}


def _pieces(reply: Reply, heading: str, data: dict[str, Any]) -> Iterator[Piece]:
    if heading:
        yield _text(heading, weight="Bolder", size="Small")
    here = _here(reply)
    folded: list[Piece] = []
    for number, part in enumerate(shown(reply)):
        if part.kind == "sources" and reply.sources:
            continue
        if part.folded:
            folded += _help(part, reply) if part.kind == "help" else _part(part)
        elif part.kind == "help":
            yield from _help(part, reply)
        elif part.kind == "card" and here is not None:
            yield from _step(reply, here, part)
        else:
            yield from _part(part, first=number == 0)
    if folded:
        yield from _folds("more", words()["labels"]["folded"], folded, count=False)
    if here is None:
        yield from _sources(reply)
        yield from _choices(reply.buttons, data)
    else:  # ticks stay beside the buttons that set them
        yield from _choices(reply.buttons, data)
        yield from _steps(reply, here)
        yield from _sources(reply)


# -------------------------------------------------------------------------------------------------------- text


def _part(part: Block, first: bool = False, **head: Any) -> Iterator[Piece]:
    """One part: its heading, its sentences, its list; what must not be overlooked is bold."""
    if part.title:
        yield _text(part.title, size="Medium" if first else "Default", weight="Bolder", style="heading", **head)
    look: dict[str, Any] = {"separator": True} if part.kind == "note" else {}
    look |= {"weight": "Bolder"} if part.kind in ("hint", "deadline") else {}
    for line in filter(None, part.text.split("\n")):
        yield from _paragraph(line, **look)
    if part.items:
        yield from _list(marked(part), **look)


def _paragraph(text: str, **look: Any) -> Iterator[Piece]:
    for part in parts(text, _BLOCK):
        yield _text(part, **look)


def _text(text: str, **look: Any) -> Piece:
    return Piece(_block(_escaped(text), **look), text)


def _list(lines: list[str], **look: Any) -> Iterator[Piece]:
    """A list, each line behind its mark, as one element, or as several where it is long."""
    for some in _chunks(lines, _BLOCK):
        marks = (line.partition(" ") for line in some)
        text = "\n".join(f"{mark} {_escaped(item)}" for mark, _, item in marks)
        yield Piece(_block(text, spacing="Small", **look), "\n".join(some))


def _block(text: str, **look: Any) -> dict[str, Any]:
    return {"type": "TextBlock", "text": text, "wrap": True, **look}


def _escaped(text: str) -> str:
    """Words as Markdown that shows them as they are, with addresses of pages as links."""
    made, end = "", 0
    for found in _URL.finditer(text):
        made += _plain(text[end : found.start()]) + f"[{_plain(found.group())}]({found.group()})"
        end = found.end()
    return _STARTS.sub(r"\\\1", _NUMBERED.sub(r"\1\\", made + _plain(text[end:])))


def _plain(text: str) -> str:
    return _MARKUP.sub(r"\\\1", text)


def _chunks(lines: list[str], limit: int) -> Iterator[list[str]]:
    """Lines in groups of at most so many characters; a line that is longer is split."""
    some: list[str] = []
    for line in (part for each in lines for part in _split_line(each, limit)):
        if some and sum(map(len, some)) + len(line) > limit:
            yield some
            some = []
        some.append(line)
    if some:
        yield some


def _split_line(line: str, limit: int) -> list[str]:
    mark, _, item = line.partition(" ")
    return [line] if len(line) <= limit else [f"{mark} {part}" for part in parts(item, limit - 10)]


# ------------------------------------------------------------------------------------------------------ choices


def _choices(buttons: list[Button], data: dict[str, Any]) -> Iterator[Piece]:
    """The buttons, side by side where their titles are short, else one below the other: none is cut off on a phone."""
    row: list[Button] = []
    for button in buttons:
        if row and (len(row) == _IN_A_ROW or sum(len(b.title) for b in row) + len(button.title) > _ROW):
            yield _row(row, data)
            row = []
        row.append(button)
    if row:
        yield _row(row, data)


def _row(buttons: list[Button], data: dict[str, Any]) -> Piece:
    actions = [
        {"type": "Action.Submit", "title": button.title, "data": {"payload": button.payload, **data}}
        for button in buttons
    ]
    return Piece({"type": "ActionSet", "actions": actions}, "\n".join(f"- {b.title}" for b in buttons))


# --------------------------------------------------------------------------------------- contacts and sources


def _help(part: Block, reply: Reply) -> Iterator[Piece]:
    """Who can help: the contacts, behind a button where they are many and what is asked is not whom to call."""
    part, contacts = with_contacts(part, reply)
    each = [_contact(contact) for contact in contacts]
    if part.folded or reply.status in ABOUT_PEOPLE or len(contacts) <= OPEN_CONTACTS:
        yield from _part(part, separator=True)
        yield from each
        return
    yield from _part(dataclasses.replace(part, title=""))
    yield from _folds("contacts", part.title.rstrip(":"), each)


def _contact(contact: dict[str, Any]) -> Piece:
    """Who it is, how to reach them in words, and an action for each way that can be tapped."""
    title = contact["title"]
    line = contact_line(contact)
    ways = re.sub(
        r"^(?:phone|text|textphone)\b", lambda found: found.group().capitalize(), line[len(title) :].lstrip(": ")
    )
    items = [_block(_escaped(title), weight="Bolder")]
    if contact.get("for"):
        items.append(_block(_escaped(contact["for"]), spacing="Small"))
    if ways:
        items.append(_block(_escaped(ways), spacing="Small"))
    actions = list(_ways(contact))
    if actions:
        items.append({"type": "ActionSet", "spacing": "Small", "actions": actions})
    return Piece({"type": "Container", "items": items}, f"- {line}")


def _ways(contact: dict[str, Any]) -> Iterator[dict[str, Any]]:
    say = wording()["contact"]
    for kind in ("phone", "out_of_hours_phone"):
        number = contact.get(kind) or ""
        digits = re.sub(r"[^\d+]", "", number)
        if _DIAL.match(digits):
            yield _open(say[kind].format(number=number), f"tel:{digits}")
    if _EMAIL.match(contact.get("email") or ""):
        yield _open(say["email"], f"mailto:{contact['email']}")
    if _URL.fullmatch(contact.get("web") or ""):
        yield _open(say["web"], contact["web"])


def _open(title: str, url: str) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": title, "url": url}


def _sources(reply: Reply) -> Iterator[Piece]:
    if not reply.sources:
        return
    yield from _folds("sources", words()["labels"]["where"].rstrip(":"), [_source(source) for source in reply.sources])


def _source(source: dict[str, Any]) -> Piece:
    line = source_line(source)
    items: list[dict[str, Any]] = [_block(_escaped(line))]
    if _URL.fullmatch(source.get("url") or ""):
        title = wording()["source"].format(title=_short(source["title"]))
        items.append({"type": "ActionSet", "spacing": "Small", "actions": [_open(title, source["url"])]})
    return Piece({"type": "Container", "items": items}, f"- {line}")


def _short(title: str, most: int = 40) -> str:
    """A title as it fits a button."""
    return title if len(title) <= most else title[: most - 1].rsplit(" ", 1)[0].rstrip(" ,:;(") + "…"


def _folds(name: str, title: str, pieces: list[Piece], count: bool = True) -> Iterator[Piece]:
    """Pieces behind a button that shows them and says how many they are, in as many folds as they need."""
    groups: list[list[Piece]] = [[]]
    for piece in pieces:
        if groups[-1] and sum(p.size for p in groups[-1]) + piece.size > 2 * _FOLD:
            groups.append([])
        groups[-1].append(piece)
    first = 1
    for number, group in enumerate(groups, 1):
        last = first + len(group) - 1
        which = (f"{first}–{last}" if len(groups) > 1 else str(last)) if count else f"{number}/{len(groups)}"
        shown = f"{title} ({which})" if count or len(groups) > 1 else title
        plain = "\n".join(([f"{title}:"] if number == 1 else []) + [p.plain for p in group])
        yield _fold(f"{name}-{number}", shown, [p.element for p in group], plain)
        first = last + 1


def _fold(name: str, title: str, elements: list[dict[str, Any]], plain: str) -> Piece:
    toggle = {"type": "Action.ToggleVisibility", "title": title, "targetElements": [name]}
    items = [
        {"type": "ActionSet", "actions": [toggle]},
        {"type": "Container", "id": name, "isVisible": False, "items": elements},
    ]
    return Piece({"type": "Container", "items": items}, plain)


# ---------------------------------------------------------------------------------------------- the checklist


def _here(reply: Reply) -> Optional[int]:
    """The number of the step that a Reply is about; None if it is about none."""
    if reply.status != "walkthrough_step":
        return None
    return next((number for number, step in enumerate(reply.steps) if step.get("current")), None)


def _step(reply: Reply, here: int, part: Block) -> Iterator[Piece]:
    """The head of a step: which of how many, its title, and what holds for all of them."""
    yield _text(part.title, size="Small")
    yield _text(reply.steps[here]["title"], size="Medium", weight="Bolder", style="heading")
    yield from _part(dataclasses.replace(part, title=""))


def _steps(reply: Reply, here: int) -> Iterator[Piece]:
    """The checklist with its ticks: the part in hand at sight, the whole list folded."""
    say = wording()["walk"]
    answered = sum(1 for step in reply.steps if step.get("state"))
    progress = say["progress"].format(done=answered, total=len(reply.steps))
    yield _text(progress, weight="Bolder", separator=True)
    own = [step for step in reply.steps if step["part"] == reply.steps[here]["part"]]
    if len(own) == len(reply.steps):
        yield from _ticks(own)
        return
    yield from (Piece(piece.element) for piece in _ticks(own))  # in words it follows with all the others
    every: list[Piece] = []
    for part, steps in groupby(reply.steps, key=lambda step: step["part"]):
        title = words()["walk"]["parts"].get(part, part)
        every += [_text(f"{title}:", weight="Bolder"), *_ticks(steps)]
    yield from _folds("list", say["list"], every, count=False)


def _ticks(steps: Iterable[dict[str, Any]]) -> Iterator[Piece]:
    for step in steps:
        yield _text(tick(step), spacing="Small")


def tick(step: dict[str, Any]) -> str:
    """A step of the checklist as a line: '✓ Tell the parents (Done)'."""
    state = step.get("state")
    labels = words()["labels"]["ticks"]
    said = wording()["walk"]["here"] if step.get("current") and not state else labels.get(state)
    return f"{TICKS.get(state, TICKS[None])} {step['title']}" + (f" ({said})" if said else "")


def _bytes(text: str) -> int:
    return len(text.encode("utf-16-le"))
