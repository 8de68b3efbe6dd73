"""Answering questions: stage duties, stages, single lines, law, terms, contacts, what happens next."""

from __future__ import annotations

import re
from typing import Any, Optional, Text

from actions import ask
from actions.guard import GuardedAction
from actions.turn import Turn
from actions.walk import Walk, move
from actions.walk import offer as offer_walk
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import render
from knowledge.query import Hit, Wanted, local_areas
from knowledge.render import words
from knowledge.store import Record

# scores of knowledge/query.py: out of scope lies below 0.46 on the development questions, right answers above 0.49
SURE = 0.47  # at and above, a hit answers
SURE_OUT_OF_SCOPE = 0.70  # so near a record that a trained 'out of scope' does not veto it
STRONG = 0.80  # so near that nothing else was meant
SPECIFIC = 0.60  # at and above, one line rather than a stage's whole list, if it is nearer than the list
NATIONAL = 0.20  # by how much a national record may be further than a local one where the area is unknown
CONTACT = 0.60  # at and above, a service was meant
ALSO = 0.12  # so near the best that it is offered as a button
CLOSE = 0.02  # nearer to each other than this, two records of different kinds are told together or asked about
SURE_KIND = 0.5  # below, the kind of question is not trusted against a record that fits
MISSES = 2
WAITS = 2  # turns that a question with something missing is kept for
REASON = re.compile(r"^\s*(because|cos|reason)\b", re.I)
READ_TOGETHER = {"law", "guidance", "duty", "glossary"}

LEAN: dict[str, dict[str, float]] = {
    "ask": {"stages": -0.20, "duties": -0.08, "glossary": -0.04, "services": -0.04},
    "ask_contact": {"services": 0.15, "stages": -0.2, "duties": -0.1},
    "ask_meaning": {"glossary": 0.12, "stages": -0.1, "duties": -0.1},
    "ask_stage": {"stages": 0.12, "guidance": 0.03},
    "ask_duties": {"stages": -0.1, "glossary": -0.04, "services": -0.04},
    "ask_next": {"guidance": 0.10, "stages": -0.1},
}


class ActionAnswer(GuardedAction):
    """Answers any question, whatever its kind; also what the classifier could not place."""

    def name(self) -> Text:
        return "action_answer"

    def reply(self, turn: Turn) -> Reply:
        reason = given_reason(turn)
        if reason:
            return reason
        _age_pending(turn)
        return answer(turn)


def given_reason(turn: Turn) -> Optional[Reply]:
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
        reason = given_reason(turn)
        if reason:
            return reason
        told = turn.understand()
        pending = turn.get("pending")
        if pending and (told or turn.tapped):
            return rerun(turn, pending)
        if pending and pending.get("missing") in ("area", "role", "stage", "decision"):
            if turn.intent == "inform" and not turn.get("misses"):
                turn.set("misses", 1)
                return ask.ask(turn, pending["missing"])
        if not told:
            if turn.reading.get("audience") and len(turn.text.split()) < 8:
                turn.intent, turn.confidence = "ask_duties", 1.0
            return answer(turn)
        turn.set("misses", 0)
        if len(turn.text.split()) > 5 and not turn.tapped and not turn.changes:
            return answer(turn)
        text = words()["manners"]["context"].format(context=turn.context_text())
        notes = []
        area = turn.area_entry
        if "area" in told and area and area.kind != "covered":
            notes.append(area.note)
        buttons = [
            Button(words()["buttons"]["walk"], payload("walk")),
            Button(words()["buttons"]["next"], payload("ask_next")),
        ]
        return offer_walk(
            turn, Reply("context_noted", "\n\n".join([text, *notes]), scope=turn.scope(), buttons=buttons)
        )


class ActionShow(GuardedAction):
    """Shows the record that a button names."""

    def name(self) -> Text:
        return "action_show"

    def reply(self, turn: Turn) -> Reply:
        return _records(turn, [turn.entities["record"]])


