"""Answering with guides: the whole answer to what a person came with, and what comes after it."""

from __future__ import annotations

import re
from typing import Any, Optional, Sequence

from actions.find import FOLLOWS, HANGS, SPECIFIC, STRONG, SURE_SHORT, find, nationwide
from actions.turn import Turn
from bot.dialogue.asked import asked, asking_sentences
from bot.dialogue.decide import Candidate, Decision, decide
from bot.dialogue.needs import candidates
from bot.dialogue.put import put
from bot.inbound import payload
from bot.nlu.understanding import understanding
from bot.replies import Button, Reply, body
from knowledge.blocks import Block
from knowledge.compose import answerable, compose
from knowledge.query import Asked, denies
from knowledge.render import words
from knowledge.schema import Guide
from knowledge.situation import Condition, facts
from knowledge.store import guide_of
from knowledge.words import plain

LISTS = ("ask_stage", "ask_duties", "ask_next")  # what asks for a list: of a stage, of duties, of steps
LOOKED_UP = ("interventions", "services", "glossary", "duty", "duties", "stages")  # kinds that are things, not needs
PLAINLY = 0.72  # the score from which a rule answers a short message, whatever need is likely,
UNLIKELY = 0.12  # and the chance under which no need is likely, so that a lower score is enough
OF_A_LIST = 0.75  # the chance of a need from which its guide is told, though a list of duties or steps is asked for
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
ALONE = 0.35  # what a short message by itself counts beside the message together with what was said before
FIRST_SAID, LAST_SAID = 60, 30  # words of a talk that its next message is read with
# kinds of school where the law on exclusions does not hold, and the guide that says what does
OUTSIDE = {"independent": "independent-school", "private-nursery": "under-fives", "college": "college"}
PARTS = 60  # keys of parts that are kept as told
LEAST = 0.08  # the chance below which another need is not worth a button
# a question that only asks to be confirmed
TAGGED = re.compile(
    r"\b(?:right|correct|true|yeah|yes)\W*$"
    r"|\b(?:is|are|was|does|do|did|can|could|will|would)nt (?:it|they|he|she|we|i)\W*$"
)
CONDITION = re.compile(r"[,;] |\b(?:if|because|cos|unless|until|when|while|as)\b")  # where what is asked ends
OF_MINE = re.compile(r"\b(?:can|could|may|am|are) (?:i|we|my|our)\b")
AT_SCHOOL = ("school", "governor")
OTHERS = 3  # needs that are offered where the ones told were not meant


def need(turn: Turn) -> Optional[Reply]:
    """The guides that the message asks for; the next part of the last; None where a thing is looked up."""
    if turn.tapped:
        return None
    likely = ranked(turn)
    found = _questions(turn)
    if again := _after(turn, likely, found):
        return again
    if _looks_up(turn, likely) or _asks_otherwise(turn, likely) or _short_and_sure(turn, likely):
        return None
    decision = decide(likely)
    keys = _put(turn, found, decision.needs if decision.act == "tell" else (), likely)
    if not keys and _outside(turn, likely):
        return None
    needs = _needs_of(decision, keys, found)
    if needs:
        needs, keys = _where_school_law_holds(turn, needs, keys)
        others = [c for c in likely if c.id not in needs][:OTHERS]
        return tell_need(turn, needs, asked(_asking(turn)), others=others, put=keys)
    return offer_needs(turn, decision.needs) if decision.act == "offer" else None


def _asking(turn: Turn) -> str:
    """The words of the message that ask."""
    return str(turn.understood.get("asks") or turn.question())


def _questions(turn: Turn) -> list[list[Asked]]:
    """For each sentence of the message that asks, the questions of guides that are nearest to it."""
    spoken = turn.desk.reader.without_areas(turn.text)
    parts = asking_sentences(spoken, str(turn.understood.get("asks") or ""))
    return turn.desk.finder.questions(parts, turn.area)


def _put(
    turn: Turn,
    found: Sequence[Sequence[Asked]],
    told: Sequence[str],
    likely: Sequence[Candidate] = (),
    following: Sequence[str] = (),
    again: bool = False,
) -> list[str]:
    """The questions of guides that the message puts, and that can be answered in this case."""
    case = turn.situation()

    def holds(key: str) -> Optional[bool]:
        return answerable(turn.knowledge, key, case, turn.voice, turn.area)

    return put(found, told, {each.id: each.chance for each in likely}, holds, following, again)


def _needs_of(decision: Decision, keys: Sequence[str], found: Sequence[object]) -> list[str]:
    """Whose guides are told: those decided on, or that of the only question that is put, alone."""
    told = list(decision.needs) if decision.act == "tell" else []
    put_to = list(dict.fromkeys(guide_of(key) for key in keys))
    if len(put_to) == 1 and len(found) == 1 and put_to[0] in told:
        return put_to
    return told or put_to


