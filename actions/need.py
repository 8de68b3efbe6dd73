"""Answering with guides: the whole answer to what a person came with, and what comes after it."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Optional, Sequence

from actions.find import FOLLOWS, SPECIFIC, SURE_SHORT, find
from actions.turn import Turn
from bot.dialogue.asked import asked
from bot.dialogue.decide import Candidate, decide
from bot.dialogue.needs import candidates
from bot.inbound import payload
from bot.replies import Button, Reply, body
from knowledge.blocks import Block
from knowledge.compose import compose
from knowledge.query import denies
from knowledge.render import words
from knowledge.words import plain

LOOKED_UP = ("interventions", "services", "glossary", "duty", "duties", "stages")  # kinds that are things, not needs
FITS = 0.4  # the chance from which a guide's actions go with a rule
GOES_ON = 16  # words: a longer message is read by itself
LISTED = 24  # words: what is longer is more than a question for the list of a stage
SHORT = 15  # words: what is shorter may ask for one rule or thing
NEAR_ENOUGH = 0.6  # likeness of a guide's words from which an unlikely need is told all the same
OWN = 0.4  # the chance from which a message that may go on comes with a need of its own,
OWN_SHORT = 0.65  # and a very short one
SURE_KIND = 0.5  # the confidence from which a kind of question is trusted
MEANT = 2  # of those stand among the ways on at once
WAYS = 5
PARTS = 60  # keys of parts that are kept as told
LEAST = 0.08  # the chance below which another need is not worth a button
YES_OR_NO = re.compile(r"^(?:yes|no)\b *[,.;:] *", re.I)
# a question that only asks to be confirmed
TAGGED = re.compile(
    r"\b(?:right|correct|true|yeah|yes)\W*$"
    r"|\b(?:is|are|was|does|do|did|can|could|will|would)nt (?:it|they|he|she|we|i)\W*$"
)
OTHERS = 3  # needs that are offered where the ones told were not meant


def need(turn: Turn) -> Optional[Reply]:
    """The guides that the message asks for; the next part of the last; None where a thing is looked up."""
    if turn.tapped:
        return None
    likely = ranked(turn)
    again = _after(turn, likely)
    if again or _looks_up(turn) or _short_and_sure(turn) or _outside(turn, likely):
        return again
    decision = decide(likely)
    if decision.act == "tell":
        others = [c for c in likely if c.id not in decision.needs][:OTHERS]
        return tell_need(turn, decision.needs, asked(turn.question()), others=others)
    return offer_needs(turn, decision.needs) if decision.act == "offer" else None


def ranked(turn: Turn) -> list[Candidate]:
    """The needs that the message may come with, the likeliest first."""
    near = turn.desk.finder.guides(turn.desk.reader.without_areas(turn.text), turn.area)
    learnt = turn.understood.get("needs") or []
    return candidates(learnt, near, turn.knowledge.guides, turn.area, turn.writer)


def tell_need(
    turn: Turn,
    needs: Sequence[str],
    asks: Optional[str] = None,
    again: Sequence[str] = (),
    others: Sequence[Candidate] = (),
) -> Optional[Reply]:
    """The answer of these guides for this person; None where nothing is left to say.

    `again` are parts told before; `others` are needs that may have been meant instead.
    """
    composed = compose(turn.knowledge, needs, turn.situation(), turn.voice, turn.area, asks, again)
    if not composed.blocks:
        return None
    blocks = composed.blocks if _put_as_it_is_answered(turn) else [_without_yes_or_no(b) for b in composed.blocks]
    guides = turn.knowledge.guides
    meant = [other.id for other in others if other.chance >= LEAST][:MEANT]
    ways = [*meant, *(name for name in composed.next if name not in meant)]
    buttons = [Button(guides[name].title, payload("show", record=name)) for name in ways[:WAYS]]
    last: dict[str, Any] = {"records": composed.records[:5], "intent": "need", "text": turn.text}
    last["needs"] = composed.needs
    last["understood"] = {"needs": turn.understood.get("needs") or []}
    turn.set("last", {**last, "parts": [*again, *composed.parts][-PARTS:], "others": [other.id for other in others]})
    turn.set("misses", 0)
    area = next((guides[n].area for n in composed.needs if guides[n].area), None)
    return Reply(
        "answered",
        records=composed.records,
        scope=turn.scope(local=bool(area or turn.area)),
        sources=composed.sources,
        contacts=composed.contacts,
        buttons=[*buttons, Button(words()["buttons"]["not_asked"], payload("none_of_these"))],
        blocks=blocks,
        needs=composed.needs,
    )


def _put_as_it_is_answered(turn: Turn) -> bool:
    """Whether a yes or no can be meant for what was asked: 'may they …?', not denied and no 'is that right?'."""
    question = plain(turn.question())
    return asked(question) in ("may", "must") and not denies(question) and not TAGGED.search(question)


def _without_yes_or_no(block: Block) -> Block:
    """An answer as a statement, where a yes or no might be taken for something that was not asked."""
    if block.kind != "answer":
        return block
    text, items = (YES_OR_NO.sub("", block.text), tuple(YES_OR_NO.sub("", item) for item in block.items))
    return dataclasses.replace(block, text=text[:1].upper() + text[1:], items=items)


def offer_needs(turn: Turn, needs: Sequence[str]) -> Reply:
    """Which of a few needs was meant."""
    guides = [turn.knowledge.guides[name] for name in needs]
    buttons = [Button(guide.title, payload("show", record=guide.id)) for guide in guides]
    listed = "\n".join(f"- {guide.title}" for guide in guides)
    return Reply(
        "clarifies",
        f"{words()['manners']['clarify']}\n{listed}",
        scope=turn.scope(),
        buttons=[*buttons, Button(words()["buttons"]["none_of_these"], payload("none_of_these"))],
    )


def other_needs(turn: Turn) -> Optional[Reply]:
    """What else the last message may have come with, where what was told was not meant."""
    last = turn.get("last") or {}
    if not last.get("others"):
        return None
    turn.set("last", {**last, "others": []})
    return offer_needs(turn, last["others"])


def _after(turn: Turn, likely: Sequence[Candidate]) -> Optional[Reply]:
    """The next part of the last guide, where a short message brings no need of its own and asks on: 'by when?'."""
    last = turn.get("last") or {}
    told = last.get("needs") or []
    if not told or len(turn.text.split()) > GOES_ON:
        return None
    own = likely[0].chance if likely and likely[0].id not in told else 0.0
    bare = turn.desk.reader.bare(turn.question())
    least = OWN if len(turn.text.split()) > FOLLOWS else OWN_SHORT
    if not bare and (own >= least or _short_and_sure(turn) or not (turn.asks() or turn.case_changed())):
        return None
    return tell_need(turn, told, asked(turn.text), last.get("parts") or [])


def more_of_need(turn: Turn) -> Optional[Reply]:
    """What has not been told yet of the last guide."""
    last = turn.get("last") or {}
    return tell_need(turn, last["needs"], None, last.get("parts") or []) if last.get("needs") else None


def with_need(turn: Turn, reply: Reply) -> Reply:
    """A single rule that was told, and what to do with it: the likeliest guide's actions, dates and the way to it."""
    rule = turn.knowledge.records.get(next(iter(reply.records), ""))
    if turn.tapped or not reply.verbatim or rule is None or rule.kind not in ("law", "guidance"):
        return reply
    likely = next(iter(ranked(turn)), None)
    if likely is None or likely.chance < FITS:
        return reply
    composed = compose(turn.knowledge, [likely.id], turn.situation(), turn.voice, turn.area, asked(turn.question()))
    added = [block for block in composed.blocks if block.kind in ("do_now", "deadline") and not block.folded]
    if not added:
        return reply
    reply.blocks, reply.text = [*body(reply), *added], ""
    reply.needs = composed.needs
    title = turn.knowledge.guides[likely.id].title
    reply.buttons = [Button(title, payload("show", record=likely.id)), *reply.buttons]
    return reply


