"""A council's staged pathway: an audience's duties, the stages themselves, and areas of which none is held."""

from __future__ import annotations

import re
from typing import Optional

from actions import ask
from actions.choose import choose
from actions.contacts import details
from actions.find import CLOSE, MANY, NATIONAL, SPECIFIC, STRONG, SURE, find, follows, nationwide
from actions.tell import list_of, next_buttons, stage_buttons, tell
from actions.turn import Turn
from bot.inbound import payload
from bot.replies import Button, Reply
from knowledge import render
from knowledge.query import Hit
from knowledge.render import words
from knowledge.words import plain

WHOLE = re.compile(r"\b(pathway|stages|categories|levels)\b")
AGAIN = re.compile(
    r"\b(if|when) (\w+ ){0,5}again\b|\b(what|and) (comes |happens )?after that\b"
    r"|\bnext (one|time|stage|level|suspension)\b|\bone more\b|\banother (one|suspension)\b"
)
# a council's own steps or services, which are not those of national law
ITS_OWN = re.compile(
    r"\b(own|councils|council|county|authoritys|authority|borough|boroughs) (\w+ ){0,3}?"
    r"(pathway|stages|policy|directory|scheme|service|services|panel|protocol|unit)\b"
)
SHORT = 14  # words
ONE = re.compile(r"\b(stage|category|level|step|part|bit)\b")


def duties(turn: Turn, hits: list[Hit]) -> Reply:
    """What an audience has to do at the person's stage."""
    named = turn.stages_named()
    lines = [h for h in hits if h.record.kind not in ("duties", "stages")]
    if named and turn.reading.get("audience"):  # who and when are said: what is told of the pathway is not meant
        lines = [h for h in lines if h.record.kind != "guidance"]
    own = turn.reading.get("mine") and turn.audience()
    if own:  # 'what does the pathway want me to do?' names the pathway and asks for a list
        lines = [h for h in lines if h.record.kind != "guidance"]
    if lines and lines[0].score >= SURE and lines[0].record.id in turn.things_named():
        return choose(turn, lines)
    particular = bool(lines) and not turn.desk.reader.generic(turn.question())
    if particular:
        whole = max((h.score for h in hits if h.record.kind == "duties"), default=0.0)
        nearer = whole - NATIONAL if lines[0].record.kind == "law" and not (own and named) else whole + CLOSE
        if lines[0].score >= max(SPECIFIC, nearer):
            return choose(turn, lines)
    audience = turn.audience()
    has_list = turn.area is None or bool(turn.knowledge.pathway(turn.area))
    # rather than ask for what would lead to no list
    meant = (particular and not has_list) or ((particular or follows(turn)) and not audience)
    if meant and lines and lines[0].score >= SURE:
        return choose(turn, lines)
    if not audience:
        return ask.ask(turn, "role")
    if not turn.area:
        return ask.ask(turn, "area")
    area = turn.area_entry
    if not has_list:
        return no_pathway(turn)
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
        buttons=stage_buttons(turn, stage.id, "schools"),
    )


def stages(turn: Turn, hits: list[Hit]) -> Optional[Reply]:
    """What a stage is; two stages side by side; the pathway as a whole. None: another kind of answer fits better."""
    named = turn.stages_named()
    if hits and hits[0].record.kind in ("duty", "law", "glossary") and hits[0].score >= STRONG:
        return None
    if not turn.area and (not hits or nationwide(hits[0].record)):
        return None
    if turn.area and not turn.knowledge.pathway(turn.area):
        return None if hits and hits[0].score >= SPECIFIC else no_pathway(turn)
    if not turn.area and (turn.says_stage() or (hits and hits[0].record.kind in ("stages", "duties"))):
        rule = next((h for h in find(turn, most=MANY) if h.record.kind == "law"), None)
        if rule and rule.score >= SPECIFIC:  # 'three and he is out, isn't he?' turns on no council's stages
            return tell(turn, [rule.record.id], rule.phrase)
        return ask.ask(turn, "area")
    if not turn.area:
        return None
    if not named and hits and hits[0].record.kind == "guidance" and hits[0].score >= SURE:
        return tell(turn, [hits[0].record.id])
    if not named and asks_for_all(turn):
        return _all_stages(turn)
    ids = [s.id for s in named] or ([s.id] if (s := turn.stage() or turn.stage_told()) else [])
    if not ids:
        return ask.ask(turn, "stage")
    if len(ids) == 1:
        return list_of(turn, ids[0])
    shown = render.answer(turn.knowledge, ids, turn.role)
    return Reply(
        "answered",
        shown.text,
        records=ids,
        scope=turn.scope(),
        sources=shown.sources,
        buttons=next_buttons(turn, "stages"),
    )


def after_another(turn: Turn) -> Optional[Reply]:
    """The stage that one more suspension would bring, where that is asked: 'what if it happens again?'."""
    stage = turn.stage_told() or turn.stage()
    if not stage or turn.stages_named() or len(turn.text.split()) > SHORT or not AGAIN.search(plain(turn.text)):
        return None
    if stage.from_count is None and stage.code != "minor":  # a single grave act is no number to count on from
        return None
    count = stage.to_count or stage.from_count or 0
    if stage == turn.stage():
        count = turn.get("suspensions") or count
    following = turn.knowledge.stage_for_count(turn.area, count + 1)
    if not following:
        return None
    same = turn.audience_told()
    duties = turn.knowledge.duties_of(following.id, same) if same else None
    return list_of(turn, duties.id if duties else following.id)


def asks_for_all(turn: Turn) -> bool:
    """Whether the pathway as a whole is asked about, and not where one child stands."""
    said = plain(turn.question())
    return bool(WHOLE.search(said)) and not ONE.search(said)


def _all_stages(turn: Turn) -> Reply:
    ids = [s.id for s in turn.knowledge.pathway(turn.area)]
    return Reply(
        "answered",
        render.stages_text(turn.knowledge, turn.area or "", turn.role),
        records=ids,
        scope=turn.scope(),
        sources=render.answer(turn.knowledge, ids, turn.role).sources,
        buttons=next_buttons(turn, "stages"),
    )


def asks_of_another_council(turn: Turn) -> bool:
    """Whether the message asks for the own rules or services of a council that is not one of ours."""
    area = turn.knowledge.areas.get(turn.reading.get("area") or "")
    return bool(area and area.kind in ("national", "not-covered") and ITS_OWN.search(plain(turn.text)))


def no_pathway(turn: Turn) -> Reply:
    """An area of which no staged pathway is held: say so, and what national law there is."""
    area = turn.area_entry
    lead = words()["manners"]["not_covered_area"].format(area=area.title if area else "this area")
    note = f"{lead} {area.note if area else ''}".strip()
    return Reply(
        "not_covered",
        note,
        scope=turn.scope(),
        contacts=details(turn, area.contacts if area else []),
        buttons=[
            Button(words()["buttons"]["next"], payload("ask_next")),
            Button(words()["buttons"]["person"], payload("person")),
        ],
    )