class ActionNoneOfThese(GuardedAction):
    """None of the records offered was meant."""

    def name(self) -> Text:
        return "action_none_of_these"

    def reply(self, turn: Turn) -> Reply:
        return miss(turn)


def rerun(turn: Turn, pending: dict[str, Any]) -> Reply:
    """Answer the kept question, now that what was missing has been said."""
    turn.set("pending", None)
    turn.set("misses", 0)
    turn.intent, turn.text = pending["intent"], pending["text"]
    turn.reading = {
        k: v for k, v in pending["reading"].items() if k not in ("role", "area", "counts", "stage", "decision")
    }
    turn.entities = pending["entities"]
    turn.sentences = [(s, kind) for s, kind in pending["sentences"]]
    if turn.intent == "walk":
        from actions.walk import start

        return start(turn)
    if turn.intent == "person":
        return ask.person(turn, "person")
    return answer(turn)


def answer(turn: Turn) -> Reply:
    """The answer to the turn's question."""
    area = turn.area_entry
    if area and area.kind == "other-law":
        return Reply("not_covered", area.note, scope=turn.scope(), contacts=_contacts(turn, area.contacts))
    reply = _answer(turn)
    if reply.status in ("answered", "clarifies"):
        turn.set("misses", 0)
        turn.set("last", {"records": reply.records[:5], "intent": turn.intent})
    return offer_walk(turn, reply)


def _answer(turn: Turn) -> Reply:
    hits = find(turn)
    best = hits[0].score if hits else 0.0
    if turn.intent in LEAN and turn.confidence < SURE_KIND and best >= SPECIFIC:
        return choose(turn, hits)
    if turn.intent == "ask_next" and not (hits and _single(hits[0], SPECIFIC)):
        return next_steps(turn)
    if turn.intent == "ask_duties":
        return duties(turn, hits)
    if turn.intent == "ask_contact":
        return contacts(turn, hits)
    if turn.intent == "ask_stage":
        reply = stages(turn, hits)
        if reply:
            return reply
    if turn.intent == "out_of_scope" and best < SURE_OUT_OF_SCOPE and _asks_elsewhere(turn):
        return no_pathway(turn, hits)
    if turn.intent == "out_of_scope" and best < SURE_OUT_OF_SCOPE:
        return Reply(
            "out_of_scope",
            words()["manners"]["out_of_scope"],
            scope=turn.scope(local=False),
            buttons=[Button(words()["buttons"]["next"], payload("ask_next"))],
        )
    if best < SURE:
        again = _with_previous(turn)
        if again:
            hits = again
            best = hits[0].score
    if best < SURE:
        return miss(turn)
    return choose(turn, hits)


def _asks_elsewhere(turn: Turn) -> bool:
    """Whether a short message only names a place that is not one of ours: 'is it the same in Leicester?'."""
    area = turn.knowledge.areas.get(turn.reading.get("area") or "")
    return bool(area and area.kind == "not-covered" and len(turn.text.split()) <= 8)


def find(turn: Turn, text: Optional[str] = None) -> list[Hit]:
    """The records near the message that may answer this person."""
    spoken = turn.desk.reader.without_areas(turn.desk.reader.spell(text or turn.text))
    every = turn.knowledge.areas
    areas = local_areas(turn.area, every) if turn.area else frozenset({*every, "uk"})
    named_stages = turn.stages_named() or ([s] if (s := turn.stage()) else [])
    wanted = Wanted(
        area=turn.area,
        areas=areas,
        parts=turn.asking() if turn.sentences and text is None else None,
        lean=LEAN.get(turn.intent, LEAN["ask"]),
        defines=turn.intent == "ask_meaning" or len(turn.text.split()) < 4,
        stages=tuple(s.id for s in named_stages),
        audience=turn.reading.get("audience") or None,
        named=tuple((n, s) for n, s in turn.reading.get("named") or ()),
    )
    return turn.desk.finder.find(spoken, wanted)


