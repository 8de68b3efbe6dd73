"""./run people: what is kept of one person's conversation, and forgetting it."""

from __future__ import annotations

import argparse
import json
import logging

from bot.people import stores


def main(arguments: list[str]) -> int:
    """Export or erase one conversation; 0 if there was something."""
    parser = argparse.ArgumentParser(prog="./run people", description="What is kept of one conversation.")
    parser.add_argument("what", choices=["export", "erase"])
    parser.add_argument(
        "conversation", help="a token of the web chat, a call's reference, or the sender of another channel"
    )
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)

    from bot.channels.tokens import Tokens, secret
    from bot.people import database
    from bot.people.calls import Calls, reference
    from bot.tracker_store import TrackerStore

    token = Tokens(secret()).read(options.conversation)
    call = Calls(database.engine()).get(reference(options.conversation) or "")
    conversation = token.conversation if token else call["conversation"] if call else options.conversation
    trackers = TrackerStore()
    if options.what == "export":
        found: dict[str, object] = dict(stores.export(trackers, conversation))
    else:
        found = dict(stores.erase(trackers, conversation))
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 0 if any(found.values()) else 1
