"""What a person sees of cards: their words, buttons and links, and what is wrong with them."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator
from typing import Any

from bot.channels.teams.cards import CONTENT_TYPE, VERSION

Activity = dict[str, Any]
# what Adaptive Cards 1.5 has, and which of it is used
KNOWN = {
    "TextBlock": {"type", "text", "wrap", "size", "weight", "style", "spacing", "separator"},
    "Container": {"type", "id", "items", "isVisible"},
    "ActionSet": {"type", "actions", "spacing"},
    "Action.Submit": {"type", "title", "data"},
    "Action.OpenUrl": {"type", "title", "url"},
    "Action.ToggleVisibility": {"type", "title", "targetElements"},
}
BYTES = 40_000  # in UTF-16, as Microsoft says of a bot's message
_LINK = re.compile(r"\[((?:[^\[\]\\]|\\.)*)\]\((https?://[^)\s]+)\)")


@dataclasses.dataclass
class Seen:
    """The words, the buttons with what they send, the addresses that can be opened, and faults."""

    words: str
    buttons: list[tuple[str, dict[str, Any]]]
    links: set[str]
    faults: list[str]


def seen(activities: list[Activity]) -> Seen:
    """What messages show."""
    found = Seen("", [], set(), [])
    for activity in activities:
        if "attachments" not in activity:
            found.words += activity["text"] + "\n"
            continue
        elements = list(_elements(card(activity)["body"]))
        for element in elements:
            _look(element, found)
        found.faults += _faults(activity, elements)
    return found


def card(activity: Activity) -> dict[str, Any]:
    """The one card of a message."""
    (attachment,) = activity["attachments"]
    assert attachment["contentType"] == CONTENT_TYPE
    return dict(attachment["content"])


def spoken(activity: Activity) -> str:
    """The words of a message, where a client shows no cards."""
    return str(activity.get("text") or card(activity)["fallbackText"])


def shown_text(markdown: str) -> str:
    """What Markdown is shown as; anything else that stands for markup is a fault of ours, and stays."""
    return re.sub(r"\\([\\`*_\[\]~#>+=.)-])", r"\1", _LINK.sub(r"\1", markdown))


def _elements(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from _elements(item.get("items", []))
        yield from _elements(item.get("actions", []))


def _look(element: dict[str, Any], found: Seen) -> None:
    kind = element["type"]
    if kind == "TextBlock":
        found.words += shown_text(element["text"]) + "\n"
        found.links |= {address for _, address in _LINK.findall(element["text"])}
    elif kind == "Action.OpenUrl":
        found.links.add(element["url"])
    elif kind == "Action.Submit":
        found.buttons.append((element["title"], element["data"]))


def _faults(activity: Activity, elements: list[dict[str, Any]]) -> Iterator[str]:
    content = card(activity)
    size = len(json.dumps(activity, ensure_ascii=False).encode("utf-16-le"))
    if size > BYTES:
        yield f"too large: {size}"
    if (content["type"], content["version"]) != ("AdaptiveCard", VERSION) or not content["body"]:
        yield "no card"
    if not content["fallbackText"].strip() and any(e["type"] == "TextBlock" for e in elements):
        yield "no words for clients without cards"
    names = [e["id"] for e in elements if "id" in e]
    if len(names) != len(set(names)):
        yield "two elements of one name"
    for element in elements:
        # no colour among them: a reader's theme decides, dark or high contrast
        if not set(element) <= KNOWN.get(element["type"], set()):
            yield f"unknown: {element}"
        if element["type"] == "TextBlock" and not (element["wrap"] and element["text"].strip()):
            yield f"cut off or empty: {element}"
        if element["type"] == "ActionSet" and not 0 < len(element["actions"]) <= 6:
            yield "too many actions side by side"
        if element["type"].startswith("Action.") and not element["title"].strip():
            yield f"no title: {element}"
        if element["type"] == "Action.OpenUrl" and not re.match(r"https?://|tel:\+?\d+$|mailto:", element["url"]):
            yield f"no address to open: {element}"
        if not set(element.get("targetElements", [])) <= set(names):
            yield f"shows nothing: {element}"