def _with_previous(turn: Turn) -> list[Hit]:
    """A short message that hangs on the one before is read together with it."""
    if not turn.previous_text or len(turn.text.split()) > 9:
        return []
    hits = find(turn, f"{turn.previous_text} {turn.text}")
    return hits if hits and hits[0].score >= SURE else []


def _single(hit: Hit, least: float) -> bool:
    return hit.score >= least and hit.record.kind in ("law", "duty", "glossary", "services")


def choose(turn: Turn, hits: list[Hit]) -> Reply:
    """Answer with the best record, or ask which of two close ones is meant."""
    best = hits[0]
    record = best.record
    if not turn.area and record.area not in ("england", "uk"):
        national = next((h for h in hits if h.record.area in ("england", "uk")), None)
        if national and national.score >= max(SURE, best.score - NATIONAL):
            record = national.record
        elif best.score < SPECIFIC:
            return miss(turn)
        elif record.kind != "glossary" and record.id not in [n for n, _ in turn.reading.get("named") or []]:
            return ask.ask(turn, "area")
    if record.kind == "duties" or record.kind == "stages":
        return list_of(turn, record.id)
    same = [record.id]
    later = [h for h in hits[1:] if h.record.id != record.id]
    if record.kind == "duty":
        if not turn.stages_named():  # the same line of several stages or audiences, said together
            same += [h.record.id for h in later[:3] if h.record.kind == "duty" and h.score >= best.score - 2 * CLOSE]
    elif later and later[0].score >= best.score - CLOSE:
        other = later[0].record
        if best.score < STRONG and other.kind not in ("duties", "stages") and not _related(record, other):
            return clarify(turn, hits[:3])
        if other.kind in READ_TOGETHER and other.area in (turn.area, "england"):
            same.append(other.id)
    reply = _records(turn, same)
    reply.buttons += _see_also(later, same, best.score)
    return reply


def _see_also(hits: list[Hit], shown: list[str], best: float) -> list[Button]:
    """Buttons for the records that came nearly as near: what else may have been meant."""
    near = [h for h in hits if h.record.id not in shown and h.record.kind not in ("duties", "stages")]
    near = [h for h in near if h.score >= max(SURE, best - ALSO)]
    return [Button(h.record.title, payload("show", record=h.record.id)) for h in near[:2]]


def _related(one: Record, other: Record) -> bool:
    """Two records that may well be read together."""
    return {one.kind, other.kind} <= READ_TOGETHER


def clarify(turn: Turn, hits: list[Hit]) -> Reply:
    """Ask which record is meant."""
    buttons = [Button(h.record.title, payload("show", record=h.record.id)) for h in hits]
    buttons.append(Button(words()["buttons"]["none_of_these"], payload("none_of_these")))
    return Reply(
        "clarifies",
        words()["manners"]["clarify"] + "\n" + "\n".join(f"- {b.title}" for b in buttons[:-1]),
        records=[h.record.id for h in hits],
        scope=turn.scope(),
        buttons=buttons,
    )


def miss(turn: Turn) -> Reply:
    """Nothing is near: say so; after two in a row, name people who can help."""
    misses = int(turn.get("misses") or 0) + 1
    turn.set("misses", misses)
    if misses >= MISSES:
        return ask.person(turn, "offers_person")
    text = f"{words()['manners']['not_covered']} {words()['manners']['ask_again']}"
    return Reply(
        "not_covered",
        text,
        scope=turn.scope(local=False),
        buttons=[
            Button(words()["buttons"]["next"], payload("ask_next")),
            Button(words()["buttons"]["person"], payload("person")),
        ],
    )


def _records(turn: Turn, ids: list[str]) -> Reply:
    """The reply that rests on these records and says nothing else."""
    if len(ids) == 1 and turn.knowledge.records[ids[0]].kind in ("duties", "stages"):
        return list_of(turn, ids[0])
    shown = render.answer(turn.knowledge, ids, turn.role)
    first = turn.knowledge.records[ids[0]]
    local = first.area not in ("england", "uk")
    stage = turn.knowledge.stages[first.stage].code if first.stage else None
    notes = []
    area = turn.area_entry
    if not local and area and area.kind in ("national", "not-covered"):
        notes.append(words()["labels"]["national"])
    scope = {"area": first.area if local else "england", "audience": first.audience, "stage": stage, "role": turn.role}
    return Reply(
        "answered",
        shown.text,
        records=ids,
        scope=scope,
        sources=shown.sources,
        contacts=shown.contacts,
        buttons=_next_buttons(turn, first.kind),
        notes=notes,
    )


