"""What the environment says of the Teams channel; without credentials it is off."""

from __future__ import annotations

import dataclasses
import uuid
from typing import Optional
from urllib.parse import urlsplit

from bot import settings
from bot.channels.teams.wording import wording

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BadSettings(settings.BadSetting):
    """The settings are no good; the message says which and what to do."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The bot as it is registered, the tenants it serves, and where Microsoft's doors are."""

    app: str
    secret: str = dataclasses.field(repr=False)
    tenant: str
    tenants: frozenset[str]
    login: str = settings.TEAMS_LOGIN.default
    keys: str = settings.TEAMS_KEYS.default


def registration() -> Optional[Settings]:
    """The settings; None while the channel is off. Raises BadSettings."""
    app = settings.TEAMS_APP()
    secret = settings.TEAMS_SECRET()
    tenant = settings.TEAMS_TENANT()
    if not (app or secret or tenant):
        return None
    if not (app and secret and tenant):
        raise BadSettings(wording()["settings"]["incomplete"])
    others = (settings.TEAMS_ALLOW() or "").split(",")
    return Settings(
        app_id(settings.TEAMS_APP.name, app),
        secret,
        app_id(settings.TEAMS_TENANT.name, tenant),
        frozenset(app_id(settings.TEAMS_ALLOW.name, each) for each in [tenant, *others] if each.strip()),
        _address(settings.TEAMS_LOGIN.name, settings.TEAMS_LOGIN()),
        _address(settings.TEAMS_KEYS.name, settings.TEAMS_KEYS()),
    )


def safe(url: object) -> bool:
    """Whether a secret may be sent to an address: over TLS, or within this machine."""
    try:
        parts = urlsplit(str(url))
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK))


def app_id(name: str, value: str) -> str:
    """An id of Microsoft's as it is written; raises BadSettings if the setting `name` holds none."""
    try:
        return str(uuid.UUID(value.strip()))
    except ValueError:
        raise BadSettings(wording()["settings"]["id"].format(name=name)) from None


def _address(name: str, value: str) -> str:
    if not safe(value):
        raise BadSettings(wording()["settings"]["address"].format(name=name))
    return value.strip().rstrip("/")
