"""Short messages that say nothing of their own and hang on the answer before: 'why?', 'who runs it?', 'how long?'."""

from __future__ import annotations

import re
from typing import Optional

from actions.find import WHOLE, nationwide
from actions.tell import tell
from actions.turn import Turn
from bot.replies import Reply
from knowledge.store import Record
from knowledge.words import plain

SOURCE = re.compile(r"\bwhere\b.*\b(say|said|written|come|comes)\b|\blaw\b|\blegal(ly)?\b")
# these ask for something else than the record told: what to do next, somebody's duties, the stages
OWN_ANSWER = ("ask_next", "ask_duties", "ask_stage", "walk")


def follow_up(turn: Turn) -> Optional[Reply]:
    """What was told last once more, or whom to contact about it; None where the message asks for more than that."""
    told = _told(turn)
    reader = turn.desk.reader
    asked = re.split(r"[.!?]\s+", turn.text.strip())[-1]
    if not told or turn.tapped or turn.intent in OWN_ANSWER or not reader.bare(asked):
        return None
    if reader.reaches(asked):
        services = [name for record in told for name in _services(record) if name in turn.knowledge.services]
        if services:
            return tell(turn, list(dict.fromkeys(services)))
        if all(map(nationwide, told)) or any(record.kind in ("duties", "stages") for record in told):
            return None
    elif not SOURCE.search(plain(asked)) and not any(_whole(record) for record in told):
        return None
    return tell(turn, [record.id for record in told])


def _told(turn: Turn) -> list[Record]:
    """The records of the last answer, if the last reply was one and not a choice between several."""
    if (turn.last_reply or {}).get("status") not in ("answered", "context_noted"):
        return []
    return turn.told_last()


def _whole(record: Record) -> bool:
    return record.kind in WHOLE or (record.kind == "guidance" and not nationwide(record))


def _services(record: Record) -> list[str]:
    return [record.id] if record.kind == "services" else list(getattr(record.entry, "contacts", []))
