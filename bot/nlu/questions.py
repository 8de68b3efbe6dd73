"""What people ordinarily ask: the knowledge's own example questions, as they are when a model is trained.

New content needs no training for this; it only does not teach until the next.
"""

from __future__ import annotations

from knowledge.desk import desk

ASKED = ("law", "guidance", "interventions", "duty", "glossary")
RULES = ("law", "guidance", "interventions")


def questions(kinds: tuple[str, ...]) -> list[str]:
    """The example questions of records of these kinds; not those of what to do next, which are a kind of their own."""
    knowledge = desk().knowledge
    wanted = {n for n, r in knowledge.records.items() if r.kind in kinds and not n.startswith("next-steps")}
    return [p.text for p in knowledge.phrases if p.kind == "example" and p.record in wanted]
