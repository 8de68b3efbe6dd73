"""Where the derived files lie: INCLUSION_GUIDE_HOME (default: var/), and KNOWLEDGE_URL for another database."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def home() -> Path:
    """The folder for everything that is made at set-up or while running."""
    return Path(os.environ.get("INCLUSION_GUIDE_HOME") or ROOT / "var")


def knowledge_url() -> str:
    """The database of the built knowledge."""
    return os.environ.get("KNOWLEDGE_URL") or f"sqlite:///{home() / 'knowledge.db'}"


def languages() -> Path:
    """What is said in other languages, which a translator has to check."""
    return Path(__file__).parent / "languages.yml"


def danger_words() -> Path:
    """The words of danger in other languages, which a native speaker has to read."""
    return ROOT / "bot" / "nlu" / "danger_words"


def content() -> Path:
    """The folder of the YAML content."""
    return Path(os.environ.get("KNOWLEDGE_CONTENT") or Path(__file__).parent / "content")
