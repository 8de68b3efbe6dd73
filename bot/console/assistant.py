"""What the console asks of the assistant: questions in, Replies out. Who answers is given at the start."""

from __future__ import annotations

from typing import Optional, Protocol

from bot.replies import Reply


class Assistant(Protocol):
    """Answers for one conversation a call."""

    def ask(self, conversation: str, message: str, known: dict[str, str], title: Optional[str] = None) -> list[Reply]:
        """The Replies to a question, or to a button whose words are `title`; `known` is what holds for the call."""

    def said(self, conversation: str) -> list[tuple[str, list[Reply]]]:
        """What was asked and answered so far, oldest first."""
