"""./run people: what is kept of one person's conversation, and forgetting it."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from typing import Any, Optional

from bot.people import database, stores

MESSENGERS = ("telegram", "teams")


def main(arguments: list[str]) -> int:
    """Export or erase one conversation; 0 if there was something, 2 if a name may mean either of two."""
    parser = argparse.ArgumentParser(prog="./run people", description="What is kept of one conversation.")
    parser.add_argument("what", choices=["export", "erase"])
    parser.add_argument(
        "conversation",
        help="a token of the web chat, 'telegram:' and a person's user id there, 'teams:TENANT/' and a person's object "
        "id, 'call:' and a call's reference, 'sender:' and the sender of another channel; a reference or a sender "
        "alone if it can be nothing else",
    )
    options = parser.parse_args(arguments)
    logging.disable(logging.WARNING)

    from bot.engine.tracker_store import TrackerStore

    trackers = TrackerStore()
    meant = _meant(trackers, options.conversation)
    if len(meant) > 1:
        print(f"{options.conversation!r} may mean either of these, so I did nothing. Say which:", file=sys.stderr)
        for name in meant:
            print(f"  ./run people {options.what} {name}", file=sys.stderr)
        return 2
    (name, conversations), *_ = meant.items()
    do = stores.export if options.what == "export" else stores.erase
    found: list[Any] = [do(trackers, conversation) for conversation in conversations]
    something = any(any(each.values()) for each in found)
    done = {"export": "This is kept of", "erase": "Erased:"}[options.what] if something else "Nothing is kept of"
    print(f"{done} {name}", file=sys.stderr)
    shown = found[0] if len(found) == 1 else found
    print(json.dumps(shown, indent=2, ensure_ascii=False))
    return 0 if something else 1


def _meant(trackers: Any, given: str) -> dict[str, list[str]]:
    """What a name may mean: for each meaning, written so that it is the only one, its conversations."""
    from bot.channels.staff import person_of
    from bot.channels.tokens import Tokens, secret

    kind, colon, rest = given.partition(":")
    if colon and kind in MESSENGERS:
        return {given: stores.conversations(person_of(kind, secret(), rest))}
    if colon and kind == "call":
        return {given: _call(rest) or []}
    if colon and kind == "sender":
        return {given: [rest]}
    token = Tokens(secret()).read(given)
    if token:
        return {"the web chat of this token": [token.conversation]}
    call = _call(given)
    sender = {f"sender:{given}": [given]}
    if call is None:
        return sender
    known = any(stores.export(trackers, given).values())
    return {f"call:{given}": call, **(sender if known else {})}


def _call(given: str) -> Optional[list[str]]:
    """The conversation of the call with a reference; None where there is no such call."""
    from bot.people.calls import Calls, reference

    found = reference(given)
    call = Calls(database.engine()).get(found) if found else None
    return [call["conversation"]] if call else None
