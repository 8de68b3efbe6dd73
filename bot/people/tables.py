"""What people create and no build can make again: the tables of the people's database."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()

CONVERSATION = 64  # characters of a conversation's id
REFERENCE = 12  # of a call's reference


class Message(Base):  # type: ignore[misc,valid-type]
    """A message taken in. Its words are gone as soon as the conversation holds them; its id stays, to know it again."""

    __tablename__ = "inbox"
    __table_args__ = (UniqueConstraint("conversation", "message"),)

    id = Column(Integer, primary_key=True)
    conversation = Column(String(CONVERSATION), nullable=False)
    message = Column(String(64), nullable=False)
    text = Column(Text)
    redacted = Column(JSON, nullable=False, default=list)
    tap = Column(Boolean, nullable=False, default=False)
    state = Column(String(16), nullable=False, default="waiting", index=True)
    restarts = Column(Integer, nullable=False, default=0)
    received = Column(Float, nullable=False)


class Feedback(Base):  # type: ignore[misc,valid-type]
    """Whether an answer helped. Outlives its conversation, without the link to it."""

    __tablename__ = "feedback"
    __table_args__ = (UniqueConstraint("conversation", "reply"),)

    id = Column(Integer, primary_key=True)
    conversation = Column(String(CONVERSATION), index=True)
    reply = Column(Integer)
    records = Column(JSON, nullable=False)
    status = Column(String(32), nullable=False)
    helpful = Column(Boolean, nullable=False)
    reason = Column(Text)
    day = Column(String(10), nullable=False)


class Handover(Base):  # type: ignore[misc,valid-type]
    """A summary that its writer agreed to pass to a helpline: waiting, taken or closed."""

    __tablename__ = "handovers"

    id = Column(Integer, primary_key=True)
    conversation = Column(String(CONVERSATION), nullable=False, index=True)
    state = Column(String(16), nullable=False, default="waiting", index=True)
    created = Column(Float, nullable=False)
    area = Column(String(64))
    role = Column(String(32))
    summary = Column(Text, nullable=False)
    contact = Column(Text)
    call = Column(String(REFERENCE))  # the call in which an adviser took it up


class Pupil(Base):  # type: ignore[misc,valid-type]
    """One conversation of a member of staff on a messenger: about one pupil, who has a letter and no name.

    Role, area and whether the person has been greeted are the person's: they are the same in all their rows.
    """

    __tablename__ = "pupils"
    __table_args__ = (UniqueConstraint("person", "place", "number"),)

    id = Column(Integer, primary_key=True)
    conversation = Column(String(CONVERSATION), nullable=False, unique=True)
    person = Column(String(CONVERSATION), nullable=False)
    place = Column(String(CONVERSATION), nullable=False)
    number = Column(Integer, nullable=False)
    current = Column(Boolean, nullable=False)
    role = Column(String(32), nullable=False)
    area = Column(String(64))
    greeted = Column(Boolean, nullable=False, default=False)
    board = Column(String(255))
    used = Column(Float, nullable=False)


class Update(Base):  # type: ignore[misc,valid-type]
    """Something a messenger delivered. What it takes to answer goes with the answer; the id stays, to know it again."""

    __tablename__ = "updates"
    __table_args__ = (UniqueConstraint("channel", "key"),)

    id = Column(Integer, primary_key=True)
    channel = Column(String(16), nullable=False)
    key = Column(String(64), nullable=False)
    conversation = Column(String(CONVERSATION), index=True)
    message = Column(String(64))
    work = Column(JSON)
    state = Column(String(16), nullable=False, default="waiting", index=True)
    sent = Column(Integer, nullable=False, default=0)
    received = Column(Float, nullable=False)


class Account(Base):  # type: ignore[misc,valid-type]
    """Someone who may use the helpline's console."""

    __tablename__ = "accounts"

    id = Column(Integer, primary_key=True)
    name = Column(String(64), nullable=False, unique=True)
    password = Column(Text, nullable=False)
    role = Column(String(16), nullable=False)
    safeguarding = Column(Boolean, nullable=False, default=False)
    active = Column(Boolean, nullable=False, default=True)
    failures = Column(Integer, nullable=False, default=0)
    locked_until = Column(Float, nullable=False, default=0.0)
    created = Column(Float, nullable=False)


