"""Finding the records near a message that may answer this person, and how near is near enough."""

from __future__ import annotations

import dataclasses
import re
from typing import Optional

from actions.turn import Turn
from knowledge.query import Hit, Wanted, local_areas
from knowledge.store import Record

# scores of knowledge/query.py; docs/adr/0004-finding.md says how they were read off
SURE = 0.46  # at and above, a hit answers
SURE_SHORT = 0.50  # the same for a message of a few words, which is soon near to something
OFFERED = 0.36  # at and above, offered as a button where nothing answers
SURE_OUT_OF_SCOPE = 0.70  # so near a record that a trained 'out of scope' does not veto it
DOUBTED_OUT_OF_SCOPE = 0.60  # the same, where the classifier is not sure either
STRONG = 0.80  # so near that nothing else was meant
CLEAR = 0.70  # so near that a rule was meant, although a contact is named
SPECIFIC = 0.60  # at and above, one line rather than a stage's whole list, if it is nearer than the list
NATIONAL = 0.20  # by how much a national record may be further than a local one where the area is unknown
CONTACT = 0.60  # at and above, a service was meant
ALSO = 0.12  # so near the best that it is offered as a button
CLOSE = 0.05  # nearer to each other than this, two records of different kinds are told together or asked about
FOLLOWS = 9  # words: a longer message stands on its own
# what holds all that is known of a thing: who refers, how long it takes, whom to ring; a rule of law is one fact
WHOLE = ("interventions", "services")
STILL_ABOUT = 0.2  # added for such a record if it was told last
STILL = 0.05  # added for any other
BARE = 5  # words: however near a record is, so short a message may hang on what was told before
ALONE = 0.4  # what a short message by itself counts beside the message together with the question before it
HANGS = 32  # words: a longer message is read by itself; from FOLLOWS on the question before it counts less and less
MOST = 8  # hits to choose from
MANY = 40  # hits looked at before, so that a record which only one reading brings is not lost
COUNCILS = 3  # records of councils among the hits of somebody whose area is not known

LEFT_OUT = re.compile(r"\[[a-zA-Z ]+\]")  # what stands where a detail was left out: '[NHS number]'

LEAN: dict[str, dict[str, float]] = {
    "ask": {"stages": -0.20, "duties": -0.08, "glossary": -0.04, "services": -0.04},
    "ask_contact": {"services": 0.15, "stages": -0.2, "duties": -0.1},
    "ask_meaning": {"glossary": 0.12, "stages": -0.1, "duties": -0.1},
    "ask_stage": {"stages": 0.12, "guidance": 0.03},
    "ask_duties": {"stages": -0.1, "glossary": -0.04, "services": -0.04},
    "ask_next": {"guidance": 0.10, "stages": -0.1},
}


def find(turn: Turn, text: Optional[str] = None, most: int = MOST) -> list[Hit]:
    """The records near the message that may answer this person."""
    spoken = turn.desk.reader.without_areas(turn.desk.reader.spell(LEFT_OUT.sub(" ", text or turn.text)))
    every = turn.knowledge.areas
    areas = local_areas(turn.area, every) if turn.area else frozenset({*every, "uk"})
    says_stage = turn.says_stage() or bool(turn.stages_named())
    named_stages = turn.stages_named() or ([s] if (s := turn.stage()) else [])
    wanted = Wanted(
        area=turn.area,
        areas=areas,
        parts=turn.asking() if turn.sentences and text is None else None,
        lean=LEAN.get(turn.intent, LEAN["ask"]),
        defines=turn.intent == "ask_meaning" or len(turn.text.split()) < 4,
        stages=tuple(s.id for s in named_stages),
        audience=turn.reading.get("audience") or None,
        named=tuple((n, s) for n, s in turn.reading.get("named") or () if not (says_stage and _guide(turn, n))),
    )
    hits = turn.desk.finder.find(spoken, wanted, most if turn.area else max(most, MANY))
    if not turn.area:
        return _few_of_councils(hits)[:most]
    hits = _own_terms(turn, hits)
    if turn.intent == "ask_contact" or (hits and hits[0].record.kind == "services"):
        anywhere = dataclasses.replace(wanted, areas=frozenset({*every, "uk"}), kinds=frozenset({"services"}))
        near = turn.desk.finder.find(spoken, anywhere, most=len(turn.knowledge.services))
        others = [h for h in hits if h.record.kind != "services"]
        hits = sorted([*_for_area(turn.area, near), *others], key=lambda h: -h.score)
    return hits


