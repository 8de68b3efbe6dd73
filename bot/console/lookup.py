"""Looking things up beside a call: search over all records, one record, and the contacts of an area."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, render_template, request

from bot.console.answers import ASKS_AS, contacts, of_record, search, snippet
from bot.console.state import console
from bot.console.wording import wording
from knowledge.query import NATIONAL
from knowledge.render import words

blueprint = Blueprint("lookup", __name__)
LONGEST = 200  # characters of a search


def _call() -> dict[str, Any]:
    """The call that the search is for; an empty one where there is none."""
    return console().calls.get(request.args.get("ref") or "") or {"facts": {}, "told": []}


@blueprint.get("/search")
def results() -> Any:
    """The records nearest to what was typed, as a piece of a page."""
    here, call = console(), _call()
    text = (request.args.get("q") or "").strip()[:LONGEST]
    area, audience = request.args.get("area") or None, request.args.get("audience") or None
    knowledge = here.desk.knowledge
    if area not in (None, *knowledge.areas) or audience not in (None, *words()["labels"]["audience"]):
        abort(400)
    role = ASKS_AS.get(call["facts"].get("role") or "", "adviser")
    found = search(here.desk.finder, text, area, audience) if text else []
    shown = [
        {
            "id": r.id,
            "title": r.title,
            "kind": wording()["kinds"][r.kind],
            "area": wording()["call"]["national"] if r.area in NATIONAL else knowledge.areas[r.area].title,
            "snippet": snippet(r, knowledge, role),
        }
        for r in found
    ]
    return render_template("_results.html", results=shown, text=text)


@blueprint.get("/records/<name>")
def record(name: str) -> Any:
    """One record, as a piece of a page."""
    knowledge, call = console().desk.knowledge, _call()
    if name not in knowledge.records:
        abort(404)
    shown = of_record(name, call["facts"], knowledge)
    return render_template("_record.html", answer=shown, title=knowledge.records[name].title, told=call["told"])


@blueprint.get("/contacts")
def people() -> Any:
    """The contacts of an area, as a piece of a page."""
    knowledge = console().desk.knowledge
    area = request.args.get("area") or None
    if area not in (None, *knowledge.areas):
        abort(400)
    return render_template("_contacts.html", groups=contacts(area, knowledge), area=area, told=_call()["told"])
