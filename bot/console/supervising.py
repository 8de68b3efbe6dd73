"""What a supervisor sees: the scripts and their faults, how calls end, open calls, and the accounts."""

from __future__ import annotations

import time
from typing import Any

from flask import Blueprint, render_template

from bot.console import scripts as scripting
from bot.console.calls import OUTCOMES, situation
from bot.console.state import console, only
from bot.people.calls import DAY

blueprint = Blueprint("supervising", __name__)
DAYS = 28


@blueprint.get("/supervisor")
@only("supervisor")
def overview() -> Any:
    """Everything on one page."""
    here = console()
    scripts, faults = scripting.load(here.desk.knowledge)
    counted = here.calls.outcomes(time.time() - DAYS * DAY)
    return render_template(
        "supervisor.html",
        scripts=[*scripts.callers(), *scripts.specials()],
        faults=faults,
        folder=scripting.folder(),
        outcomes=[(name, counted[name]) for name in OUTCOMES if name in counted],
        open=here.calls.some(state="open"),
        names=here.accounts.names(),
        accounts=here.accounts.all(),
        now=time.time(),
        situation=situation,
    )
