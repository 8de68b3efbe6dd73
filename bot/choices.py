"""The buttons that answer a question for something missing: role, area, stage or decision. Knows no Rasa."""

from __future__ import annotations

from typing import Optional

from bot.inbound import payload
from bot.replies import Button
from knowledge.render import words
from knowledge.store import Knowledge

ROLES = ("parent", "school", "child", "governor", "professional", "council", "adviser")


def choices(knowledge: Knowledge, missing: str, area: Optional[str] = None) -> list[Button]:
    """What may be answered to the question for `missing`; the stages are those of the area."""
    labels = words()["labels"]
    if missing == "role":
        return [Button(labels["roles"][r], payload("inform", role=r)) for r in ROLES]
    if missing == "decision":
        return [Button(title, payload("inform", decision=d)) for d, title in labels["decisions"].items()]
    if missing == "stage":
        return [Button(s.title, payload("inform", stage=s.code)) for s in knowledge.pathway(area)]
    covered = [a for a in knowledge.areas.values() if a.kind == "covered"]
    named = [Button(a.title, payload("inform", area=a.id)) for a in covered]
    return [*named, Button(words()["buttons"]["elsewhere"], payload("inform", area="england"))]
