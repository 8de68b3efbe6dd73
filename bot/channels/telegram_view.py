"""A Reply as Telegram shows it: messages of HTML within its limits, with buttons below the last one."""

from __future__ import annotations

import dataclasses
import html
import json
import re
from typing import Iterator, Optional

from bot.channels.messenger import Showing
from bot.channels.phrases import phrases
from bot.channels.staff import Press
from bot.inbound import TAPS, payload
from bot.replies import Reply, shown, with_contacts
from knowledge.blocks import Block, marked
from knowledge.render import contact_line, source_line, words

TEXT_LIMIT = 4096  # UTF-16 units of a message, without its markup
ENTITY_LIMIT = 100  # pieces of markup of a message; Telegram drops the rest
DATA_LIMIT = 64  # bytes of a button's data
SIDE_BY_SIDE = 18  # characters of a title, up to which two buttons share a row
TICKS = {"done": "✅", "not_yet": "🕗", "considered": "💭", "not_applicable": "➖", None: "⬜"}
HERE = "👉"

# a folded quote, and what a tap copies
_AROUND = {"": ("", ""), "fold": ("<blockquote expandable>", "</blockquote>"), "copy": ("<pre>", "</pre>")}

_TAG = re.compile(r"<[^>]+>")
_DATA = re.compile(r"^([0-9a-f]{8})\.([0-9a-f]{0,6}) (\S.*)$", re.S)


@dataclasses.dataclass
class Lines:
    """Lines that belong together, in HTML; `within` names what stands around them."""

    lines: list[str]
    within: str = ""

    def html(self) -> str:
        """The block as it is sent."""
        before, after = _AROUND[self.within]
        return before + "\n".join(self.lines) + after


def messages(showing: Showing) -> list[str]:
    """The HTML of each message that shows a Reply."""
    return pack(list(note(showing.reply) if showing.note else blocks(showing.reply, showing.heading)))


def blocks(reply: Reply, heading: str = "") -> Iterator[Lines]:
    """All parts of a Reply, in order."""
    if heading:
        yield Lines([f"<i>{_safe(heading)}</i>"])
    parts = shown(reply)
    for part in parts:
        if part.kind != "sources" and not part.folded:
            yield Lines(list(_lines(part, reply)))
    folded = [line for part in parts if part.folded and part.kind != "sources" for line in _lines(part, reply)]
    if folded:
        yield Lines([f"<b>{_safe(words()['labels']['folded'])}</b>", *folded], within="fold")
    if reply.status == "walkthrough_step" and reply.steps:
        yield Lines(list(_steps(reply)), within="fold")
    for part in parts:
        if part.kind == "sources":
            yield Lines(list(_lines(part, reply)), within="fold")


def _lines(part: Block, reply: Reply) -> Iterator[str]:
    """One part: its heading, its sentences, its list; what must not be overlooked is bold."""
    if part.title:
        yield f"<b>{_safe(part.title)}</b>"
    tag = {"hint": "b", "deadline": "b", "note": "i"}.get(part.kind)
    part, contacts = with_contacts(part, reply)
    sources = reply.sources if part.kind == "sources" else []
    for line in map(_safe, filter(None, [*part.text.split("\n"), *([] if sources else marked(part, "•"))])):
        yield f"<{tag}>{line}</{tag}>" if tag else line
    yield from map(_contact, contacts)
    yield from map(_source, sources)


def note(reply: Reply) -> Iterator[Lines]:
    """A text to copy, and outside it how."""
    yield Lines([_safe(line) for line in reply.text.split("\n")], within="copy")
    for text in reply.notes:
        yield Lines([f"<i>{_safe(text)}</i>"])


def _safe(text: str) -> str:
    """Words as they stand in HTML, outside its tags."""
    return html.escape(text, quote=False)


def _contact(contact: dict[str, str]) -> str:
    title = contact["title"]
    rest = contact_line(contact).removeprefix(title)
    return f"• <b>{_safe(title)}</b>{_linked(_safe(rest), contact.get('web'))}"


def _source(source: dict[str, str]) -> str:
    return f"• {_linked(_safe(source_line(source)), source.get('url'))}"


def _linked(shown: str, address: Optional[str]) -> str:
    """The address in an escaped text as a link; numbers and emails become links in Telegram by themselves."""
    if not address or not address.startswith(("https://", "http://")):
        return shown
    seen = _safe(address)
    return shown.replace(seen, f'<a href="{html.escape(address)}">{seen}</a>', 1)


