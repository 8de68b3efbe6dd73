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


END = "end"


@dataclasses.dataclass
class Walk:
    """Where a walk stands: `at` the step with this key, `END` after the last.

    A number would not do: a fact that is told on the way shortens the list or makes it longer. `ticks` maps a step's
    key to its answer; `why` holds reasons given for 'considered'.
    """

    stage: str
    area: str
    audience: str
    role: str
    decision: Optional[str] = None
    at: str = ""
    ticks: dict[str, str] = dataclasses.field(default_factory=dict)
    why: dict[str, str] = dataclasses.field(default_factory=dict)
    finished: bool = False

    @classmethod
    def of(cls, turn: Turn) -> Optional["Walk"]:
        state = copy.deepcopy(turn.get("walk"))  # a copy, so that a change is seen as one
        if not state:
            return None
        number = state.pop("position", None)  # as walks were kept before
        walk = cls(**state)
        if number is not None:
            walk.stand(steps(turn, walk), number)
        return walk

    def place(self, every: list[Step]) -> int:
        """The number of the step in hand among these. One that is no longer there gives way to the first unanswered."""
        if self.at == END:
            return len(every)
        keys = [key(step) for step in every]
        if self.at in keys:
            return keys.index(self.at)
        return next((n for n, name in enumerate(keys) if name not in self.ticks), 0)

    def stand(self, every: list[Step], place: int) -> None:
        """Go to the step with this number among these."""
        self.at = key(every[place]) if place < len(every) else END

    def keep(self, turn: Turn) -> None:
        turn.set("walk", dataclasses.asdict(self))


def key(step: Step) -> str:
    """A step's name in the ticks: the same line may stand in two parts."""
    return f"{step.part}:{step.record}"


def steps(turn: Turn, walk: Walk) -> list[Step]:
    """The steps of this walk, from the knowledge as it is now, in order; lines known not to apply are left out.

    The step in hand stays: it is on the screen, and what is answered there must tick it and no other. So does what
    was answered before.
    """
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
    stay = {walk.at, *walk.ticks}
    return [s for s in made if s.condition is None or facts.get(s.condition) is not False or key(s) in stay]


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