def _few_of_councils(hits: list[Hit]) -> list[Hit]:
    """The hits without most of the councils' records, which would push out the national ones that stand for them."""
    councils = [hit for hit in hits if not nationwide(hit.record)]
    left_out = {hit.record.id for hit in councils[COUNCILS:]}
    return [hit for hit in hits if hit.record.id not in left_out]


def _own_terms(turn: Turn, hits: list[Hit]) -> list[Hit]:
    """The hits without national terms that the person's own council has an entry for, under the name that was said."""
    records = turn.knowledge.records
    named = [(records[n], spoken) for n, spoken in turn.reading.get("named") or () if n in records]
    terms = [(record, spoken) for record, spoken in named if record.kind == "glossary"]
    own = {spoken for record, spoken in terms if record.area == turn.area and not nationwide(record)}
    replaced = {record.id for record, spoken in terms if nationwide(record) and spoken in own}
    return [hit for hit in hits if hit.record.id not in replaced]


def _guide(turn: Turn, name: str) -> bool:
    """Whether this is a council's own guidance: who says 'the pathway' and a stage asks about the stage."""
    record = turn.knowledge.records.get(name)
    return bool(record and record.kind == "guidance" and not nationwide(record))


def _for_area(area: str, near: list[Hit]) -> list[Hit]:
    """Services near a message, as they hold for an area: its own stands for every service of the same kind.

    Everywhere people ask for the virtual school in the same words, so the nearest service anywhere tells the kind.
    Words for one's own tell a little more. A national one was not meant where another council's is nearer.
    """
    own: dict[str, Record] = {}
    for hit in near:
        if hit.record.area == area and not nationwide(hit.record):
            own.setdefault(hit.record.entry.kind, hit.record)
    found: dict[str, Hit] = {}
    for hit in near:
        record = own.get(hit.record.entry.kind, hit.record)
        score = hit.score if record is hit.record else hit.score - CLOSE
        if hit.score < near[0].score - CLOSE if nationwide(record) else record.area != area:
            continue
        if record.id not in found or found[record.id].score < score:
            found[record.id] = Hit(record, score, hit.phrase)
    return list(found.values())


def nationwide(record: Record) -> bool:
    """Whether the record holds for all of England."""
    return record.area in ("england", "uk")


def follows(turn: Turn) -> bool:
    """Whether the message is short enough to hang on an answer before it."""
    return bool(turn.get("last")) and len(turn.text.split()) <= FOLLOWS


def in_context(turn: Turn) -> list[Hit]:
    """As `find`; a message is read together with the question before it, too, the more so the shorter it is."""
    last = turn.get("last") or {}
    before, said = last.get("text"), len(turn.text.split())
    if not before or turn.tapped or said >= HANGS:
        return find(turn)
    own = find(turn, most=MANY)
    if own and own[0].score >= STRONG and (turn.things_named() or said > BARE):  # it stands alone
        return own[:MOST]
    share = ALONE + (1 - ALONE) * max(0, said - FOLLOWS) / (HANGS - FOLLOWS)
    alone = {hit.record.id: hit for hit in own}
    together = {hit.record.id: hit for hit in find(turn, f"{before} {turn.text}", most=MANY)}
    floors = [min((hit.score for hit in hits.values()), default=0.0) for hits in (alone, together)]
    merged = []
    for name, hit in (alone | together).items():
        scores = [hits[name].score if name in hits else floor for hits, floor in zip((alone, together), floors)]
        still = 0.0
        if name in last["records"]:
            still = STILL_ABOUT if hit.record.kind in WHOLE else STILL
        score = share * scores[0] + (1 - share) * scores[1]
        merged.append(dataclasses.replace(hit, score=score + still))
    return sorted(merged, key=lambda hit: -hit.score)[:MOST]


def single(hit: Hit, least: float) -> bool:
    """Whether the hit is one thing to tell, and near enough."""
    return hit.score >= least and hit.record.kind in ("law", "duty", "glossary", "services")