def _where_school_law_holds(turn: Turn, needs: list[str], keys: list[str]) -> tuple[list[str], list[str]]:
    """The guide for a school outside the exclusion law, in place of those that say nothing of such a school."""
    kind = turn.situation().get("kind_of_school")
    instead = OUTSIDE.get(str(kind))
    if instead not in turn.knowledge.guides or instead in needs:
        return needs, keys
    apart = [name for name in needs if _speaks_of(turn.knowledge.guides[name], f"kind_of_school={kind}")]
    kept = apart or [str(instead)]
    return kept, [key for key in keys if guide_of(key) in kept]


def _speaks_of(guide: Guide, case: str) -> bool:
    """Whether a guide has words for a case of its own."""
    fact, value = case.split("=")
    terms = (term for _, _, part in guide.parts() if part.when for term in Condition.parse(part.when).terms)
    return any(term.fact == fact and value in term.values for term in terms)


def ranked(turn: Turn) -> list[Candidate]:
    """The needs that the message may come with, the likeliest first."""
    near = turn.desk.finder.guides(turn.desk.reader.without_areas(turn.text), turn.area)
    learnt = _in_context(turn)
    return candidates(learnt, near, turn.knowledge.guides, turn.area, turn.writer, turn.situation())


def _in_context(turn: Turn) -> list[tuple[str, float]]:
    """The needs of the message with their chances; a short one is read together with what was said before."""
    alone = {str(name): float(chance) for name, chance in turn.understood.get("needs") or []}
    last, said = turn.get("last") or {}, len(turn.text.split())
    before = last.get("said") if last.get("intent") == "need" else None
    if not before or said >= HANGS:
        return list(alone.items())
    together = dict(understanding().read(f"{before} {turn.text}")["needs"])
    share = ALONE + (1 - ALONE) * max(0, said - FOLLOWS) / (HANGS - FOLLOWS)
    names = dict.fromkeys([*alone, *together])
    return [(name, share * alone.get(name, 0.0) + (1 - share) * together.get(name, 0.0)) for name in names]


def said_so_far(turn: Turn) -> str:
    """What the next message is read together with: the first words of what this talk is about, and the last ones."""
    words_said = f"{(turn.get('last') or {}).get('said', '')} {turn.text}".split()
    first, last = words_said[:FIRST_SAID], words_said[FIRST_SAID:][-LAST_SAID:]
    return " ".join([*first, *last])


def tell_need(
    turn: Turn,
    needs: Sequence[str],
    asks: Optional[str] = None,
    again: Sequence[str] = (),
    others: Sequence[Candidate] = (),
    put: Sequence[str] = (),
) -> Optional[Reply]:
    """The answer of these guides for this person; None where nothing is left to say.

    `again` are parts told before; `others` are needs that may have been meant instead; `put` the questions that the
    message puts.
    """
    case, confirms = turn.situation(), _can_be_confirmed(turn)
    composed = compose(turn.knowledge, needs, case, turn.voice, turn.area, asks, again, put, confirms)
    if not composed.blocks:
        return None
    guides = turn.knowledge.guides
    meant = [other.id for other in others if other.chance >= LEAST][:MEANT]
    ways = [*meant, *(name for name in composed.next if name not in meant)]
    buttons = [Button(guides[name].title, payload("show", record=name)) for name in ways[:WAYS]]
    last: dict[str, Any] = {"records": composed.records[:5], "intent": "need", "text": turn.text}
    last["needs"] = composed.needs
    last["asks"], last["said"] = asks, said_so_far(turn)
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
        blocks=[*_sum(turn, composed.needs), *composed.blocks],
        needs=composed.needs,
    )


def _sum(turn: Turn, needs: Sequence[str]) -> list[Block]:
    """What the school days that were told make together, where something in these guides turns on it."""
    if len(turn.summed) < 2 or not any(_turns_on_days(turn, name) for name in needs):
        return []
    *first, last = (f"{number:g}" for number in turn.summed)
    added = {"days": f"{', '.join(first)} and {last}", "total": f"{sum(turn.summed):g}"}
    return [Block("answer", words()["guide"]["sum"].format(**added))]


def _turns_on_days(turn: Turn, name: str) -> bool:
    """Whether something in a guide turns on the school days of suspension this term."""
    turning = {fact for fact, about in facts().items() if "days_this_term" in (fact, *about.sources)}
    parts = [part.when for _, _, part in turn.knowledge.guides[name].parts() if part.when]
    return any(turning & set(Condition.parse(when).facts) for when in parts)


def _can_be_confirmed(turn: Turn) -> bool:
    """Whether a yes or no can be meant for what was asked: 'may they …?', not denied and no 'is that right?'.

    Guides say yes or no to what a school may do and what the reader must do: 'can I say no?' is another question.
    """
    question = plain(_asking(turn))
    core = CONDITION.split(question)[0]
    kind, of_ones_own = asked(question), bool(OF_MINE.search(core))
    fits = kind == "must" or (kind == "may" and of_ones_own == (turn.voice in AT_SCHOOL))
    return fits and not denies(core) and not TAGGED.search(question)


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


