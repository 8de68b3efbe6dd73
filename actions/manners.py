"""Greeting, thanks, who are you, start again and the like: fixed words, no facts."""

from __future__ import annotations

import abc
from typing import Any, Text

from actions.answer import answer
from actions.contacts import person
from actions.find import SPECIFIC, find
from actions.follow import follow_up
from actions.guard import GuardedAction
from actions.steps import Walk
from actions.turn import CONTEXT, Turn
from actions.walk import move, offer, start
from bot.inbound import payload
from bot.privacy import keep_days
from bot.replies import Button, Reply
from knowledge import danger
from knowledge.render import words

SURE_OF_MANNERS = 0.6  # below, a longer message is looked up rather than answered with a phrase
SURE_TO_FORGET = 0.8  # below, nothing is cleared


def say(turn: Turn, phrase: str, *buttons: Button) -> Reply:
    """A fixed phrase."""
    text = words()["manners"][phrase].format(days=keep_days())
    return offer(turn, Reply("smalltalk", text, scope=turn.scope(local=False), buttons=list(buttons)))


def _ways_on() -> tuple[Button, Button]:
    return Button(words()["buttons"]["next"], payload("ask_next")), Button(words()["buttons"]["walk"], payload("walk"))


class _Phrase(GuardedAction):
    @property
    @abc.abstractmethod
    def phrase(self) -> str:
        """The name of the phrase in words.yml."""

    def name(self) -> Text:
        return f"action_{self.phrase}"

    def reply(self, turn: Turn) -> Reply:
        hanging = follow_up(turn)
        if hanging:
            return hanging
        if turn.confidence < SURE_OF_MANNERS and len(turn.text.split()) > 3:
            return answer(turn)
        if len(turn.text.split()) > 3 and (hits := find(turn)) and hits[0].score >= SPECIFIC:
            return answer(turn)
        return say(turn, self.phrase, *_ways_on())


class ActionGreet(_Phrase):
    phrase = "greet"

    def reply(self, turn: Turn) -> Reply:
        walk = Walk.of(turn)
        if walk and not walk.finished:
            return say(turn, "greet_back")
        return say(turn, "greet", *_ways_on())


class ActionThanks(_Phrase):
    phrase = "thanks"


class ActionBye(_Phrase):
    """A goodbye leaves with a number to ring; words of despair get no goodbye."""

    phrase = "bye"

    def reply(self, turn: Turn) -> Reply:
        if danger.despairs(turn.knowledge, turn.text):
            turn.gentle = True
            reply = say(turn, "upset", *_ways_on())
        else:
            reply = super().reply(turn)
        if reply.status == "smalltalk":
            reply.notes.append(danger.line(turn.knowledge, turn.role))
        return reply


class ActionCapabilities(_Phrase):
    phrase = "capabilities"


class ActionIdentity(_Phrase):
    phrase = "identity"


class ActionPrivacy(_Phrase):
    phrase = "privacy"


class ActionInsult(_Phrase):
    phrase = "insult"


class ActionUpset(GuardedAction):
    """Feelings without a question: acknowledged once; a question in them is answered."""

    def name(self) -> Text:
        return "action_upset"

    def reply(self, turn: Turn) -> Reply:
        if "?" in turn.text:
            return answer(turn)
        return say(turn, "upset", *_ways_on())


class ActionRestart(GuardedAction):
    """Forget what was said of the situation, and the checklist."""

    def name(self) -> Text:
        return "action_start_again"

    def reply(self, turn: Turn) -> Reply:
        typed_command = "_" in turn.text  # '/session_start' by hand is nobody's wish to forget
        if not turn.tapped and (turn.confidence < SURE_TO_FORGET or typed_command):
            return say(turn, "unclear", *_ways_on())
        for slot in (*CONTEXT, "home_area", "facts", "pending", "walk", "last", "danger"):
            turn.set(slot, None)
        turn.set("misses", 0)
        return Reply(
            "smalltalk", words()["manners"]["restart"], scope=turn.scope(local=False), buttons=list(_ways_on())
        )


class ActionRepeat(GuardedAction):
    """Say the last answer again."""

    def name(self) -> Text:
        return "action_repeat"

    def reply(self, turn: Turn) -> Reply:
        if not turn.last_reply:
            return say(turn, "repeat_nothing", *_ways_on())
        return Reply.from_dict(turn.last_reply)


class ActionPerson(GuardedAction):
    """A person to talk to: whom to contact in the area."""

    def name(self) -> Text:
        return "action_person"

    def reply(self, turn: Turn) -> Reply:
        return offer(turn, person(turn, "person"))


class ActionAffirm(GuardedAction):
    """Yes: to the step in hand, or to what was offered last."""

    def name(self) -> Text:
        return "action_affirm"

    def reply(self, turn: Turn) -> Reply:
        last: dict[str, Any] = turn.last_reply or {}
        walk = Walk.of(turn)
        if walk and not walk.finished:
            return move(turn, walk, "done" if last.get("status") == "walkthrough_step" else "resume")
        offered = [b.get("payload") for b in last.get("buttons") or []]
        if payload("walk") in offered:
            return start(turn)
        return say(turn, "affirm", *_ways_on())


class ActionDeny(GuardedAction):
    """No: to the step in hand, or to what was offered last."""

    def name(self) -> Text:
        return "action_deny"

    def reply(self, turn: Turn) -> Reply:
        walk = Walk.of(turn)
        if walk and not walk.finished and (turn.last_reply or {}).get("status") == "walkthrough_step":
            return move(turn, walk, "not_yet")
        if turn.confidence >= SURE_OF_MANNERS:  # 'not sure' is no refusal
            turn.set("pending", None)
        return say(turn, "deny", *_ways_on())
