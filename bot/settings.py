"""The settings of the assistant, its channels and its console; those of the knowledge are in knowledge/settings.py.

Environment variables, and these two modules alone read them. README says what each is for.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from knowledge import settings
from knowledge.settings import ROOT, BadSetting, Setting, database, folder, number, switch, text

__all__ = ["BadSetting", "Setting"]

SHORTEST_SECRET = 32  # bytes


def _origins(written: str) -> frozenset[str]:
    """Addresses of web pages, without a path, separated by commas."""
    origins = frozenset(origin.strip().rstrip("/").lower() for origin in written.split(",") if origin.strip())
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"has to hold addresses such as https://www.school.example, not {origin!r}")
    return origins


def _secret(written: str) -> str:
    """A long random value, which no message shows."""
    if len(written.encode()) < SHORTEST_SECRET:
        raise ValueError(f"is shorter than {SHORTEST_SECRET} characters; it has to be a long random value")
    return written


_PORT = number(1, 65535)
_DAYS = number(1, 36500)

# the server
PORT = Setting("PORT", _PORT, 5005)
MODELS = Setting("INCLUSION_GUIDE_MODELS", folder, ROOT / "models")
TRACKER_URL = Setting("TRACKER_URL", database, None)
PEOPLE_URL = Setting("PEOPLE_URL", database, None)
SECRET = Setting("INCLUSION_GUIDE_SECRET", _secret, None)
PROXIES = Setting("INCLUSION_GUIDE_PROXIES", number(0, 100), 0)
REST = Setting("INCLUSION_GUIDE_REST", switch, True)
KEEP_DAYS = Setting("INCLUSION_GUIDE_KEEP_DAYS", _DAYS, 28)

# the web chat
WEB = Setting("INCLUSION_GUIDE_WEB", switch, True)
ORIGINS = Setting("INCLUSION_GUIDE_ORIGINS", _origins, frozenset[str]())
ADDRESS_RATE = Setting("INCLUSION_GUIDE_ADDRESS_RATE", number(1), 60)

# Telegram; bot/channels/telegram_settings.py says whether it can be used
TELEGRAM_TOKEN = Setting("INCLUSION_GUIDE_TELEGRAM_TOKEN", text, None)
TELEGRAM_WEBHOOK = Setting("INCLUSION_GUIDE_TELEGRAM_WEBHOOK", text, None)
TELEGRAM_API = Setting("INCLUSION_GUIDE_TELEGRAM_API", text, "https://api.telegram.org")

# Microsoft Teams; bot/channels/teams/settings.py says whether it can be used
TEAMS_APP = Setting("INCLUSION_GUIDE_TEAMS_APP", text, None)
TEAMS_SECRET = Setting("INCLUSION_GUIDE_TEAMS_SECRET", text, None)
TEAMS_TENANT = Setting("INCLUSION_GUIDE_TEAMS_TENANT", text, None)
TEAMS_ALLOW = Setting("INCLUSION_GUIDE_TEAMS_ALLOW", text, None)
TEAMS_LOGIN = Setting("INCLUSION_GUIDE_TEAMS_LOGIN", text, "https://login.microsoftonline.com")
TEAMS_KEYS = Setting(
    "INCLUSION_GUIDE_TEAMS_KEYS", text, "https://login.botframework.com/v1/.well-known/openidconfiguration"
)

# the helpline and its console
HELPLINE = Setting("INCLUSION_GUIDE_HELPLINE", text, None)
CONSOLE = Setting("INCLUSION_GUIDE_CONSOLE", switch, True)
CONSOLE_HOST = Setting("INCLUSION_GUIDE_CONSOLE_HOST", text, "127.0.0.1")
CONSOLE_PORT = Setting("CONSOLE_PORT", _PORT, None)
SCRIPTS = Setting("INCLUSION_GUIDE_SCRIPTS", folder, ROOT / "bot" / "console" / "scripts")
CALL_DAYS = Setting("INCLUSION_GUIDE_CALL_DAYS", _DAYS, 180)
SAFEGUARDING_DAYS = Setting("INCLUSION_GUIDE_SAFEGUARDING_DAYS", _DAYS, 2192)  # six years


def every() -> tuple[Setting, ...]:
    """All settings there are."""
    return (*settings.EVERY, *(value for value in globals().values() if isinstance(value, Setting)))


def check() -> None:
    """Raise BadSetting if any setting is no good, naming all that are."""
    settings.check(every())
