"""The guard around every action: one way in, one way out, and an answer whatever fails."""

from __future__ import annotations

import abc
import logging
from typing import Any, Dict, List, Optional, Text

from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions import aside
from actions.answer import rerun
from actions.ask import ask_again
from actions.told import introduced, only_corrects, take_in
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import danger
from knowledge.render import words

# they leave somebody without what they asked for: a number to ring stands below
DECLINES = ("out_of_scope", "not_covered", "offers_person")
SHORT_ANSWER = 6  # words

log = logging.getLogger(__name__)


class GuardedAction(Action, abc.ABC):
    """Runs `reply` and hands the Reply to the channel; whatever fails, the person gets one that says what to do."""

    @abc.abstractmethod
    def reply(self, turn: Turn) -> Reply:
        """The answer to this turn. Slots are changed through `turn`."""

    # crisis alone leaves all that is known as it was
    understands = True

    def _resolved(self, turn: Turn) -> Optional[Reply]:
        """The answer to a message that only puts right what was said, or supplies what a question waited for."""
        if not self.understands:
            return None
        if unread := aside.unread(turn):
            return unread
        if aside.note_denial(turn):
            return aside.answer_denial(turn)
        told = turn.understand()
        if only_corrects(turn):
            return take_in(turn)
        pending = turn.get("pending")
        if not pending:
            return introduced(turn)
        if not turn.supplies(told) or (len(turn.text.split()) > SHORT_ANSWER and not turn.tapped):
            return None
        return rerun(turn, pending)

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Dict[Text, Any]) -> List[Dict]:
        try:
            turn = Turn.of(tracker)
            reply = self._resolved(turn) or self.reply(turn)
            if self.understands:
                ask_again(turn, reply)
            aside.note_hint(turn)
            events = turn.events()
            _add_notes(turn, reply)
        except Exception as error:  # the one place that catches everything: nobody is left without an answer
            # the type and place of the fault, never its text, which may carry the person's words
            trace = error.__traceback__
            while trace is not None and trace.tb_next is not None:
                trace = trace.tb_next
            where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
            log.error("%s failed: %s at %s", self.name(), type(error).__name__, where)
            reply = Reply(
                "error", words()["manners"]["error"], buttons=[Button(words()["buttons"]["person"], payload("person"))]
            )
            events = []
        # no `text`: every channel renders the Reply itself, and the conversation is kept once, not twice
        dispatcher.utter_message(reply=reply.to_dict())
        return events


def _add_notes(turn: Turn, reply: Reply) -> None:
    """What goes with any reply but a crisis one: what was left out, the gentle line above, a number to ring below."""
    if reply.status == "crisis":
        reply.notes = []
        return
    if turn.redacted:
        *others, last = turn.redacted
        named = f"{', '.join(others)} and {last}" if others else last
        reply.notes.append(words()["labels"]["redacted"].format(what=named))
    if reply.status in DECLINES:
        reply.contacts = reply.contacts or aside.hinted_help(turn)
        if not (turn.gentle and reply.contacts):
            reply.notes.append(danger.line(turn.knowledge, turn.role))
    if turn.gentle:
        reply.hint = "" if turn.hinted else danger.gentle(turn.knowledge)
        if aside.danger_button() not in reply.buttons:
            reply.buttons.append(aside.danger_button())
