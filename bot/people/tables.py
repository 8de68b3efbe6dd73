"""What people create and no build can make again: the tables of the people's database."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Float, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import declarative_base

Base = declarative_base()

CONVERSATION = 64  # characters of a conversation's id


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