def _next_buttons(turn: Turn, kind: str) -> list[Button]:
    made = [Button(words()["buttons"]["walk"], payload("walk"))]
    if kind != "guidance":
        made.append(Button(words()["buttons"]["next"], payload("ask_next")))
    return made


def list_of(turn: Turn, record_id: str) -> Reply:
    """A stage, or its list for one audience, with the ways on."""
    record = turn.knowledge.records[record_id]
    shown = render.answer(turn.knowledge, [record_id], turn.role)
    stage = turn.knowledge.stages[record.stage or ""]
    return Reply(
        "answered",
        shown.text,
        records=[record_id],
        scope={"area": record.area, "audience": record.audience, "stage": stage.code, "role": turn.role},
        sources=shown.sources,
        contacts=shown.contacts,
        buttons=_stage_buttons(turn, stage.id, record.audience),
    )


def _stage_buttons(turn: Turn, stage: str, shown: Optional[str]) -> list[Button]:
    made = [Button(words()["buttons"]["walk"], payload("walk"))]
    for audience in ("parents", "schools", "council", "partners"):
        if audience != shown and turn.knowledge.duties_of(stage, audience):
            made.append(Button(words()["buttons"][audience], payload("ask_duties", audience=audience)))
    return made


def duties(turn: Turn, hits: list[Hit]) -> Reply:
    """What an audience has to do at the person's stage."""
    named = turn.stages_named()
    lines = [h for h in hits if h.record.kind not in ("duties", "stages")]
    if lines and not turn.desk.reader.generic(turn.question()):
        whole = max((h.score for h in hits if h.record.kind == "duties"), default=0.0)
        if lines[0].score >= max(SPECIFIC, whole - NATIONAL if lines[0].record.kind == "law" else whole + CLOSE):
            return choose(turn, lines)
    audience = turn.audience()
    if not audience:
        return ask.ask(turn, "role")
    if not turn.area:
        return ask.ask(turn, "area")
    pathway = turn.knowledge.pathway(turn.area)
    area = turn.area_entry
    if not pathway:
        return no_pathway(turn, hits)
    stage = named[0] if named else turn.stage()
    if not stage:
        return ask.ask(turn, "stage")
    found = turn.knowledge.duties_of(stage.id, audience)
    if found:
        return list_of(turn, found.id)
    labels = words()["labels"]
    none = labels["none_for_parents"] if audience == "parents" else labels["none_for_audience"]
    other = turn.knowledge.duties_of(stage.id, "schools")
    ids = [other.id] if other else []
    shown = render.answer(turn.knowledge, ids, turn.role)
    if other and audience == "parents":
        shown.text = render.questions_text(other)
    lead = none.format(
        stage=stage.title, area=area.title if area else "", audience=labels["audience"][audience].lower()
    )
    return Reply(
        "answered",
        f"{lead}\n\n{shown.text}",
        records=ids,
        scope=turn.scope(audience=audience, stage=stage.code),
        sources=shown.sources,
        contacts=shown.contacts,
        buttons=_stage_buttons(turn, stage.id, "schools"),
    )


def no_pathway(turn: Turn, hits: list[Hit]) -> Reply:
    """An area of which no staged pathway is held: say so, and what national law there is."""
    area = turn.area_entry
    lead = words()["manners"]["not_covered_area"].format(area=area.title if area else "this area")
    note = f"{lead} {area.note if area else ''}".strip()
    return Reply(
        "not_covered",
        note,
        scope=turn.scope(),
        contacts=_contacts(turn, area.contacts if area else []),
        buttons=[
            Button(words()["buttons"]["next"], payload("ask_next")),
            Button(words()["buttons"]["person"], payload("person")),
        ],
    )


