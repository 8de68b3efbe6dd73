"""The actions for questions and for what a person tells of their situation."""

from __future__ import annotations

import re
from typing import Optional, Text

from actions.answer import anew, answer
from actions.choose import miss
from actions.guard import GuardedAction
from actions.need import other_needs, tell_need
from actions.steps import Walk
from actions.tell import tell
from actions.told import asks_what_changes, only_tells, take_in
from actions.turn import Turn
from actions.walk import move
from bot.replies import Reply

WAITS = 2  # turns that a question with something missing is kept for
REASON = re.compile(r"^\s*(because|cos|reason)\b", re.I)


class ActionAnswer(GuardedAction):
    """Answers any question, whatever its kind; also what the classifier could not place."""

    def name(self) -> Text:
        return "action_answer"

    def reply(self, turn: Turn) -> Reply:
        reason = _given_reason(turn)
        if reason:
            return reason
        if only_tells(turn):
            return take_in(turn)
        if asks_what_changes(turn) and (reply := anew(turn)):
            return reply
        _age_pending(turn)
        return answer(turn)


def _given_reason(turn: Turn) -> Optional[Reply]:
    """The reply to a reason, where a walk is open: 'because we wait for the educational psychologist'."""
    walk = Walk.of(turn)
    if walk and not walk.finished and REASON.match(turn.text):
        return move(turn, walk, "reason")
    return None


def _age_pending(turn: Turn) -> None:
    """A question that waits may be answered after something else was asked, but not for ever."""
    pending = turn.get("pending")
    if pending:
        age = int(pending.get("age", 0)) + 1
        turn.set("pending", {**pending, "age": age} if age <= WAITS else None)


class ActionInform(GuardedAction):
    """Takes in what a person says of their situation, and answers the question that waited for it."""

    def name(self) -> Text:
        return "action_inform"

    def reply(self, turn: Turn) -> Reply:
        return _given_reason(turn) or take_in(turn)


class ActionShow(GuardedAction):
    """Shows the record that a button names."""

    def name(self) -> Text:
        return "action_show"

    def reply(self, turn: Turn) -> Reply:
        name = turn.entities["record"]
        if name in turn.knowledge.guides:
            return tell_need(turn, [name]) or miss(turn)
        return tell(turn, [name])


class ActionNoneOfThese(GuardedAction):
    """None of what was told or offered was meant."""

    def name(self) -> Text:
        return "action_none_of_these"

    def reply(self, turn: Turn) -> Reply:
        return other_needs(turn) or miss(turn)
