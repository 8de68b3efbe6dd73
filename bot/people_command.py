"""./run people: what is kept of one person's conversation, and forgetting it."""

from __future__ import annotations

import argparse
import json
import logging
from typing import Any

from bot.people import database, stores

MESSENGERS = ("telegram", "teams")


def main(arguments: list[str]) -> int:
    """Export or erase one conversation; 0 if there was something."""
    parser = argparse.ArgumentParser(prog="./run people", description="What is kept of one conversation.")
    parser.add_argument("what", choices=["export", "erase"])
    parser.add_argument(
        "conversation",
        help="a token of the web chat, 'telegram:' and a person's user id there, 'teams:TENANT/' and a person's object "
        "id, a call's reference, or the sender of another channel",
    )
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)

    from bot.channels.staff import person_of
    from bot.channels.tokens import Tokens, secret
    from bot.people.calls import Calls, reference
    from bot.tracker_store import TrackerStore

    trackers, token = TrackerStore(), Tokens(secret()).read(options.conversation)
    call = Calls(database.engine()).get(reference(options.conversation) or "")
    channel, colon, platform_id = options.conversation.partition(":")
    if colon and channel in MESSENGERS:
        conversations = stores.conversations(person_of(channel, secret(), platform_id))
    else:
        conversations = [token.conversation if token else call["conversation"] if call else options.conversation]
    do = stores.export if options.what == "export" else stores.erase
    found: list[Any] = [do(trackers, conversation) for conversation in conversations]
    shown = found[0] if len(found) == 1 else found
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0 if any(any(each.values()) for each in found) else 1
