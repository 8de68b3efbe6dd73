"""What is told to somebody in danger: the words, numbers and steps of one kind or of several, on one page."""

from __future__ import annotations

import dataclasses
import functools
import re
from pathlib import Path
from typing import Any, Iterable, Iterator, Optional, Sequence

from ruamel.yaml import YAML

from knowledge import render, schema
from knowledge.store import Knowledge
from knowledge.words import plain

UNSURE = "unsure"
# whose words a role gets where the record has none of its own
SAME_WORDS = {"council": "professional"}
# the same harm, told by the child, feared by an adult, noticed by staff
ONE_HARM = ("child-disclosing", "adult-worried-about-child", "staff-concern")
STAFF = ("school", "governor", "professional", "council")
PINNED = 2  # as many numbers fit beside each other on a small phone
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
NATIONAL = ("uk", "england")
# what is needed to ring; what else there is to know of a service is in its record
_REACH = ("id", "title", "phone", "textphone", "text_number", "web", "hours", "out_of_hours_phone", "note")


@dataclasses.dataclass
class Page:
    """Safe words, then numbers, then steps; and the records that they are from, the gravest first."""

    lead: str
    contacts: list[dict[str, Any]]
    steps: str
    records: list[str]


@dataclasses.dataclass
class _Section:
    """What one kind, or one part of it, adds."""

    heading: str
    steps: list[str]
    services: list[str]
    pin: list[str]
    lead: str = ""


def page(knowledge: Knowledge, kinds: Sequence[str], role: Optional[str], area: Optional[str], text: str) -> Page:
    """The page for these kinds of danger, the gravest first; `text` shows which of the special parts belong to it."""
    records = [knowledge.safeguarding[k] for k in kinds if k in knowledge.safeguarding]
    records = records or [knowledge.safeguarding[UNSURE]]
    role = role_of(role)
    seen = [part.id for part in _parts_seen(knowledge, text)]
    first = _kind(records[0], role, seen)
    sections = [first, *(_kind(record, role, seen, behind=first.lead) for record in records[1:])]
    others = [r for r in knowledge.safeguarding.values() if r not in records]
    sections += [_part(part, role) for r in others for part in r.parts if part.id in seen and role in part.roles]
    pinned = list(dict.fromkeys(name for s in sections for name in s.pin))[:PINNED]
    local = [s.id for r in records for s in knowledge.contacts(area, r.roles[role].local)]
    # the special parts' own numbers and the council's before those that are for everything
    special = [name for s in sections[len(records) :] for name in s.services]
    services = list(dict.fromkeys([*pinned, *special, *local, *(name for s in sections for name in s.services)]))
    numbers = _numbers([knowledge.services[name] for name in services], pinned)
    return Page(first.lead, numbers, _listed(sections), [record.id for record in records])


def steps_of(record: schema.Safeguarding, role: str) -> tuple[list[str], list[str]]:
    """Every step and service of a kind for this role, with all its special parts: for who reads them beforehand."""
    told = [*(p.roles[role] for p in record.parts if p.first and role in p.roles), record.roles[role]]
    told += [p.roles[role] for p in record.parts if not p.first and role in p.roles]
    services = list(dict.fromkeys(name for words in told for name in words.services))
    return [step for words in told for step in words.steps], services


def line(knowledge: Knowledge, role: Optional[str]) -> str:
    """The standing line with a number to ring."""
    return knowledge.safeguarding[UNSURE].roles[role_of(role)].line or ""


def gentle(knowledge: Knowledge) -> str:
    """The one line for words that may or may not be a sign."""
    return knowledge.safeguarding[UNSURE].gentle or ""


def despairs(knowledge: Knowledge, text: str) -> bool:
    """Whether words that sound like a goodbye or an end may mean more than a checklist."""
    said = plain(text)
    return any(re.search(pattern, said) for pattern in knowledge.safeguarding[UNSURE].despair)


@functools.cache
def _denials() -> list[re.Pattern[str]]:
    patterns = YAML(typ="safe").load((Path(__file__).parent / "denials.yml").read_text(encoding="utf-8"))
    return [re.compile(pattern) for pattern in patterns]