class SignIn(Base):  # type: ignore[misc,valid-type]
    """One sign-in: what a browser's cookie stands for, as long as it lasts. Only a hash of the cookie's key is here."""

    __tablename__ = "signins"

    id = Column(Integer, primary_key=True)
    key = Column(String(64), nullable=False, unique=True)
    account = Column(Integer, nullable=False, index=True)
    created = Column(Float, nullable=False)
    seen = Column(Float, nullable=False)


class Call(Base):  # type: ignore[misc,valid-type]
    """A call to the helpline: what was said of the situation, the note, and how it ended. No name is needed."""

    __tablename__ = "calls"

    id = Column(Integer, primary_key=True)
    reference = Column(String(REFERENCE), nullable=False, unique=True)
    conversation = Column(String(CONVERSATION), nullable=False, unique=True)
    account = Column(Integer, nullable=False, index=True)
    script = Column(String(64), nullable=False)
    special = Column(String(64))
    state = Column(String(16), nullable=False, default="open", index=True)
    begun = Column(Float, nullable=False)
    ended = Column(Float)
    changed = Column(Float, nullable=False, index=True)
    version = Column(Integer, nullable=False, default=1)
    facts = Column(JSON, nullable=False)
    filled = Column(JSON, nullable=False)  # facts that were read from words: 'read', or 'no' where that was undone
    told = Column(JSON, nullable=False)  # ids of the records that the caller was told
    note = Column(Text, nullable=False, default="")
    outcome = Column(String(32))
    outcome_note = Column(Text)
    follow_up = Column(String(10))
    before = Column(String(REFERENCE))  # the same caller's call before


class CallBack(Base):  # type: ignore[misc,valid-type]
    """Whom to ring back, when and how: kept apart from the call's note, and for less long."""

    __tablename__ = "callbacks"

    id = Column(Integer, primary_key=True)
    call = Column(String(REFERENCE), nullable=False, index=True)
    conversation = Column(String(CONVERSATION), nullable=False, index=True)
    account = Column(Integer, nullable=False)
    state = Column(String(16), nullable=False, default="open", index=True)
    due = Column(String(16), nullable=False)  # local day and time: 2026-11-21T15:30
    name = Column(Text)
    number = Column(Text, nullable=False)
    safe = Column(Text)  # what to mind when ringing
    tries = Column(Integer, nullable=False, default=0)
    created = Column(Float, nullable=False)
    closed = Column(Float)


class Concern(Base):  # type: ignore[misc,valid-type]
    """A safeguarding record: apart from the note, for fewer eyes, and kept for longer. Outlives its call."""

    __tablename__ = "concerns"

    id = Column(Integer, primary_key=True)
    call = Column(String(REFERENCE), index=True)
    conversation = Column(String(CONVERSATION), index=True)
    account = Column(Integer, nullable=False)
    kind = Column(String(64), nullable=False)
    area = Column(String(64))
    said = Column(Text, nullable=False, default="")
    done = Column(Text, nullable=False, default="")
    lead_told = Column(Boolean, nullable=False, default=False)
    created = Column(Float, nullable=False)
    changed = Column(Float, nullable=False, index=True)
    version = Column(Integer, nullable=False, default=1)


class Lease(Base):  # type: ignore[misc,valid-type]
    """Which server process has the database: one row, renewed while it runs."""

    __tablename__ = "lease"

    name = Column(String(16), primary_key=True)
    key = Column(String(16), nullable=False)
    pid = Column(Integer, nullable=False)
    host = Column(String(255), nullable=False)
    started = Column(Float, nullable=False)
    until = Column(Float, nullable=False)


class Ended(Base):  # type: ignore[misc,valid-type]
    """A conversation of the web chat that was deleted, as a hash, until its last token expires."""

    __tablename__ = "ended"

    conversation = Column(String(64), primary_key=True)
    until = Column(Float, nullable=False)
