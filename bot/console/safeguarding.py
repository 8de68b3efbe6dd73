"""Safeguarding: the steps and numbers on every screen, and records of it apart from all notes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user

from bot.console.answers import of_concern
from bot.console.calls import areas
from bot.console.state import console, me, only, sent
from bot.people.calls import Changed

blueprint = Blueprint("safeguarding", __name__)
FIRST = "adult-worried-about-child"
LIMIT = 20_000  # characters


@blueprint.get("/safeguarding")
def steps() -> Any:
    """What to do and whom to ring; for a page's script only that part."""
    knowledge = console().desk.knowledge
    call = console().calls.get(request.args.get("ref") or "")
    kind = request.args.get("kind") or FIRST
    facts = call["facts"] if call else {}
    area = request.args.get("area", facts.get("home_area") or facts.get("school_area") or "")
    if kind not in knowledge.safeguarding or (area and area not in knowledge.areas):
        abort(404)
    part = "X-Console" in request.headers
    return render_template(
        "_safeguarding.html" if part else "safeguarding.html",
        kinds=knowledge.safeguarding,
        kind=kind,
        area=area,
        areas=areas(),
        shown=of_concern(kind, area or None, knowledge),
        approved=knowledge.safeguarding[kind].approved,
        local=_has_own(kind, area),
        call=call,
        level=3 if part else 2,
    )


def _has_own(kind: str, area: str) -> bool:
    """Whether the area has a number of its own for this."""
    knowledge = console().desk.knowledge
    wanted = knowledge.safeguarding[kind].roles["adviser"].local
    return not wanted or bool(area and knowledge.contacts(area, wanted))


@blueprint.post("/concerns")
def begin() -> Any:
    """Begin a record, of a call or of none."""
    knowledge = console().desk.knowledge
    kind, area = request.form.get("kind") or "", request.form.get("area") or None
    if kind not in knowledge.safeguarding or area not in (None, *knowledge.areas):
        abort(400)
    call = console().calls.get(request.form.get("ref") or "")
    number = console().concerns.begin(me(), kind, area, call)
    return redirect(url_for("safeguarding.show", number=number))


def _mine(number: int) -> dict[str, Any]:
    """A record that who is signed in may read: their own, or any for a safeguarding lead."""
    record = console().concerns.get(number)
    if record is None:
        abort(404)
    if record["account"] != me() and not current_user.may("safeguarding"):
        abort(403)
    return record


@blueprint.get("/concerns/<int:number>")
def show(number: int) -> Any:
    """One record, to write on."""
    record, knowledge = _mine(number), console().desk.knowledge
    kind = record["kind"] if record["kind"] in knowledge.safeguarding else FIRST
    return render_template(
        "concern.html",
        record=record,
        kinds=knowledge.safeguarding,
        kind=kind,
        shown=of_concern(kind, record["area"], knowledge),
        who=console().accounts.names().get(record["account"], ""),
        limit=LIMIT,
    )


@blueprint.post("/concerns/<int:number>/save")
def save(number: int) -> Any:
    """Keep what was written in a record. It is not redacted: here the details are needed."""
    _mine(number)
    body = sent()
    if not isinstance(body.get("version"), int):
        abort(400)
    said, done = body.get("said"), body.get("done")
    if not isinstance(said, str) or not isinstance(done, str):
        abort(400)
    if max(len(said), len(done)) > LIMIT:
        abort(413)
    values = {"said": said, "done": done, "lead_told": body.get("lead_told") is True}
    try:
        version = console().concerns.save(number, body["version"], **values)
    except Changed:
        now = _mine(number)
        version = now["version"]
        if any(now[name] != value for name, value in values.items()):
            return {"error": "changed", "version": version, **{name: now[name] for name in values}}, 409
    return {"version": version}


@blueprint.get("/concerns")
@only("safeguarding")
def every() -> Any:
    """All records, for safeguarding leads."""
    return render_template(
        "concerns.html",
        records=console().concerns.all(),
        kinds=console().desk.knowledge.safeguarding,
        names=console().accounts.names(),
    )
