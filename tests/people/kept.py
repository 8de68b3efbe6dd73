"""What the tests of the stores put into them, and what is there."""

from __future__ import annotations

import asyncio
import time
import zlib
from typing import Any

import sqlalchemy as sa
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.engine.tracker_store import TrackerStore
from bot.people.callbacks import CallBacks
from bot.people.calls import Calls
from bot.people.concerns import Concerns
from bot.people.feedback import Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import DAY, Inbox, Waiting
from bot.people.tables import Base
from bot.people.updates import Updates

SECRET = "ZEBRAFISH"
HELD = "PANGOLIN"  # in a safeguarding record, which outlives its call


def tell(trackers: TrackerStore, conversation: str, said: str, at: float | None = None) -> None:
    """A conversation of one message and its answer."""
    tracker = DialogueStateTracker(conversation, [])
    when = time.time() if at is None else at
    tracker.update(UserUttered(said, message_id="1", timestamp=when))
    tracker.update(BotUttered(f"You said {said}", timestamp=when))
    asyncio.run(trackers.save(tracker))


def rows(engine: Any, query: str) -> list[tuple[Any, ...]]:
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def fill(people: Any, trackers: TrackerStore, conversation: str, said: str) -> None:
    """Something of a conversation in every store."""
    tell(trackers, conversation, said)
    Inbox(people).put(conversation, [Waiting("1", said, [], False)])
    Feedbacks(people).put(conversation, 1, ["managed-move"], "answered", True, "clear")
    Handovers(people).put(conversation, said, said, "hackney", "parent")
    with people.begin() as connection:
        connection.execute(sa.insert(Base.metadata.tables["pupils"]), pupil_row(conversation))
        owe(people, connection, conversation, said)
    take_call(people, conversation, said)


def owe(people: Any, connection: Any, conversation: str, chat: str) -> None:
    """An update of a conversation that is still to be answered."""
    update = str(zlib.crc32(conversation.encode()))
    Updates(people).begin(connection, "telegram", update)
    Updates(people).owe(connection, "telegram", update, conversation, "1", {"address": {"chat": chat}})


def pupil_row(conversation: str) -> dict[str, Any]:
    """Pupil A of a person who has the conversation alone."""
    known = {"person": f"person of {conversation}", "place": "here", "number": 1, "role": "school", "area": None}
    return {"conversation": conversation, **known, "current": True, "greeted": True, "used": time.time()}


def take_call(people: Any, conversation: str, said: str) -> str:
    """A call to the helpline with this note, a call-back and a safeguarding record; its reference."""
    reference = Calls(people).begin(1, "parent")
    with people.begin() as connection:
        values = {"c": conversation, "n": said, "r": reference}
        connection.execute(sa.text("UPDATE calls SET conversation = :c, note = :n WHERE reference = :r"), values)
    call = {"reference": reference, "conversation": conversation}
    CallBacks(people).put(call, 1, "2026-11-21T10:00", said, said, said)
    concerns = Concerns(people)
    concerns.save(concerns.begin(1, "unsure", "suffolk", call), 1, said=HELD, done="told the lead")
    return reference


def of_conversations(gone: dict[str, Any]) -> dict[str, Any]:
    """Without the stores that belong to no conversation."""
    return {name: what for name, what in gone.items() if name not in ("accounts", "signins", "lease", "ended")}


def age(people: Any, days: float) -> None:
    """Make everything in the people's database so many days older."""
    with people.begin() as connection:
        connection.execute(sa.text("UPDATE inbox SET received = received - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE pupils SET used = used - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE updates SET received = received - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE handovers SET created = created - :s"), {"s": days * DAY})
        connection.execute(sa.text("UPDATE feedback SET day = date(day, :d)"), {"d": f"-{days:.0f} days"})
