"""Replies and records as an adviser uses them: what to say, what to check, whom to refer to, where it is written.

Every sentence is a record's, rendered by knowledge.render. The caller's words are the record's words for the caller.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Iterable, Mapping, Optional, get_args

from bot.console.wording import day, wording
from bot.replies import Button, Reply, body
from knowledge import danger, render
from knowledge.blocks import Block, from_text
from knowledge.query import NATIONAL, Finder, Wanted
from knowledge.render import words
from knowledge.schema import Decision
from knowledge.store import Knowledge, Record

# whose words a caller of this role is told, and in which role the assistant is asked for them: a parent's adviser needs
# the parents' part, a head teacher's the schools'
ASKS_AS = {"school": "school", "governor": "governor", "professional": "professional", "council": "council"}
SAFEGUARDING = "adviser"
_WHO = {"parents": "parents", "schools": "schools", "governors": "schools", "council": "council"}
# the order in which a council's own contacts are wanted
FIRST = ("exclusions-or-inclusion", "childrens-front-door", "emergency-duty", "virtual-school", "sen-assessment")
WHOLE = 6  # letters from which a search means something
_CONDITIONS = {"in_care", "social_worker", "ehc_plan", "sen", "health_need"}
IMPARTIAL, COUNCIL, CRISIS = ("sendiass",), ("advice-line", "information"), ("crisis-line", "emergency", "police")


@dataclasses.dataclass
class Answer:
    """One answer, in the parts that an adviser needs."""

    status: str
    say: list[Block]
    own: list[Block] = dataclasses.field(default_factory=list)
    check: list[str] = dataclasses.field(default_factory=list)
    contacts: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    sources: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    buttons: list[Button] = dataclasses.field(default_factory=list)
    records: list[dict[str, str]] = dataclasses.field(default_factory=list)
    kind: Optional[str] = None  # of a crisis
    near: bool = False  # what was asked sounds as if somebody may not be safe


def known(facts: Mapping[str, Any], knowledge: Knowledge) -> dict[str, str]:
    """What a call's facts mean to the assistant: role, area, stage and decision."""
    found = {"role": ASKS_AS.get(facts.get("role") or "", SAFEGUARDING)}
    area = facts.get("school_area") or facts.get("home_area")
    if area:
        found["area"] = area
    stage = _stage(facts, knowledge, area)
    if stage:
        found["stage"] = stage
    if facts.get("decision"):
        found["decision"] = facts["decision"]
    return found


def _stage(facts: Mapping[str, Any], knowledge: Knowledge, area: Optional[str]) -> Optional[str]:
    serious = knowledge.stage(area, "serious-breach") if facts.get("serious") == "yes" else None
    if serious:
        return str(serious.code)
    if facts.get("suspensions") is None:
        return None
    reached = knowledge.stage_for_count(area, int(facts["suspensions"]))
    return reached.code if reached else None


def caller_role(facts: Mapping[str, Any]) -> str:
    """Whose words the caller is told."""
    return str(facts.get("role") or "parent")


def of_replies(replies: Iterable[Reply], facts: Mapping[str, Any], knowledge: Knowledge) -> list[Answer]:
    """Replies in an adviser's parts; every kind of danger has its own."""
    made: list[Answer] = []
    for reply in replies:
        kinds = [name for name in reply.records if name in knowledge.safeguarding]
        if reply.status != "crisis" or not kinds:
            made.append(of_reply(reply, facts, knowledge))
            continue
        area = facts.get("home_area") or facts.get("school_area")
        made += [of_concern(kind, area, knowledge) for kind in kinds]
        made[-1].buttons = reply.buttons
    return made


def of_reply(reply: Reply, facts: Mapping[str, Any], knowledge: Knowledge) -> Answer:
    """An ordinary Reply in an adviser's parts."""
    shown = Answer(reply.status, body(reply), contacts=reply.contacts, sources=reply.sources, buttons=reply.buttons)
    shown.check, shown.near = list(reply.notes), bool(reply.hint)
    ids = [name for name in reply.records if name in knowledge.records]
    if not ids or reply.status != "answered":
        return shown
    shown.records = [_titled(knowledge.records[name]) for name in ids]
    if reply.verbatim:
        say = from_text(render.answer(knowledge, ids, caller_role(facts), reply.belief).text)
        shown.say, shown.own = say, [] if say == shown.say else shown.say
    shown.check = [*_checks(ids, facts, knowledge), *shown.check]
    return shown


def of_record(name: str, facts: Mapping[str, Any], knowledge: Knowledge) -> Answer:
    """A record in an adviser's parts."""
    say = render.answer(knowledge, [name], caller_role(facts))
    own = render.answer(knowledge, [name], ASKS_AS.get(facts.get("role") or "", SAFEGUARDING))
    return Answer(
        "answered",
        from_text(say.text),
        own=from_text(own.text) if own.text != say.text else [],
        check=_checks([name], facts, knowledge),
        contacts=own.contacts,
        sources=own.sources,
        records=[_titled(knowledge.records[name])],
    )


