"""Answering with guides: the whole answer to what a person came with, and what comes after it."""

from __future__ import annotations

from typing import Optional, Sequence

from actions.find import FOLLOWS, SPECIFIC, STRONG, find
from actions.turn import Turn
from bot.dialogue.asked import asked
from bot.dialogue.decide import Candidate, decide
from bot.dialogue.needs import candidates
from bot.inbound import payload
from bot.replies import Button, Reply, body
from knowledge.compose import compose
from knowledge.render import words

LOOKED_UP = ("interventions", "services", "glossary", "duty", "duties", "stages")  # kinds that are things, not needs
FITS = 0.4  # the chance from which a guide's actions go with a rule
GOES_ON = 16  # words: a longer message is read by itself
OWN = 0.4  # the chance from which a short message comes with a need of its own
SURE_KIND = 0.5  # the confidence from which a kind of question is trusted
MEANT = 2  # of those stand among the ways on at once
WAYS = 5
PARTS = 60  # keys of parts that are kept as told
LEAST = 0.04  # the chance below which another need is not worth a button
OTHERS = 3  # needs that are offered where the ones told were not meant


def need(turn: Turn) -> Optional[Reply]:
    """The guides that the message asks for; the next part of the last; None where a thing is looked up."""
    if turn.tapped:
        return None
    likely = ranked(turn)
    again = _after(turn, likely)
    if again or _looks_up(turn) or _one_rule(turn, likely):
        return again
    decision = decide(likely)
    if decision.act == "tell":
        others = [c.id for c in likely if c.id not in decision.needs and c.chance >= LEAST][:OTHERS]
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
    others: Sequence[str] = (),
) -> Optional[Reply]:
    """The answer of these guides for this person; None where nothing is left to say.

    `again` are parts told before; `others` are needs that may have been meant instead.
    """
    composed = compose(turn.knowledge, needs, turn.situation(), turn.voice, turn.area, asks, again)
    if not composed.blocks:
        return None
    guides = turn.knowledge.guides
    ways = [*others[:MEANT], *(name for name in composed.next if name not in others[:MEANT])]
    buttons = [Button(guides[name].title, payload("show", record=name)) for name in ways[:WAYS]]
    last = {"records": composed.records[:5], "intent": "need", "text": turn.text, "needs": composed.needs}
    turn.set("last", {**last, "parts": [*again, *composed.parts][-PARTS:], "others": list(others)})
    turn.set("misses", 0)
    area = next((guides[n].area for n in composed.needs if guides[n].area), None)
    return Reply(
        "answered",
        records=composed.records,
        scope=turn.scope(local=bool(area or turn.area)),
        sources=composed.sources,
        contacts=composed.contacts,
        buttons=[*buttons, Button(words()["buttons"]["not_asked"], payload("none_of_these"))],
        blocks=composed.blocks,
        needs=composed.needs,
    )


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
    if not bare and (own >= OWN or not (turn.asks() or turn.case_changed())):
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


def _one_rule(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a short message asks for one rule, which is plainly found, and was not told just now."""
    hits = find(turn)
    rule = bool(hits) and hits[0].record.kind in ("law", "guidance") and hits[0].score >= STRONG
    if not rule or hits[0].record in turn.told_last():
        return False
    short = len(turn.text.split()) <= FOLLOWS + 3
    return short or (len(turn.text.split()) <= 2 * FOLLOWS and (not likely or likely[0].chance < OWN))


def _looks_up(turn: Turn) -> bool:
    """Whether a thing is asked for and no need: a term, a service, a stage of a pathway, an intervention."""
    sure = turn.confidence >= SURE_KIND
    if turn.intent in ("ask_stage", "ask_duties") and sure and turn.knowledge.pathway(turn.area):
        return bool(turn.stages_named() or turn.stage())
    hits = find(turn)
    thing = bool(hits) and hits[0].record.kind in LOOKED_UP and hits[0].score >= SPECIFIC
    if turn.intent in ("ask_meaning", "ask_contact") and sure:
        return thing
    return thing and hits[0].record.id in turn.things_named() and len(turn.text.split()) <= 2 * FOLLOWS
