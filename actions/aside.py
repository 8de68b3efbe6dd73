"""What a page for danger put aside: the question in the message, which is kept, and the kinds that a person denied."""

from __future__ import annotations

import re
from typing import Any, Optional

from actions.answer import answer
from actions.contacts import person
from actions.told import ASKS, only_tells, take_in
from actions.turn import Turn
from actions.walk import start
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import danger, languages
from knowledge.render import words
from knowledge.words import plain

SLOT = "danger"
HINTED = 2  # kinds that a button's page adds to all help there is
_QUESTION = re.compile(
    r"(?:^|[.!,;:] |\b(?:and|but|so|please|know) )"
    r"(?:whats?|how|whom?|why|when|where|which|can|could|should|must|may|do|does|did|will|would|is|are|tell me)\b"
)
_SITUATION = ("counts", "stage", "decision", "facts", "days", "named")
# what helps nobody who wanted an answer and no page
EMPTY = ("smalltalk", "error")


def page_kinds(turn: Turn) -> list[str]:
    """The kinds that this message has a page for: what was denied needs a plain sign.

    Whoever presses the button has said nothing new: all help, and then what the gentle line was about.
    """
    denied = _kept(turn).get("denied") or []
    if turn.tapped:
        hinted = danger.for_reader(_kept(turn).get("hinted") or [], turn.writer)
        return [danger.UNSURE, *(kind for kind in hinted if kind not in denied)]
    kinds = danger.for_reader(turn.danger or [danger.UNSURE], turn.writer)
    return [kind for kind in kinds if kind in turn.plain_danger or kind not in denied]


def note_hint(turn: Turn) -> None:
    """Keep what the gentle line above an answer is about, for who then presses the button."""
    if turn.gentle and turn.danger:
        turn.set(SLOT, {**_kept(turn), "hinted": turn.danger[:HINTED]})


def hinted_help(turn: Turn) -> list[dict[str, Any]]:
    """Whom to ring about what the gentle line is about, where nothing else is answered; the numbers that page pins."""
    kinds = danger.for_reader(turn.danger[:HINTED], turn.role) if turn.gentle else []
    if not kinds:
        return []
    page = danger.page(turn.knowledge, kinds, turn.role, turn.area, turn.text)
    return [contact for contact in page.contacts if contact.get("pin")]


def note_denial(turn: Turn) -> bool:
    """Whether the message denies the page just shown. What was shown is then denied for the rest of the talk."""
    shown_last = (turn.last_reply or {}).get("status") == "crisis"
    if turn.tapped or not shown_last or not danger.denies(turn.text):
        return False
    deny(turn)
    return True


def deny(turn: Turn) -> None:
    """Nothing of what the last page was about was meant."""
    kept = _kept(turn)
    denied = [*(kept.get("denied") or []), *(kept.get("shown") or [])]
    turn.set(SLOT, {**kept, "denied": sorted(set(denied))})


def put_aside(turn: Turn, shown: list[str]) -> None:
    """Keep the message's question behind the page of these kinds; a denial keeps the question that it is about."""
    kept = _kept(turn)
    question = kept.get("question") if turn.tapped or (kept and danger.denies(turn.text)) else None
    denied = [kind for kind in kept.get("denied") or [] if kind not in shown]
    turn.set(SLOT, {"shown": shown, "denied": denied, "question": question or _question(turn)})


def _question(turn: Turn) -> Optional[dict[str, Any]]:
    """The message as an ordinary one, to be answered later."""
    if turn.tapped:
        return None
    intent, confidence = turn.ordinary
    return {
        "intent": intent,
        "confidence": confidence,
        "text": turn.text,
        "reading": turn.reading,
        "entities": turn.entities,
        "sentences": turn.sentences,
        "understood": turn.understood,
        "language": turn.language,
    }


def _kept(turn: Turn) -> dict[str, Any]:
    return turn.get(SLOT) or {}


def answer_denial(turn: Turn) -> Reply:
    """The answer to a message that denies: to the question in it, else to the one that was put aside."""
    if ASKS.search(plain(turn.text)) and not _only_denies(turn):
        return answer_here(turn)
    return answer_aside(turn)


def _only_denies(turn: Turn) -> bool:
    return bool(_kept(turn).get("question")) and not turn.ordinary[0].startswith("ask")


def answer_here(turn: Turn) -> Reply:
    """The ordinary answer to a message whose sign of danger is too weak for another page."""
    return _answer(turn, _question(turn))


def answer_aside(turn: Turn) -> Reply:
    """The answer to the question that the page put aside."""
    kept = _kept(turn)
    turn.set(SLOT, {**kept, "question": None})
    return _answer(turn, kept.get("question"))


def _answer(turn: Turn, question: Optional[dict[str, Any]]) -> Reply:
    before = dict(turn.changes)
    if question and _asks(question):
        reply = _ordinary(turn, question)
        if reply.status not in EMPTY:
            line = danger.line(turn.knowledge, turn.role)
            reply.notes += [line] if line not in reply.notes else []
            return reply
    turn.changes = before
    buttons = [Button(words()["buttons"][name], payload(act)) for name, act in _WAYS_ON]
    return Reply(
        "smalltalk",
        words()["manners"]["nothing_asked"],
        scope=turn.scope(local=False),
        buttons=buttons,
        notes=[danger.line(turn.knowledge, turn.role)],
    )


def _asks(question: dict[str, Any]) -> bool:
    """Whether there is something to answer: a question, or a word on how things stand. A cry alone has no answer."""
    if question["language"] or "?" in question["text"] or _QUESTION.search(plain(question["text"])):
        return True
    return any(question["reading"].get(name) for name in _SITUATION)


_WAYS_ON = (("next", "ask_next"), ("walk", "walk"), ("person", "person"))


def _ordinary(turn: Turn, question: dict[str, Any]) -> Reply:
    """The question answered as if there had been no page."""
    turn.intent, turn.confidence, turn.text = question["intent"], question["confidence"], question["text"]
    turn.reading, turn.entities = question["reading"], question["entities"]
    turn.sentences = [(s, kind) for s, kind in question["sentences"]]
    turn.understood = question.get("understood") or {}
    turn.told, turn.tapped, turn.language = None, False, question["language"]
    turn.understand()
    foreign = unread(turn)
    if foreign:
        return foreign
    if turn.intent == "inform" or only_tells(turn):
        return take_in(turn)
    if turn.intent == "walk":
        return start(turn)
    if turn.intent == "person":
        return person(turn, "person")
    return answer(turn)


def unread(turn: Turn) -> Optional[Reply]:
    """The reply to a message that is not in English or has no words at all."""
    if turn.tapped or not (turn.language or not languages.is_read(turn.text)):
        return None
    manners = words()["manners"]
    lines = [languages.help_in(turn.language), manners["not_english" if turn.language else "no_words"]]
    text = "\n\n".join(filter(None, lines))
    return Reply("out_of_scope", text, scope=turn.scope(local=False), buttons=[danger_button()])


def danger_button() -> Button:
    """Opens the page with all kinds of help."""
    return Button(words()["buttons"]["danger"], payload("danger"))
