"""What the environment says of the Teams channel; without credentials it is off."""

from __future__ import annotations

import dataclasses
import os
import uuid
from typing import Optional
from urllib.parse import urlsplit

from bot.channels.teams.wording import wording

LOGIN = "https://login.microsoftonline.com"
KEYS = "https://login.botframework.com/v1/.well-known/openidconfiguration"
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class BadSettings(RuntimeError):
    """The settings are no good; the message says which and what to do."""


@dataclasses.dataclass(frozen=True)
class Settings:
    """The bot as it is registered, the tenants it serves, and where Microsoft's doors are."""

    app: str
    secret: str = dataclasses.field(repr=False)
    tenant: str
    tenants: frozenset[str]
    login: str = LOGIN
    keys: str = KEYS


def settings() -> Optional[Settings]:
    """The settings; None while the channel is off. Raises BadSettings."""
    app = os.environ.get("INCLUSION_GUIDE_TEAMS_APP") or ""
    secret = os.environ.get("INCLUSION_GUIDE_TEAMS_SECRET") or ""
    tenant = os.environ.get("INCLUSION_GUIDE_TEAMS_TENANT") or ""
    if not (app or secret or tenant):
        return None
    if not (app and secret and tenant):
        raise BadSettings(wording()["settings"]["incomplete"])
    others = (os.environ.get("INCLUSION_GUIDE_TEAMS_ALLOW") or "").split(",")
    return Settings(
        app_id("INCLUSION_GUIDE_TEAMS_APP", app),
        secret.strip(),
        app_id("INCLUSION_GUIDE_TEAMS_TENANT", tenant),
        frozenset(app_id("INCLUSION_GUIDE_TEAMS_ALLOW", each) for each in [tenant, *others] if each.strip()),
        _address("INCLUSION_GUIDE_TEAMS_LOGIN", os.environ.get("INCLUSION_GUIDE_TEAMS_LOGIN") or LOGIN),
        _address("INCLUSION_GUIDE_TEAMS_KEYS", os.environ.get("INCLUSION_GUIDE_TEAMS_KEYS") or KEYS),
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
