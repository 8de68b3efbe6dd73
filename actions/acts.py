"""The actions of the walkthrough: starting it, and what a person does on the open walk."""

from __future__ import annotations

import abc
from typing import Optional, Text

from actions.answer import answer, more
from actions.guard import GuardedAction
from actions.pathway import after_another
from actions.steps import Walk
from actions.turn import Turn
from actions.walk import TICKS, move, no_walk, start
from bot.replies import Reply

LONG = 8  # words
TICK = 3  # words: 'yes, done that'
SURE_ACT = 0.8  # below, an act on a checklist that is not open is doubted


class ActionWalk(GuardedAction):
    """Starts the walkthrough; a long message that names some thing asks about it, whatever its tone."""

    def name(self) -> Text:
        return "action_walk"

    def reply(self, turn: Turn) -> Reply:
        said = any(kind == "walk" for _, kind in turn.sentences)
        if not turn.tapped and not said and len(turn.text.split()) > LONG and turn.things_named():
            return answer(turn)
        return start(turn)


class _Move(GuardedAction):
    """One act of a person on the open walk."""

    @property
    @abc.abstractmethod
    def act(self) -> str:
        """The act, as `move` knows it."""

    def name(self) -> Text:
        return f"action_walk_{self.act}"

    def reply(self, turn: Turn) -> Reply:
        walk = Walk.of(turn)
        if walk is None and (following := after_another(turn)):
            return following
        if walk is None or (walk.finished and self.act in TICKS):
            return _about_what_was_told(turn) or no_walk(turn)
        turn.set("misses", 0)
        turn.set("pending", None)
        return move(turn, walk, self.act)


def _about_what_was_told(turn: Turn) -> Optional[Reply]:
    """With no checklist open, what only sounds like a tick may ask about the last answer: 'how do I undo it'."""
    doubted = len(turn.text.split()) > TICK and turn.confidence < SURE_ACT
    if turn.tapped or not doubted or not turn.told_last():
        return None
    before, turn.intent = dict(turn.changes), "ask"
    reply = answer(turn)
    if reply.status in ("answered", "clarifies"):
        return reply
    turn.changes = before
    return None


class ActionWalkDone(_Move):
    act = "done"


class ActionWalkNotYet(_Move):
    act = "not_yet"


class ActionWalkConsidered(_Move):
    act = "considered"


class ActionWalkNotApplicable(_Move):
    act = "not_applicable"


class ActionWalkMore(_Move):
    """Tell me more: about the step, or, outside a walk, about the last answer."""

    act = "more"

    def reply(self, turn: Turn) -> Reply:
        walk = Walk.of(turn)
        if walk and not walk.finished and (turn.last_reply or {}).get("status") == "walkthrough_step":
            return super().reply(turn)
        return more(turn)


class ActionWalkBack(_Move):
    act = "back"


class ActionWalkSkip(_Move):
    act = "skip"


class ActionWalkStop(_Move):
    act = "stop"


class ActionWalkResume(_Move):
    act = "resume"


class ActionWalkSummary(_Move):
    act = "summary"


class ActionWalkReason(_Move):
    act = "reason"