def _short_and_sure(turn: Turn) -> bool:
    """Whether a short message is one that single records answer: a rule that is plainly found, a thing, a list."""
    if len(turn.text.split()) > SHORT:
        return False
    if turn.intent in ("inform", "ask_stage", "ask_duties", "ask_next", "ask_contact", "out_of_scope"):
        return turn.confidence >= SURE_KIND
    hits = find(turn)
    return bool(hits) and hits[0].score >= SURE_SHORT and hits[0].record not in turn.told_last()


def _outside(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a message seems to be about nothing of ours: no need is likely, and no words of a guide are near."""
    if likely and likely[0].chance >= FITS:
        return False
    near = turn.desk.finder.guides(turn.desk.reader.without_areas(turn.text), turn.area)
    return turn.intent == "out_of_scope" or max((likeness for _, likeness in near), default=0.0) < NEAR_ENOUGH


def _looks_up(turn: Turn) -> bool:
    """Whether a thing is asked for and no need: a term, a service, a stage of a pathway, an intervention."""
    sure = turn.confidence >= SURE_KIND
    own_list = turn.knowledge.pathway(turn.area) and turn.stage() and len(turn.text.split()) <= LISTED
    if turn.intent in ("ask_stage", "ask_duties", "ask_next") and (own_list or (sure and turn.says_stage())):
        return True
    hits = find(turn)
    thing = bool(hits) and hits[0].record.kind in LOOKED_UP and hits[0].score >= SPECIFIC
    if turn.intent in ("ask_meaning", "ask_contact") and sure:
        return thing
    return thing and hits[0].record.id in turn.things_named() and len(turn.text.split()) <= 2 * FOLLOWS