def denies(text: str) -> bool:
    """Whether these words, said right after a page, mean that no such thing was meant."""
    said = plain(text)
    return any(pattern.search(said) for pattern in _denials())


def for_reader(kinds: Sequence[str], role: Optional[str]) -> list[str]:
    """The kinds without those that speak to somebody else: a child's own telling, an adult's fear, staff's concern.

    All three are of one harm. Which of them is meant follows from who writes, where that is known.
    """
    same = [kind for kind in ONE_HARM if kind in kinds]
    if role == "child":
        same = [kind for kind in same if kind == ONE_HARM[0]] or same
    elif len(same) > 1:
        same = [kind for kind in same if kind != ONE_HARM[0]]
        staff = ONE_HARM[2] if role in STAFF else ONE_HARM[1]
        same = [kind for kind in same if kind == staff] or same
    return [kind for kind in kinds if kind not in ONE_HARM or kind in same]


def role_of(role: Optional[str]) -> str:
    """Whose words somebody of this role gets."""
    role = SAME_WORDS.get(role or "", role)
    return role if role in schema.CRISIS_ROLES else "unknown"


def _parts_seen(knowledge: Knowledge, text: str) -> Iterator[schema.CrisisPart]:
    said = plain(text)
    for record in knowledge.safeguarding.values():
        for part in record.parts:
            if any(re.search(pattern, said) for pattern in part.signs):
                yield part


def _kind(record: schema.Safeguarding, role: str, seen: Iterable[str], behind: str = "") -> _Section:
    """A kind's own words with the special parts that were seen, those that cannot wait before the rest.

    `behind` is the lead of the graver kind that this one stands behind, if it does.
    """
    words = record.roles[role]
    parts = [p for p in record.parts if p.id in seen and role in p.roles]
    urgent = [p.roles[role] for p in parts if p.first]
    special = [p.roles[role] for p in parts if not p.first]
    alone = bool(urgent) and not special
    lead = urgent[0].lead or words.lead if alone else words.lead
    told = urgent[0].keeps if alone else words.beside if behind else None
    steps = [_own(lead, behind), *words.steps]
    own = words.steps if told is None else [steps[n] for n in told]
    every = [*urgent, *([] if alone else [words]), *special]
    return _Section(
        record.heading,
        [*(s for u in urgent for s in u.steps), *own, *(s for p in special for s in p.steps)],
        [name for said in every for name in said.services],
        [name for said in [*urgent, words] for name in said.pin],
        lead,
    )


def _part(part: schema.CrisisPart, role: str) -> _Section:
    words = part.roles[role]
    return _Section(part.heading, words.steps, words.services, words.pin)


def _own(lead: str, other: str) -> str:
    """What a lead says that the other does not."""
    return " ".join(s for s in _SENTENCE.split(lead) if s not in _SENTENCE.split(other))


def _listed(sections: list[_Section]) -> str:
    """The steps, numbered; where there are several kinds each under its heading. Nothing is told twice."""
    told: set[str] = set()
    blocks = []
    for section in sections:
        steps = [s for s in section.steps if s not in told]
        told.update(steps)
        heading = f"{section.heading}:" if len(sections) > 1 else render.words()["labels"]["now"]
        if steps:
            blocks.append("\n".join([heading, *(f"{n}. {step}" for n, step in enumerate(steps, 1))]))
    return "\n\n".join(blocks)


def _numbers(services: list[schema.Service], pinned: list[str]) -> list[dict[str, Any]]:
    """How to reach each, no number twice."""
    shown: list[dict[str, Any]] = []
    for service in services:
        contact = render.contact(service, None)
        if contact.get("phone") in [c.get("phone", "") for c in shown] and "text_number" not in contact:
            continue
        wanted = (
            _REACH if service.area in NATIONAL else (*_REACH, "for")
        )  # a council's line says which option to choose
        shown.append({k: contact[k] for k in wanted if k in contact} | ({"pin": True} if service.id in pinned else {}))
    for contact in shown:
        if contact.get("out_of_hours_phone") in [c.get("phone", "") for c in shown]:
            del contact["out_of_hours_phone"]
    return shown