def _contacts(turn: Turn, ids: list[str]) -> list[dict[str, Any]]:
    return [render.contact(turn.knowledge.services[i], turn.role) for i in ids if i in turn.knowledge.services]


def stages(turn: Turn, hits: list[Hit]) -> Optional[Reply]:
    """What a stage is; two stages side by side; the pathway as a whole. None: another kind of answer fits better."""
    named = turn.stages_named()
    if hits and hits[0].record.kind in ("duty", "law", "glossary") and hits[0].score >= STRONG:
        return None
    if not turn.area and not (hits and hits[0].record.area not in ("england", "uk")):
        return None
    if turn.area and not turn.knowledge.pathway(turn.area):
        return no_pathway(turn, hits)
    if not turn.area and (named or (hits and hits[0].record.kind in ("stages", "duties"))):
        return ask.ask(turn, "area")
    if not named and hits and hits[0].record.kind == "guidance" and hits[0].score >= SURE:
        return _records(turn, [hits[0].record.id])
    ids = [s.id for s in named] or ([s.id] if (s := turn.stage()) else [])
    if not ids:
        return ask.ask(turn, "stage") if turn.area else None
    if len(ids) == 1:
        return list_of(turn, ids[0])
    shown = render.answer(turn.knowledge, ids, turn.role)
    return Reply(
        "answered",
        shown.text,
        records=ids,
        scope=turn.scope(),
        sources=shown.sources,
        buttons=_next_buttons(turn, "stages"),
    )


def contacts(turn: Turn, hits: list[Hit]) -> Reply:
    """Whom to contact: the service named, the area's own before a national one; else the area's list."""
    services = [h for h in hits if h.record.kind == "services" and h.score >= CONTACT]
    mine = [h for h in hits if h.record.kind == "services" and turn.area and h.record.area == turn.area]
    national = [h for h in services if h.record.area in ("england", "uk")]
    if mine and services and mine[0].score >= services[0].score - NATIONAL:
        return _records(turn, [mine[0].record.id])
    if national and (turn.area or national[0].score >= services[0].score - CLOSE):
        return _records(turn, [national[0].record.id])
    if hits and hits[0].record.kind not in ("services", "duties", "stages") and hits[0].score >= STRONG:
        return choose(turn, hits)
    if not turn.area:
        return ask.ask(turn, "area")
    reply = ask.person(turn, "person")
    if reply.records:
        reply.status = "answered"
        reply.text = render.answer(turn.knowledge, reply.records, turn.role).text
    return reply


def next_steps(turn: Turn) -> Reply:
    """What happens now, by what was decided."""
    if not turn.decision:
        return ask.ask(turn, "decision")
    return _records(turn, [f"next-steps-{NEXT[turn.decision]}"])


NEXT = {
    "nothing": "nothing-yet",
    "sent-home": "sent-home",
    "suspended": "suspended",
    "permanent": "permanent",
    "back": "back-in-school",
}


def more(turn: Turn) -> Reply:
    """More about the last answer: what stands beside it in the knowledge."""
    last = (turn.get("last") or {}).get("records") or []
    for name in last:
        record = turn.knowledge.records.get(name)
        if record is None:
            continue
        see = [s for s in getattr(record.entry, "see", []) if s in turn.knowledge.records]
        if see:
            return _records(turn, see[:1])
        if record.stage and record.kind == "duty":
            return list_of(turn, record.entry.id)
        if record.kind == "duties":
            return list_of(turn, record.entry.stage)
    if turn.text and not turn.tapped and len(turn.text.split()) > 3:
        return answer(turn)
    return (
        next_steps(turn)
        if turn.decision
        else Reply(
            "smalltalk",
            words()["manners"]["unclear"],
            scope=turn.scope(local=False),
            buttons=_next_buttons(turn, "law"),
        )
    )
