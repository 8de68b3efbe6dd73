"""Calls: starting one, its one screen, keeping what is written, and ending it."""

from __future__ import annotations

import datetime
import time
from typing import Any, Optional

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from bot.console import filling, summary
from bot.console.answers import contacts, known, of_replies
from bot.console.scripts import Script, Scripts, applies, choices
from bot.console.state import call_or_404, console, me, sent, typed
from bot.console.wording import helpline, wording
from bot.people.calls import Changed, keep_days, reference
from bot.people.handovers import Handovers
from bot.privacy import spots, without
from bot.replies import Reply
from knowledge import clock
from knowledge.render import words
from knowledge.words import visible

blueprint = Blueprint("calls", __name__)
NOTE_LIMIT = 20_000  # characters
RECENT = 12
OUTCOMES = ("answered", "referred", "call-back", "safeguarding", "other")


# ------------------------------------------------------------------------------------------------- all one's calls


@blueprint.get("/")
def home() -> Any:
    """Start a call, or go on with one."""
    mine = console().calls.some(account=me())
    return render_template(
        "home.html",
        scripts=console().scripts.callers(),
        open=[c for c in mine if c["state"] == "open"],
        recent=[c for c in mine if c["state"] == "closed"][:RECENT],
        due=[c for c in console().callbacks.open() if c["due"][:10] <= clock.today().isoformat()],
        situation=situation,
        script=_title,
    )


@blueprint.post("/calls")
def begin() -> Any:
    """A new call with a script; `before` names the same caller's call before, whose facts go on."""
    scripts = console().scripts
    script = scripts.scripts.get(request.form.get("script") or "")
    before = console().calls.get(request.form.get("before") or "")
    if before and not script:
        script = scripts.scripts.get(before["script"])
    if script is None or script.kind != "caller":
        abort(400)
    facts = {k: v for k, v in before["facts"].items() if k not in FLEETING} if before else {}
    if script.role and not facts.get("role"):
        facts["role"] = script.role
    made = console().calls.begin(me(), script.id, facts, before["reference"] if before else None)
    return redirect(url_for("calls.show", ref=made))


FLEETING = ("safe", "where_now")  # what held at the time of one call alone


@blueprint.get("/find")
def find() -> Any:
    """Go to the call with a reference, however it was typed."""
    asked = visible(request.args.get("reference") or "").strip()
    found = reference(asked)
    said = wording()["home"]
    if found is None:
        flash(said["slip"].format(typed=f"'{asked[:20]}'"), "fault")
    elif console().calls.get(found) is None:
        flash(said["unknown"].format(reference=found, days=keep_days()), "fault")
    else:
        return redirect(url_for("calls.show", ref=found))
    return redirect(url_for("calls.home"))


def situation(call: dict[str, Any]) -> str:
    """What is known of a call, in one line."""
    facts, scripts, knowledge = call["facts"], console().scripts, console().desk.knowledge
    names = ("role", "school_area", "decision", "suspensions", "meeting_on")
    parts = []
    for name in names:
        if facts.get(name) not in (None, "") and name in scripts.facts:
            shown = scripts.shown(name, facts[name], knowledge)
            kind = scripts.facts[name]
            parts.append(f"{kind.short or kind.label}: {shown}" if kind.kind in ("number", "date") else shown)
    return " · ".join(parts)


def _title(script: str) -> str:
    found = console().scripts.scripts.get(script)
    return found.title if found else script


# ------------------------------------------------------------------------------------------------- the one screen


@blueprint.get("/calls/<ref>")
def show(ref: str) -> Any:
    """The screen for a call."""
    call = call_or_404(ref)
    here, scripts, knowledge = console(), console().scripts, console().desk.knowledge
    names = here.accounts.names()
    script = scripts.scripts.get(call["script"]) or scripts.callers()[0]
    facts = call["facts"]
    asked = [
        (question, of_replies(replies, facts, knowledge))
        for question, replies in here.assistant.said(call["conversation"])
    ]
    return render_template(
        "call.html",
        call=call,
        script=script,
        scripts=scripts,
        specials=scripts.specials(),
        visible=_visible(scripts, call),
        choices=choices,
        fill=lambda text: _fill_in(text, call),
        areas=areas(),
        audiences=words()["labels"]["audience"],
        asked=asked,
        told=call["told"],
        titles={name: r.title for name, r in knowledge.records.items()},
        groups=contacts(facts.get("school_area") or facts.get("home_area"), knowledge),
        known=_known(call),
        handover=here.handovers.of(ref),
        concerns=here.concerns.of(ref),
        others=[names[a] for a in {call["account"]} - {me()} if call["state"] == "open"],
        limit=NOTE_LIMIT,
        kinds=knowledge.safeguarding,
    )


def _fill_in(text: str, call: dict[str, Any]) -> str:
    places = {"{helpline}": helpline(), "{reference}": call["reference"], "{days}": str(keep_days())}
    for place, value in places.items():
        text = text.replace(place, value)
    return text