def of_concern(kind: str, area: Optional[str], knowledge: Knowledge) -> Answer:
    """The steps and numbers for one kind of danger, in an adviser's words."""
    said = knowledge.safeguarding[kind].roles[SAFEGUARDING]
    told, named = danger.steps_of(knowledge.safeguarding[kind], SAFEGUARDING)
    services = [knowledge.services[s] for s in named if s in knowledge.services]
    services += knowledge.contacts(area, said.local) if area else []
    contacts = [render.contact(s, SAFEGUARDING) for s in services]
    say = [*from_text(said.lead, "crisis"), Block("crisis", items=tuple(told))]
    return Answer("crisis", say, contacts=contacts, kind=kind)


def _titled(record: Record) -> dict[str, str]:
    return {"id": record.id, "title": record.title}


def _checks(ids: Iterable[str], facts: Mapping[str, Any], knowledge: Knowledge) -> list[str]:
    """What to find out before these records are told: for which decisions, conditions and dates they hold."""
    said, labels = wording()["call"], words()["labels"]["decisions"]
    found: list[str] = []
    for name in ids:
        record = knowledge.records[name]
        decisions = getattr(record.entry, "decisions", None) if record.kind == "law" else None
        if decisions and len(decisions) < len(get_args(Decision)) and facts.get("decision") not in decisions:
            holds = ", ".join(labels[d] for d in decisions)
            now = facts.get("decision")
            found.append(
                said["decision_known"].format(holds=holds, decision=labels[now])
                if now in labels
                else said["decision_unknown"].format(holds=holds)
            )
        condition = record.duty.condition if record.duty else None
        if condition in _CONDITIONS and facts.get(condition) != "yes":
            phrase = "condition_no" if facts.get(condition) == "no" else "condition_unknown"
            found.append(said[phrase].format(condition=words()["walk"]["conditions"][condition]))
        if record.kind == "law" and record.entry.strength == "should":
            found.append(said["guidance"])
        if record.kind == "law" and record.entry.effective_from:
            found.append(said["in_force"].format(date=day(record.entry.effective_from.isoformat())))
    if not (facts.get("school_area") or facts.get("home_area")):
        found.append(said["area_unknown"])
    return list(dict.fromkeys(found))


# ---------------------------------------------------------------------------------------------- search and contacts


def search(finder: Finder, text: str, area: Optional[str], audience: Optional[str], most: int = 12) -> list[Record]:
    """The records nearest to some words, best first: of one area and the nation, or of all."""
    knowledge = finder.knowledge
    areas = frozenset({area, *NATIONAL}) if area else frozenset({*knowledge.areas, "uk"})
    starts = [r for r in knowledge.records.values() if r.area in areas and _begins(r, text)]
    hits = [hit.record for hit in finder.find(text, Wanted(area=area, areas=areas, audience=audience), most * 4)]
    found = list({r.id: r for r in ([*starts[:5], *hits] if len(text) < WHOLE else [*hits, *starts])}.values())
    return [r for r in found if audience is None or audience in _audiences(r)][:most]


def _begins(record: Record, text: str) -> bool:
    """Whether a name of the record has a word that begins so: for the first letters, which mean nothing yet."""
    typed = text.lower().strip()
    if not 1 < len(typed) < 25:
        return False
    names = [record.title, *getattr(record.duty or record.entry, "aliases", [])]
    return any(f" {name.lower()}".find(f" {typed}") >= 0 for name in names)


def _audiences(record: Record) -> set[str]:
    if record.audience:
        return {record.audience}
    if record.kind == "law":
        return {_WHO[who] for who in record.entry.who}
    return {"parents", "schools", "council", "partners"}


def snippet(record: Record, knowledge: Knowledge, role: str, most: int = 150) -> str:
    """The beginning of what a record says."""
    text = render.answer(knowledge, [record.id], role).text if record.kind != "services" else record.entry.for_
    lines = [line.strip("- ") for line in text.split("\n") if line.strip()]
    body = " ".join(lines[1:] if record.kind in ("stages", "duties", "interventions") else lines)
    return body if len(body) <= most else body[: body.rfind(" ", 0, most)] + " …"


def contacts(area: Optional[str], knowledge: Knowledge) -> list[tuple[str, list[dict[str, Any]]]]:
    """Whom to refer to, in groups: the council's own, the impartial, national lines, and those for a crisis."""
    said = wording()["call"]
    here = [s for s in knowledge.services.values() if area and s.area == area]
    here.sort(key=lambda s: FIRST.index(s.kind) if s.kind in FIRST else len(FIRST))
    everywhere = [s for s in knowledge.services.values() if s.area in NATIONAL]
    groups = [
        (said["council"], [s for s in here if s.kind not in IMPARTIAL]),
        (said["impartial"], [s for s in [*here, *everywhere] if s.kind in IMPARTIAL]),
        (said["contacts_national"], [s for s in everywhere if s.kind not in (*IMPARTIAL, *CRISIS)]),
        (said["crisis_lines"], [s for s in everywhere if s.kind in CRISIS]),
    ]
    return [(title, [render.contact(s, SAFEGUARDING) for s in found]) for title, found in groups if found]
