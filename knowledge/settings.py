"""Settings: environment variables, each with a type and what holds where it is unset.

Nothing else reads the environment: what the knowledge needs is set here, all the rest in bot/settings.py. README says
what each is for. A setting is read each time it is called.
"""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path
from typing import Callable, Generic, Iterable, Optional, TypeVar

import sqlalchemy as sa

ROOT = Path(__file__).resolve().parent.parent
ON, OFF = ("on", "1", "true", "yes"), ("off", "0", "false", "no")
T = TypeVar("T")


class BadSetting(RuntimeError):
    """A setting is no good; the message says which, why, and what to do."""


@dataclasses.dataclass(frozen=True)
class Setting(Generic[T]):
    """One environment variable. `read` takes what is written there; its ValueErrors go on after the variable's name."""

    name: str
    read: Callable[[str], T]
    default: T

    def __call__(self) -> T:
        """The value that holds now; the default where the variable is unset or empty. Raises BadSetting."""
        written = os.environ.get(self.name, "").strip()
        if not written:
            return self.default
        try:
            return self.read(written)
        except ValueError as error:
            raise BadSetting(f"{self.name} {error}. Put it right, or leave it out.") from None

    def suggest(self, value: str) -> None:
        """What holds from now on, for what this process starts too, unless the person has set it."""
        os.environ.setdefault(self.name, value)

    def leave_out(self) -> None:
        """Go on as if the person had not set it."""
        os.environ.pop(self.name, None)


def check(settings: Iterable[Setting]) -> None:
    """Read each setting once; raises one BadSetting that names all that are no good."""
    faults = []
    for setting in settings:
        try:
            setting()
        except BadSetting as fault:
            faults.append(str(fault))
    if faults:
        raise BadSetting("\n".join(faults))


# how a value is written ---------------------------------------------------------------------------------------------


def text(written: str) -> str:
    """Any words."""
    return written


def switch(written: str) -> bool:
    """On or off."""
    if written.lower() not in ON + OFF:
        raise ValueError(f"has to be on or off, not {written!r}")
    return written.lower() in ON


def number(least: int, most: Optional[int] = None) -> Callable[[str], int]:
    """A whole number from `least` on, up to `most`."""
    bounds = f"from {least} to {most}" if most else f"of {least} or more"

    def read(written: str) -> int:
        if not written.isascii() or not written.isdigit() or not least <= int(written) <= (most or int(written)):
            raise ValueError(f"has to be a whole number {bounds}, not {written!r}")
        return int(written)

    return read


def folder(written: str) -> Path:
    """A folder, which need not be there yet."""
    if Path(written).is_file():
        raise ValueError(f"has to be a folder; {written} is a file")
    return Path(written)


def database(written: str) -> str:
    """The address of a database. It may hold a password, so that no message shows it."""
    try:
        sa.engine.make_url(written).get_dialect()
    except (sa.exc.ArgumentError, sa.exc.NoSuchModuleError, ValueError):
        raise ValueError("has to be the address of a database, such as postgresql://user:password@host/name") from None
    return written


# what the knowledge needs -------------------------------------------------------------------------------------------

HOME = Setting("INCLUSION_GUIDE_HOME", folder, ROOT / "var")
KNOWLEDGE_URL = Setting("KNOWLEDGE_URL", database, None)
CONTENT = Setting("KNOWLEDGE_CONTENT", folder, ROOT / "knowledge" / "content")
HIDE_OLD_CONTACTS = Setting("INCLUSION_GUIDE_HIDE_OLD_CONTACTS", switch, False)

EVERY: tuple[Setting, ...] = (HOME, KNOWLEDGE_URL, CONTENT, HIDE_OLD_CONTACTS)
