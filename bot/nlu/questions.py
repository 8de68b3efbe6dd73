"""What people ordinarily ask: the knowledge's own example questions, as they are when a model is trained.

New content needs no training for this; it only does not teach until the next.
"""

from __future__ import annotations

from knowledge.desk import desk

ASKED = ("law", "guidance", "interventions", "duty", "glossary")
RULES = ("law", "guidance", "interventions")


def questions(kinds: tuple[str, ...]) -> list[tuple[str, str]]:
    """The example questions of records of these kinds, each with its record."""
    knowledge = desk().knowledge
    wanted = {name for name, record in knowledge.records.items() if record.kind in kinds}
    return [(p.text, p.record) for p in knowledge.phrases if p.kind == "example" and p.record in wanted]
