"""Reading what the Bot Connector sends: who said what, in which chat, with which button."""

from __future__ import annotations

import dataclasses
import hashlib
import html
import json
import re
from typing import Any, Optional

from bot.channels.teams.connector import Address
from bot.channels.teams.verify import tenant_of

NAME = "name"  # the kind of what is left out where a message mentions a person
ID_LENGTH = 64  # characters of a message's id as it is kept
_AT = re.compile(r"<at[^>]*>.*?</at>", re.I | re.S)


class NoActivity(ValueError):
    """What came is no activity of the Bot Framework."""


@dataclasses.dataclass(frozen=True)
class Said:
    """A message or a pressed button. `card` is the message with the button, `turn` what its card answered."""

    id: str
    person: str
    place: str
    address: Address
    text: str = ""
    payload: Optional[str] = None
    turn: Optional[str] = None
    card: Optional[str] = None
    mentions: bool = False
    files: bool = False


def checked(body: Any) -> dict[str, Any]:
    """An activity with all that an answer needs; raises NoActivity."""
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        raise NoActivity
    for part in ("conversation", "recipient", "from"):
        if not isinstance(body.get(part), dict) or not _string(body[part].get("id")):
            raise NoActivity
    if not _string(body.get("serviceUrl")):
        raise NoActivity
    return body


def person_of(activity: dict[str, Any]) -> str:
    """The name under which a person's talks are kept: a hash, for Teams' own ids point at people."""
    return f"teams-{_hash(tenant_of(activity), _user(activity))}"


def place_of(activity: dict[str, Any]) -> str:
    """The name of a chat. The threads of a channel are one: a checklist begun in one goes on in the next."""
    return _hash(tenant_of(activity), activity["conversation"]["id"].partition(";messageid=")[0])


def welcomes(activity: dict[str, Any]) -> bool:
    """Whether the activity says that the app has been added to a chat."""
    if activity["type"] == "installationUpdate":
        return activity.get("action") == "add"
    added = activity.get("membersAdded")
    if activity["type"] != "conversationUpdate" or not isinstance(added, list):
        return False
    return any(isinstance(member, dict) and member.get("id") == activity["recipient"]["id"] for member in added)


def removes(activity: dict[str, Any]) -> bool:
    """Whether the activity says that the app has been taken out of a chat."""
    return activity["type"] == "installationUpdate" and activity.get("action") == "remove"


def said(activity: dict[str, Any]) -> Optional[Said]:
    """What a person said to us; None where nothing was, as with a reaction or a talk among others."""
    data = activity.get("channelData")
    edited = activity["type"] == "messageUpdate" and isinstance(data, dict) and data.get("eventType") == "editMessage"
    if activity["type"] != "message" and not edited:
        return None
    number = activity.get("id")
    if not _string(number):
        return None
    if edited:  # an edited message keeps its id
        number = f"{number}.{_hash(activity.get('text'), activity.get('timestamp'))[:8]}"
    if len(number) > ID_LENGTH:
        number = _hash(number)
    pressed = activity.get("value")
    payload = pressed.get("payload") if isinstance(pressed, dict) else None
    text, called, others = _words(activity)
    personal = activity["conversation"].get("conversationType", "personal") == "personal"
    if not (personal or called or payload is not None):
        return None
    turn = pressed.get("turn") if isinstance(pressed, dict) else None
    return Said(
        number,
        person_of(activity),
        place_of(activity),
        Address.of(activity),
        text,
        str(payload) if payload is not None else None,
        turn if _string(turn) else None,
        activity.get("replyToId") if _string(activity.get("replyToId")) else None,
        others,
        _files(activity),
    )


def _words(activity: dict[str, Any]) -> tuple[str, bool, bool]:
    """The text without mentions, whether it called us, and whether it named others."""
    text = activity.get("text") if isinstance(activity.get("text"), str) else ""
    called = others = False
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        if not isinstance(entity, dict) or entity.get("type") != "mention":
            continue
        mentioned, mark = entity.get("mentioned"), entity.get("text")
        if not isinstance(mentioned, dict) or not isinstance(mark, str) or not mark:
            continue
        ours = mentioned.get("id") == activity["recipient"]["id"]
        text = text.replace(mark, " " if ours else f"[{NAME}]")
        called, others = called or ours, others or not ours
    text, left = _AT.subn(f"[{NAME}]", text)
    text = html.unescape(text).replace("\xa0", " ")
    return text.strip(), called, others or bool(left)


def _files(activity: dict[str, Any]) -> bool:
    """Whether something hangs on the message besides its own text once more as HTML."""
    attached = activity.get("attachments")
    kinds = [a.get("contentType") for a in attached if isinstance(a, dict)] if isinstance(attached, list) else []
    return any(kind != "text/html" for kind in kinds)


def _user(activity: dict[str, Any]) -> str:
    known = activity["from"].get("aadObjectId")
    return known if _string(known) else activity["from"]["id"]


def _string(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _hash(*parts: Any) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:40]