def _steps(reply: Reply) -> Iterator[str]:
    """Every step of the walk with its tick, by part, below how many are answered."""
    labels, parts, part = words()["labels"]["ticks"], words()["walk"]["parts"], None
    done = sum(step["state"] is not None for step in reply.steps)
    yield _safe(phrases()["progress"].format(done=done, total=len(reply.steps)))
    for step in reply.steps:
        if step["part"] != part:
            part = step["part"]
            yield f"<b>{_safe(parts.get(part, part))}</b>"
        state = step["state"]
        mark = HERE if step["current"] and not state else TICKS.get(state, TICKS[None])
        word = f" ({labels[state]})" if state and state != "done" else ""
        yield _safe(f"{mark} {step['title']}{word}")


# ------------------------------------------------------------------------------------------------------- within limits


def pack(parts: list[Lines]) -> list[str]:
    """The blocks as messages: cut between blocks where that is possible, then between lines, then between words."""
    made: list[list[Lines]] = [[]]
    for block in parts:
        if _fits([*made[-1], block]):
            made[-1].append(block)
        elif _fits([block]):
            made.append([block])
        else:
            piece = Lines([], block.within)
            for line in _short(block.lines):
                if not _fits([*made[-1], Lines([*piece.lines, line], block.within)]):
                    made[-1] += [piece] if piece.lines else []
                    made.append([])
                    piece = Lines([], block.within)
                piece.lines.append(line)
            made[-1].append(piece)
    return ["\n\n".join(block.html() for block in message) for message in made if message]


def length(text: str) -> int:
    """The length of a message of HTML as Telegram counts it."""
    return len(html.unescape(_TAG.sub("", text)).encode("utf-16-le")) // 2


def _fits(parts: list[Lines]) -> bool:
    text = "\n\n".join(block.html() for block in parts)
    return length(text) <= TEXT_LIMIT and len(re.findall(r"<\w", text)) <= ENTITY_LIMIT


def _short(lines: list[str]) -> Iterator[str]:
    """The lines; one that is longer than a message loses its markup and is cut between sentences or words."""
    for line in lines:
        if _fits([Lines([line], "fold")]):
            yield line
            continue
        rest = html.unescape(_TAG.sub("", line))
        while rest:
            piece = rest[: TEXT_LIMIT // 2]
            if len(rest) > len(piece):
                ends = [m.end() for m in re.finditer(r"[.?!] |\s", piece)]
                sentences = [m.end() for m in re.finditer(r"[.?!] ", piece)]
                piece = piece[: (sentences or ends or [len(piece)])[-1]]
            yield _safe(piece.strip())
            rest = rest[len(piece) :]


# ------------------------------------------------------------------------------------------------------------- buttons


def keyboard(showing: Showing) -> list[list[tuple[str, str]]]:
    """The rows of buttons: title and data of each."""
    rows: list[list[tuple[str, str]]] = []
    for button in showing.reply.buttons:
        made = (button.title, data(showing, button.payload))
        short = len(button.title) <= SIDE_BY_SIDE
        if rows and short and len(rows[-1]) == 1 and len(rows[-1][0][0]) <= SIDE_BY_SIDE:
            rows[-1].append(made)
        else:
            rows.append([made])
    return rows


def data(showing: Showing, pressed: str) -> str:
    """What a button carries: its conversation, its step and its payload, without what can be put back."""
    short = pressed
    if pressed.startswith("/"):
        intent, brace, entities = pressed[1:].partition("{")
        ((key, value),) = json.loads(brace + entities).items() if brace else (("", ""),)
        short = " ".join(filter(None, [intent, str(TAPS[intent].index(key)) if brace else "", value]))
    step = "" if showing.step is None else showing.step
    made = f"{showing.token or '0' * 8}.{step} {short}"
    if len(made.encode()) > DATA_LIMIT:
        raise ValueError(f"the button {made} is longer than {DATA_LIMIT} bytes")
    return made


def read_data(carried: str, on: str) -> Press:
    """The button that carries this, on the message with the id `on`; what is none of ours has an unknown payload."""
    found = _DATA.match(carried)
    if not found:
        return Press("", carried, None, on)
    token, step, short = found.groups()
    return Press(token, _payload(short), step or None, on)


def _payload(short: str) -> str:
    if short.startswith("!"):
        return short
    intent, _, rest = short.partition(" ")
    number, _, value = rest.partition(" ")
    try:
        return payload(intent, **({TAPS[intent][int(number)]: value} if rest else {}))
    except (KeyError, IndexError, ValueError):
        return short


def plain(shown: str) -> str:
    """A message of HTML without its markup."""
    return html.unescape(_TAG.sub("", shown))


def description() -> str:
    """What the client shows in an empty chat, before anything is sent."""
    return str(phrases()["telegram"]["description"])