def areas() -> list[tuple[str, str]]:
    """The areas that may be chosen: those with papers here, their neighbours, and the rest of England."""
    entries = console().desk.knowledge.areas.values()
    places = sorted((a.title, a.id) for a in entries if a.kind in ("covered", "not-covered"))
    elsewhere = [(words()["buttons"]["elsewhere"], a.id) for a in entries if a.id == "england"]
    return [(i, t) for t, i in [*places, *elsewhere]]


def _visible(scripts: Scripts, call: dict[str, Any]) -> list[str]:
    """The steps whose conditions hold, of the call's script and of every special one."""
    every: list[Script] = [*scripts.callers(), *scripts.specials()]
    return [f"{s.id}-{step.id}" for s in every for step in s.steps() if applies(step, call["facts"])]


def _known(call: dict[str, Any]) -> list[dict[str, Any]]:
    """What is known, as chips."""
    scripts, knowledge = console().scripts, console().desk.knowledge
    return [
        {
            "fact": name,
            "label": kind.short or kind.label,
            "value": scripts.shown(name, call["facts"][name], knowledge),
            "read": call["filled"].get(name) == "read",
        }
        for name, kind in scripts.facts.items()
        if call["facts"].get(name) not in (None, "")
    ]


@blueprint.post("/calls/<ref>/save")
def save(ref: str) -> Any:
    """Keep what was written. What looks personal in a note is left out until its writer says that it belongs there.

    What stands in the kept note and looks personal was decided on before. The same once more is no change: a page whose
    answer got lost sends again.
    """
    call, body, scripts = call_or_404(ref), sent(), console().scripts
    note, given, keep = body.get("note"), body.get("facts"), body.get("keep")
    if not isinstance(note, str) or not isinstance(given, dict) or not isinstance(body.get("version"), int):
        abort(400)
    if len(note) > NOTE_LIMIT:
        abort(413)
    facts = dict(call["facts"])
    for name, value in given.items():
        if name in scripts.facts:
            facts[name] = scripts.answer(name, value)
    filled = _undone(call, facts, body.get("undo"))
    kept = set(map(str, keep)) if isinstance(keep, list) else set()
    kept |= {s.words for s in spots(call["note"], console().desk.public_numbers)}
    found = [s for s in spots(note, console().desk.public_numbers) if s.words not in kept]
    stored = without(note, found)
    new = filling.read(stored[-2000:], console().desk.reader, scripts) if body.get("read") and stored else {}
    new = filling.fill(facts, filled, new)
    facts.update(new)
    filled.update({name: "read" for name in new})
    special = body.get("special") if str(body.get("special")) in scripts.scripts else None
    script = body.get("script") if str(body.get("script")) in scripts.scripts else call["script"]
    values = {
        **{"note": stored, "filled": filled, "special": special, "script": script},
        "facts": {k: v for k, v in facts.items() if v is not None},
    }
    try:
        console().calls.save(ref, body["version"], **values)
    except Changed:
        now = call_or_404(ref)
        if any(now[name] != value for name, value in values.items()):
            return {"error": "changed", **_state(now), "note": now["note"], "stored": stored}, 409
    return {
        **_state(call_or_404(ref)),
        "stored": stored,
        "new": {n: scripts.facts[n].short or scripts.facts[n].label for n in new},
        "personal": [{"kind": s.kind, "words": s.words, "start": s.start, "end": s.end} for s in found],
    }


def _undone(call: dict[str, Any], facts: dict[str, Any], undo: Any) -> dict[str, str]:
    """Which facts were read from words: not those that the adviser has changed since, and never again one undone."""
    filled = {n: how for n, how in call["filled"].items() if how == "no" or facts.get(n) == call["facts"].get(n)}
    if isinstance(undo, str) and undo in call["facts"]:
        facts[undo] = None
        filled[undo] = "no"
    return filled


def _state(call: dict[str, Any]) -> dict[str, Any]:
    """What a page's script has to know of a call."""
    return {
        "version": call["version"],
        "facts": call["facts"],
        "visible": _visible(console().scripts, call),
        "known": render_template("_known.html", known=_known(call)),
        "area": call["facts"].get("school_area") or call["facts"].get("home_area") or "",
    }


@blueprint.post("/calls/<ref>/ask")
def ask(ref: str) -> Any:
    """The assistant's answer to a question, or to a button of an earlier answer, as a piece of the page."""
    call, body, knowledge = call_or_404(ref), sent(), console().desk.knowledge
    question, title = body.get("question"), body.get("title")
    if not isinstance(question, str) or not (title is None or isinstance(title, str)):
        abort(400)
    replies: list[Reply] = console().assistant.ask(
        call["conversation"], question, known(call["facts"], knowledge), title
    )
    shown = of_replies(replies, call["facts"], knowledge)
    return render_template("_answer.html", question=title or question, answers=shown, told=call["told"], ref=ref)


