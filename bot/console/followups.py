"""What waits for an adviser: call-backs that are due, and hand-overs from the chat on the web."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for

from bot.console.calls import due_of
from bot.console.state import console, me
from bot.console.wording import wording
from knowledge import clock
from knowledge.render import situation

blueprint = Blueprint("followups", __name__)
SCRIPT = {"parent": "parent", "school": "school", "governor": "school"}  # by role; anybody else has the general one


@blueprint.get("/callbacks")
def callbacks() -> Any:
    """All open call-backs, the overdue ones first."""
    today = clock.today().isoformat()
    groups: dict[str, list[dict[str, Any]]] = {"overdue": [], "today": [], "later": []}
    for callback in console().callbacks.open():
        late, soon = clock.passed(callback["due"]), callback["due"][:10] == today
        groups["overdue" if late else "today" if soon else "later"].append(callback)
    return render_template("callbacks.html", groups=groups, today=today)


@blueprint.post("/callbacks/<int:number>")
def answer(number: int) -> Any:
    """What came of a call-back."""
    said, what = wording()["callbacks"], request.form.get("what")
    if what in ("done", "dropped"):
        good = console().callbacks.close(number, what)
    elif what == "again":
        faults: dict[str, str] = {}
        due = due_of(request.form, faults)
        if due is None:
            left_out = wording()["end"]["faults"]["left_out"]
            flash(left_out if faults.get("time") == left_out else said["bad"], "fault")
            return redirect(url_for("followups.callbacks"))
        good = console().callbacks.again(number, due)
    else:
        abort(400)
    flash(said["saved"] if good else said["gone"], "message" if good else "fault")
    return redirect(url_for("followups.callbacks"))


@blueprint.get("/handovers")
def handovers() -> Any:
    """What people who used the chat have passed on."""
    knowledge = console().desk.knowledge
    waiting = console().handovers.waiting()
    who = {h["id"]: situation(knowledge, role=h["role"], area=h["area"]) for h in waiting}
    return render_template("handovers.html", waiting=waiting, who=who)


@blueprint.post("/handovers/<int:number>/take")
def take(number: int) -> Any:
    """Take one up in a new call; two who press at once don't both get it."""
    here = console()
    found = here.handovers.get(number)
    scripts = here.scripts
    if found is not None and found["state"] == "waiting":
        wanted = SCRIPT.get(found["role"] or "", "general")
        script = wanted if wanted in scripts.scripts else scripts.callers()[0].id
        facts = {"role": scripts.answer("role", found["role"]), "school_area": found["area"]}
        made = here.calls.begin(me(), script, {k: v for k, v in facts.items() if v})
        if here.handovers.take(number, made):
            return redirect(url_for("calls.show", ref=made))
        call = here.calls.get(made)
        here.calls.erase(call["conversation"] if call else "")
    flash(wording()["handovers"]["gone"], "fault")
    return redirect(url_for("followups.handovers"))
