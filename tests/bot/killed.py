"""Serve, and end without a word at a named point of handling the message whose text names that point.

python -m tests.bot.killed POINT start --port N
"""

from __future__ import annotations

import os
import sys
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa_sdk.executor import ActionExecutor

from bot.__main__ import main
from bot.channels.hub import Hub
from bot.engine.tracker_store import TrackerStore

CODE = 9
POINTS = {
    "before-nlu": (MessageProcessor, "parse_message"),
    "after-action": (ActionExecutor, "run"),
    "after-save": (TrackerStore, "save"),
    "before-publishing": (Hub, "ring"),
}


def arm(point: str) -> None:
    """Make the process end at the point, once a message with the point's name in it has come so far."""
    armed: list[bool] = []
    parse = MessageProcessor.parse_message

    async def parse_message(self: Any, message: Any, *args: Any, **kwargs: Any) -> Any:
        if point in message.text:
            if point == "before-nlu":
                os._exit(CODE)
            armed.append(True)
        return await parse(self, message, *args, **kwargs)

    MessageProcessor.parse_message = parse_message  # type: ignore[method-assign]
    owner, name = POINTS[point]
    method = getattr(owner, name)

    async def and_die(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = await method(self, *args, **kwargs)
        if armed:
            os._exit(CODE)
        return result

    def or_die(self: Any, *args: Any, **kwargs: Any) -> Any:
        if armed:
            os._exit(CODE)
        return method(self, *args, **kwargs)

    if point.startswith("after"):
        setattr(owner, name, and_die)
    elif point != "before-nlu":
        setattr(owner, name, or_die)


if __name__ == "__main__":
    arm(sys.argv[1])
    sys.exit(main(sys.argv[2:]))
