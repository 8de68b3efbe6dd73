"""Talking to the assistant in the terminal, through the REST channel's own code."""

from __future__ import annotations

import asyncio
import uuid
from typing import Any

from bot.channels.rest import RestChannel
from bot.engine import model
from bot.engine.agent import load_agent, quiet


def talk() -> int:
    """Read lines until an empty one or the end of input."""
    quiet()
    asyncio.run(_talk())
    return 0


async def _talk() -> None:
    agent = await load_agent(str(model.path()))
    channel, sender = RestChannel(), uuid.uuid4().hex
    print("Type your question; a number chooses a button; an empty line ends.")
    buttons: list[dict[str, Any]] = []
    while True:
        try:
            said = input("\nYou: ").strip()
        except EOFError:
            return
        if not said:
            return
        if said.isdigit() and 0 < int(said) <= len(buttons):
            said = buttons[int(said) - 1]["payload"]
        for message in await channel.answer({"sender": sender, "message": said}, agent.handle_message):
            print("\n" + message["text"])
            buttons = message.get("buttons", [])
            if buttons:
                print("\n" + "   ".join(f"[{n}] {b['title']}" for n, b in enumerate(buttons, 1)))