@blueprint.post("/calls/<ref>/told")
def told(ref: str) -> Any:
    """Add a record to the summary, or take it out."""
    body = sent()
    name, add = body.get("record"), body.get("told") is True
    if not isinstance(name, str) or name not in console().desk.knowledge.records:
        abort(400)
    for _ in range(5):  # what one adviser adds never undoes what another does
        call = call_or_404(ref)
        kept = [t for t in call["told"] if t != name] + ([name] if add else [])
        try:
            return {"version": console().calls.save(ref, call["version"], told=kept), "told": kept}
        except Changed:
            continue
    abort(409)


# ------------------------------------------------------------------------------------------------------ the ending


@blueprint.route("/calls/<ref>/end", methods=["GET", "POST"])
def end(ref: str) -> Any:
    """How it ended, what comes next, and the summary."""
    call = call_or_404(ref)
    faults: dict[str, str] = {}
    if request.method == "POST":
        faults = _close(call)
        if not faults:
            flash(wording()["home"]["closed"].format(reference=ref))
            return redirect(url_for("calls.home"))
        call = call_or_404(ref)
    callback = console().callbacks.of(ref)
    knowledge = console().desk.knowledge
    area = call["facts"].get("school_area") or call["facts"].get("home_area")
    given = [n for n in call["told"] if n in knowledge.services]
    offered = list(dict.fromkeys([*given, *_referrals(area)]))
    form = request.form if request.method == "POST" else None
    page = render_template(
        "end.html",
        call=call,
        outcomes=OUTCOMES,
        callback=callback,
        offered=[(name, knowledge.services[name].title) for name in offered],
        given=given,
        faults=faults,
        form=form,
        texts=summary.texts(call, console(), current_user.name),
        concerns=console().concerns.of(ref),
        today=clock.today().isoformat(),
    )
    return page, 400 if faults else 200


def _referrals(area: Optional[str]) -> list[str]:
    """Whom callers are mostly referred to, in the area and everywhere."""
    knowledge = console().desk.knowledge
    kinds = ("exclusions-or-inclusion", "sendiass", "virtual-school", "sen-assessment", "early-help")
    here = [s.id for s in knowledge.contacts(area, kinds)] if area else []
    guide = knowledge.entries.get("guidance", {}).get("who-can-help")
    return [*here, *[s for s in (guide.contacts if guide else []) if s in knowledge.services]]


def _close(call: dict[str, Any]) -> dict[str, str]:
    """Close a call as the form says; the faults by field."""
    form, said = request.form, wording()["end"]["faults"]
    faults: dict[str, str] = {}
    outcome = form.get("outcome") or ""
    if outcome not in OUTCOMES:
        return {"outcome": said["outcome"]}
    services = console().desk.knowledge.services
    referred = [name for name in form.getlist("referred") if name in services]
    words_of = typed("other", 500)
    if outcome == "referred" and not referred:
        faults["referred"] = said["referred"]
    if outcome == "other" and not words_of:
        faults["other"] = said["other"]
    follow_up = _coming(form.get("follow_up") or "")
    if form.get("follow_up") and not follow_up:
        faults["follow_up"] = said["follow_up"]
    due = None
    if outcome == "call-back":
        due = due_of(form, faults)
        if not typed("number", 200):
            faults["number"] = said["number"]
    if faults:
        return faults
    note = "; ".join(services[n].title for n in referred) if outcome == "referred" else words_of or None
    told = list(dict.fromkeys([*call["told"], *referred])) if outcome == "referred" else call["told"]
    try:
        version = int(form.get("version") or 0)
        ended = call["ended"] or time.time()
        console().calls.save(
            call["reference"],
            version,
            outcome=outcome,
            outcome_note=note,
            follow_up=follow_up,
            told=told,
            state="closed",
            ended=ended,
        )
    except (Changed, ValueError):
        return {"outcome": said["changed"]}
    if due:
        number, name, safe = (typed(field, 200) for field in ("number", "name", "safe"))
        console().callbacks.put(call, me(), due, number, name or None, safe or None)
    handovers: Handovers = console().handovers
    handovers.close(call["reference"])
    return {}


def due_of(form: Any, faults: dict[str, str]) -> Optional[str]:
    """The day and time of a form as one; with its faults where there is none, or it is past."""
    said = wording()["end"]["faults"]
    day, time_of_day = _coming(form.get("day") or ""), form.get("time") or ""
    try:
        hour = datetime.time.fromisoformat(time_of_day)
    except ValueError:
        hour = None
    if day is None:
        faults["day"] = said["day"]
    if hour is None:
        faults["time"] = said["time"]
    if day is None or hour is None:
        return None
    due = f"{day}T{hour:%H:%M}"
    if not clock.exists(due):
        faults["time"] = said["left_out"]
    elif clock.passed(due):
        faults["time"] = said["past"]
    return None if "time" in faults else due


def _coming(iso: str) -> Optional[str]:
    """A day from today on; None if it is none."""
    try:
        day = datetime.date.fromisoformat(iso)
    except ValueError:
        return None
    return day.isoformat() if day >= clock.today() else None
