"""Reading what the Bot Connector sends: who did what, in which chat."""

from __future__ import annotations

import dataclasses
import hashlib
import html
import re
from typing import Any, Optional, TypeGuard

from bot.channels.phrases import phrases
from bot.channels.staff import Press, Update, person_of, place_of
from bot.channels.teams.connector import Address
from bot.channels.teams.verify import tenant_of
from bot.choices import choices
from knowledge.desk import desk

CHANNEL = "teams"
ID_LENGTH = 48  # characters of an update's id
_AT = re.compile(r"<at[^>]*>.*?</at>", re.I | re.S)
_OWN = ("text/html", "messageReference")  # a message's own text once more, and what it answers
_SOMEONE = "[name]"  # stands where a message mentions another person: that is a name for certain
# what may follow a command, so that 'stage fright' and 'area manager?' stay questions
_FOLLOWS = {"stage": r"\d{1,3}", "pupil": r"(?:pupil\s+)?(?:new|[a-z]{1,2})"}


class NoActivity(ValueError):
    """What came is no activity of the Bot Framework."""


def checked(body: Any) -> dict[str, Any]:
    """An activity with all that an answer needs; raises NoActivity."""
    if not isinstance(body, dict) or not isinstance(body.get("type"), str) or not _string(body.get("serviceUrl")):
        raise NoActivity
    for part in ("conversation", "recipient", "from"):
        if not isinstance(body.get(part), dict) or not _string(body[part].get("id")):
            raise NoActivity
    return body


def update_of(activity: dict[str, Any], secret: str) -> Optional[Update]:
    """What a person did that wants an answer; None for reactions, talk among others and the rest.

    The threads of a channel are one place: a checklist begun in one goes on in the next. Adding the app to a chat is
    taken for 'start'.
    """
    number = activity.get("id")
    if not _string(number):
        return None
    chat = activity["conversation"]["id"].partition(";messageid=")[0]
    tenant, group = tenant_of(activity), _is_group(activity)
    known = activity["from"].get("aadObjectId")
    user = known if _string(known) else activity["from"]["id"]
    edited = _is_edit(activity)
    if edited:  # an edited message keeps its id
        number = f"{number} {activity.get('timestamp')} {activity.get('text')}"
    made = Update(
        _hash(chat, number),
        person_of(CHANNEL, secret, f"{tenant}/{user}"),
        place_of(CHANNEL, secret, f"{tenant}/{chat}"),
        Address.of(activity).to_dict(),
        group=group,
    )
    if activity["type"] == "installationUpdate":
        return dataclasses.replace(made, command="start") if activity.get("action") == "add" else None
    if activity["type"] != "message" and not edited:
        return None
    press = _press(activity)
    if press:
        return dataclasses.replace(made, press=press)
    text, called = _words(activity)
    if group and not called:
        return None
    if edited:
        return dataclasses.replace(made, unreadable="edited")
    kind = _unreadable(activity, text)
    command = ("help", "") if called and kind == "other" else command_of(text)  # who only calls us wants to know
    if command:
        return dataclasses.replace(made, command=command[0], arguments=command[1])
    return dataclasses.replace(made, words=text or None, unreadable=kind)


def command_of(text: str) -> Optional[tuple[str, str]]:
    """The command that a text is, and what follows it; None where it may be a question."""
    name, _, rest = text.strip().rstrip(".!").partition(" ")
    name, rest = name.lower(), rest.strip()
    slash = name.startswith("/")
    name = name.removeprefix("/")
    if name not in ("start", *phrases()["commands"]):
        return None
    if not rest or slash or re.fullmatch(_FOLLOWS.get(name, r"(?!)"), rest, re.I):
        return name, rest
    if name in ("area", "role"):
        titles = [button.title.lower() for button in choices(desk().knowledge, name)]
        return (name, rest) if rest.lower() in titles or desk().known(name, rest.lower()) else None
    return None


def _is_group(activity: dict[str, Any]) -> bool:
    conversation = activity["conversation"]
    return conversation.get("conversationType", "personal") != "personal" or conversation.get("isGroup") is True


def _is_edit(activity: dict[str, Any]) -> bool:
    data = activity.get("channelData")
    return activity["type"] == "messageUpdate" and isinstance(data, dict) and data.get("eventType") == "editMessage"


def _press(activity: dict[str, Any]) -> Optional[Press]:
    """The button of a card that was pressed."""
    value = _object(activity.get("value"))
    payload, step, on = value.get("payload"), value.get("step"), activity.get("replyToId")
    if not _string(payload):
        return None
    return Press(
        str(value.get("token")),
        payload,
        step if _string(step) else None,
        on if _string(on) else None,
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _words(activity: dict[str, Any]) -> tuple[str, bool]:
    """The text without mentions of us and without the names of others, and whether it called us."""
    given = activity.get("text")
    text: str = given if isinstance(given, str) else ""
    called = False
    entities = activity.get("entities")
    for entity in entities if isinstance(entities, list) else []:
        mentioned = _object(entity).get("mentioned") if _object(entity).get("type") == "mention" else None
        mark = _object(entity).get("text")
        if isinstance(mentioned, dict) and _string(mark):
            ours = mentioned.get("id") == activity["recipient"]["id"]
            text = text.replace(mark, " " if ours else _SOMEONE)
            called = called or ours
    return html.unescape(_AT.sub(_SOMEONE, text)).replace("\xa0", " ").strip(), called


def _unreadable(activity: dict[str, Any], text: str) -> Optional[str]:
    """The kind of what hangs on a message and cannot be read; 'other' if there is nothing to read at all."""
    attached = activity.get("attachments")
    kinds = [str(_object(a).get("contentType")) for a in attached] if isinstance(attached, list) else []
    other = [kind for kind in kinds if kind not in _OWN]
    if not other:
        return None if text else "other"
    return {"image": "picture", "audio": "voice"}.get(other[0].partition("/")[0], "file")


def _string(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and bool(value)


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:ID_LENGTH]
