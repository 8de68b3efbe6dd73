"""The steps of a walk and where it stands. A walk's whole state is one slot."""

from __future__ import annotations

import copy
import dataclasses
from typing import Callable, Optional

from actions.turn import Turn
from knowledge import schema


@dataclasses.dataclass(frozen=True)
class Step:
    """One thing to look at: a law step or a line of the pathway."""

    record: str
    part: str
    title: str
    text: str
    condition: Optional[str] = None


@dataclasses.dataclass
class Walk:
    """Where a walk stands. `ticks` maps a step's key to its answer; `why` holds reasons given for 'considered'."""

    stage: str
    area: str
    audience: str
    role: str
    decision: Optional[str] = None
    position: int = 0
    ticks: dict[str, str] = dataclasses.field(default_factory=dict)
    why: dict[str, str] = dataclasses.field(default_factory=dict)
    finished: bool = False

    @classmethod
    def of(cls, turn: Turn) -> Optional["Walk"]:
        state = turn.get("walk")
        return cls(**copy.deepcopy(state)) if state else None  # a copy, so that a change is seen as one

    def keep(self, turn: Turn) -> None:
        turn.set("walk", dataclasses.asdict(self))


def key(step: Step) -> str:
    """A step's name in the ticks: the same line may stand in two parts."""
    return f"{step.part}:{step.record}"


def steps(turn: Turn, walk: Walk) -> list[Step]:
    """The steps of this walk, from the knowledge as it is now, in order; lines known not to apply are left out."""
    made: list[Step] = []
    facts = turn.get("facts") or {}
    if walk.audience == "parents":
        made += _law(turn, "parents", walk.decision, "rights")
        made += _duties(turn, walk, "parents", "asks", lambda d: d.text)
        made += _duties(turn, walk, "schools", "questions", lambda d: d.question or d.text)
    elif walk.role == "governor":
        made += _law(turn, "governors", walk.decision, "governors")
        made += _duties(turn, walk, "schools", "duties", lambda d: d.text)
    else:
        if walk.audience == "schools" and walk.stage != "minor":
            made += _law(turn, "schools", walk.decision, "law")
        made += _duties(turn, walk, walk.audience, "duties", lambda d: d.text)
    return [s for s in made if s.condition is None or facts.get(s.condition) is not False]


def _law(turn: Turn, audience: str, decision: Optional[str], part: str) -> list[Step]:
    found = []
    for law in turn.knowledge.law.values():
        step: Optional[schema.LawStep] = getattr(law.walk, audience)
        if step is None:
            continue
        applies = step.decisions or law.decisions
        if decision is not None and decision not in applies:
            continue
        found.append((step.order, Step(law.id, part, step.title, step.text, step.condition)))
    return [step for _, step in sorted(found, key=lambda f: f[0])]


def _duties(turn: Turn, walk: Walk, audience: str, part: str, text: Callable[[schema.Duty], str]) -> list[Step]:
    stage = turn.knowledge.stage(walk.area, walk.stage)
    duties = turn.knowledge.duties_of(stage.id if stage else None, audience)
    if duties is None:
        return []
    return [Step(d.id, part, d.title, text(d), d.condition) for d in duties.lines()]