def _after(turn: Turn, likely: Sequence[Candidate], found: Sequence[Sequence[Asked]]) -> Optional[Reply]:
    """What a message that asks on gets: the answer to its question in the last guide, or the next part of that."""
    last = turn.get("last") or {}
    told = last.get("needs") or []
    if not told:
        return None
    said, again = len(turn.text.split()), last.get("parts") or []
    own = likely[0].chance if likely and likely[0].id not in told else 0.0
    ways = [name for guide in told for name in turn.knowledge.guides[guide].next if name not in told]
    if turning := [name for name in (*told, *ways) if turn.summed[1:] and _turns_on_days(turn, name)]:
        return tell_need(turn, turning[:1], asked(turn.text))
    if _puts_right(turn, told) and (more := tell_need(turn, told, last.get("asks"), again)):
        return more
    if not turn.desk.reader.bare(turn.question()) and (_looks_up(turn, likely) or _asks_otherwise(turn, likely)):
        return None
    keys = _put(turn, found, told, following=ways, again=True)
    if keys and own < (OWN_SHORT if said <= GOES_ON else OWN):
        here = any(guide_of(key) in told for key in keys)
        return tell_need(turn, told if here else [guide_of(keys[0])], asked(turn.text), again, put=keys)
    if keys or said > GOES_ON:
        return None
    if not turn.desk.reader.bare(turn.question()):
        if own >= (OWN if said > FOLLOWS else OWN_SHORT) or not (turn.asks() or turn.case_changed()):
            return None
        hits = find(turn)
        if hits and hits[0].score >= STRONG and hits[0].record not in turn.told_last():
            return None
    return tell_need(turn, told, asked(turn.text), again)


def _puts_right(turn: Turn, told: Sequence[str]) -> bool:
    """Whether a message asks nothing and only tells something more of the case, for which the last guides still fit."""
    if turn.understood.get("asks") or turn.asks() or not turn.case_changed():
        return False
    case = turn.situation()
    kept = (turn.knowledge.guides[name].when for name in told)
    return not any(when and Condition.parse(when).holds(case) is False for when in kept)


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
    told = any(block.kind == "do_now" for block in body(reply))
    if likely is None or likely.chance < FITS or told or not _for_whom_it_is(turn, likely.id):
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


def _for_whom_it_is(turn: Turn, name: str) -> bool:
    """Whether a guide has words for who asks; who has not said may be anybody, most are parents."""
    return (turn.voice or "parent") in turn.knowledge.guides[name].for_


def _short_and_sure(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a short message is answered by a rule that is plainly found."""
    best = next(iter(find(turn)), None)
    if len(turn.text.split()) > SHORT or best is None or best.record in turn.told_last():
        return False
    own = likely[0].chance if likely else 0.0
    held = nationwide(best.record) or best.record.area == turn.area
    believed = best.phrase in [it.belief for it in getattr(best.record.entry, "corrects", [])]
    least = SURE_SHORT if believed or own < UNLIKELY else PLAINLY
    return held and best.score >= least


def _asks_otherwise(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a short message is surely of a kind that no guide answers: it tells something, or asks for a list."""
    own, said = likely[0].chance if likely else 0.0, len(turn.text.split())
    after_a_list = (turn.get("last") or {}).get("intent") in LISTS
    if said <= FOLLOWS and own < OWN_SHORT and (after_a_list or turn.desk.reader.reaches(turn.question())):
        return True
    only_tells = not turn.asks() and not turn.understood.get("asks") and turn.case_changed()
    if said <= SHORT and only_tells and own < OF_A_LIST:
        return True
    if said > SHORT or turn.confidence < SURE_KIND:
        return False
    if turn.intent == "inform":
        return not turn.asks()
    if turn.intent == "out_of_scope":
        return own < FITS and not turn.case_changed()
    if turn.intent in LISTS:
        return own < OF_A_LIST or bool(turn.knowledge.pathway(turn.area))
    return turn.intent == "ask_contact"


def _outside(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a message seems to be about nothing of ours: no need is likely, and no words of a guide are near."""
    if likely and likely[0].chance >= FITS:
        return False
    near = turn.desk.finder.guides(turn.desk.reader.without_areas(turn.text), turn.area)
    return turn.intent == "out_of_scope" or max((likeness for _, likeness in near), default=0.0) < NEAR_ENOUGH


def _looks_up(turn: Turn, likely: Sequence[Candidate]) -> bool:
    """Whether a thing is asked for and no need: a term, a service, a stage of a pathway, an intervention."""
    sure = turn.confidence >= SURE_KIND
    own_list = turn.knowledge.pathway(turn.area) and turn.stage() and len(turn.text.split()) <= LISTED
    if turn.intent in LISTS and (own_list or (sure and turn.says_stage())):
        return True
    hits = find(turn)
    thing = bool(hits) and hits[0].record.kind in LOOKED_UP and hits[0].score >= SPECIFIC
    if turn.intent in ("ask_meaning", "ask_contact") and sure:
        return thing
    if not thing or hits[0].record.id not in turn.things_named():
        return False
    own = likely[0].chance if likely else 0.0
    return (own < OWN_SHORT and hits[0].score >= STRONG) or len(turn.text.split()) <= FOLLOWS
