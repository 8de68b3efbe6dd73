"""Crisis: fixed words per kind and role, at once, with nothing added."""

from __future__ import annotations

from typing import Text

from actions.guard import GuardedAction
from actions.turn import Turn
from bot.replies import Reply
from knowledge import render

# whose words a role gets where the record has none of its own
SAME_WORDS = {"council": "professional"}


class ActionCrisis(GuardedAction):
    """Answers a message that shows danger. Leaves every slot as it was."""

    understands = False

    def name(self) -> Text:
        return "action_crisis"

    def reply(self, turn: Turn) -> Reply:
        kind = next(iter(turn.danger), "unsure")
        record = turn.knowledge.safeguarding.get(kind) or turn.knowledge.safeguarding["unsure"]
        guessed = turn.reading.get("role")
        told = guessed if turn.reading.get("role_stated") else None
        role = told or turn.role or guessed or "unknown"
        role = SAME_WORDS.get(role, role)
        said = record.roles.get(role) or record.roles["unknown"]
        area = turn.reading.get("area") or turn.area
        services = [turn.knowledge.services[s] for s in said.services]
        services += turn.knowledge.contacts(area, said.local)
        shown = [render.contact(s, None) for s in services]
        steps = "\n".join(f"{n}. {step}" for n, step in enumerate(said.steps, 1))
        return Reply(
            "crisis",
            f"{said.lead}\n\n{steps}",
            records=[record.id],
            scope={"area": area, "audience": None, "stage": None, "role": None if role == "unknown" else role},
            contacts=shown,
        )
