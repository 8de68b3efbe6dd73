"""Where the content lies and what is made from it: by default in var/."""

from __future__ import annotations

from pathlib import Path

from knowledge import settings
from knowledge.settings import ROOT as ROOT


def home() -> Path:
    """The folder for everything that is made at set-up or while running."""
    return settings.HOME()


def knowledge_url() -> str:
    """The database of the built knowledge."""
    return settings.KNOWLEDGE_URL() or f"sqlite:///{home() / 'knowledge.db'}"


def languages() -> Path:
    """What is said in other languages, which a translator has to check."""
    return Path(__file__).parent / "languages.yml"


def danger_words() -> Path:
    """The words of danger in other languages, which a native speaker has to read."""
    return ROOT / "bot" / "nlu" / "danger_words"


def content() -> Path:
    """The folder of the YAML content."""
    return settings.CONTENT()
