"""The scripts: what to ask and say in a call, as YAML that a supervisor edits. Read anew whenever a file changes.

`bot/console/scripts/` holds them, or the folder that INCLUSION_GUIDE_SCRIPTS names: `facts.yml` with what may be asked
for, one file a script, and `special/` for the calls that go differently.
"""

from __future__ import annotations

import dataclasses
import datetime
import logging
import re
import threading
from pathlib import Path
from typing import Any, Iterable, Iterator, Literal, Mapping, Optional

from pydantic import validator

from bot import settings
from knowledge import read
from knowledge.read import Document, Fault
from knowledge.render import words
from knowledge.schema import Id, Label, Part, Role, Words
from knowledge.store import Knowledge

log = logging.getLogger(__name__)

FACTS = "facts"
# what a script's words may leave open
PLACES = ("helpline", "reference", "days")
# the facts that the assistant and the contacts rest on: they have to be there, and of this kind
NEEDED = {"role": "choice", "decision": "choice", "school_area": "area", "home_area": "area", "suspensions": "number"}
_PLACE = re.compile(r"\{(\w*)\}")


class FactKind(Part):
    """Something that may be known of a call, and how it is answered."""

    label: Label
    short: Optional[Label] = None
    kind: Literal["choice", "yes-no", "date", "number", "text", "area"]
    choices: dict[str, Label] = {}


class Facts(Part):
    """Everything that may be known of a call."""

    id: Id
    facts: dict[str, FactKind]


class Step(Part):
    """One thing to say, ask or do. `why` says to the adviser what it is good for."""

    id: Id
    title: Label
    say: Optional[Words] = None
    asks: list[str] = []
    why: Words
    do: list[Words] = []
    avoid: list[Words] = []
    when: dict[str, list[str]] = {}
    see: list[Id] = []
    contacts: list[Id] = []
    safeguarding: bool = False


class Section(Part):
    id: Id
    title: Label
    steps: list[Step]


class Script(Part):
    """A call's script, or with `kind: special` a short one for a call that goes differently."""

    id: Id
    title: Label
    kind: Literal["caller", "special"]
    order: int
    about: Words
    role: Optional[Role] = None
    reviewed_on: datetime.date
    sections: list[Section]

    @validator("sections")
    def some(cls, sections: list[Section]) -> list[Section]:
        if not sections:
            raise ValueError("is empty. Write at least one section.")
        return sections

    def steps(self) -> list[Step]:
        """Every step, in order."""
        return [step for section in self.sections for step in section.steps]


@dataclasses.dataclass(frozen=True)
class Scripts:
    """All scripts that are in order, by their ids, and what may be asked for."""

    facts: dict[str, FactKind]
    scripts: dict[str, Script]

    def callers(self) -> list[Script]:
        """The scripts to start a call with."""
        return self._of("caller")

    def specials(self) -> list[Script]:
        """The short scripts for calls that go differently."""
        return self._of("special")

    def _of(self, kind: str) -> list[Script]:
        return sorted((s for s in self.scripts.values() if s.kind == kind), key=lambda s: s.order)

    def answer(self, fact: str, given: Any) -> Any:
        """What was given, as it is kept; None if it is no answer to this fact."""
        kind = self.facts.get(fact)
        if kind is None or given in (None, ""):
            return None
        text = str(given).strip()
        if kind.kind in ("choice", "yes-no"):
            return text if text in choices(kind) else None
        if kind.kind == "number":
            return int(text) if text.isdecimal() and len(text) < 4 else None
        if kind.kind == "date":
            try:
                return datetime.date.fromisoformat(text).isoformat()
            except ValueError:
                return None
        return text[:200]

    def shown(self, fact: str, value: Any, knowledge: Knowledge) -> str:
        """An answer as a person reads it."""
        kind = self.facts[fact]
        if kind.kind == "area":
            return knowledge.areas[value].title if value in knowledge.areas else str(value)
        if kind.kind == "date":
            day = datetime.date.fromisoformat(value)
            return f"{day:%a} {day.day} {day:%b %Y}"
        return choices(kind).get(str(value), str(value))


def choices(kind: FactKind) -> dict[str, str]:
    """What may be answered, with its words."""
    return {"yes": "Yes", "no": "No", "unknown": "Not known"} if kind.kind == "yes-no" else dict(kind.choices)


def applies(step: Step, facts: Mapping[str, Any]) -> bool:
    """Whether a step's conditions hold; one about a fact that is not known does not hold yet."""
    return all(str(facts.get(fact)) in wanted for fact, wanted in step.when.items())


def folder() -> Path:
    """Where the scripts lie."""
    return settings.SCRIPTS()


def check(knowledge: Knowledge, where: Optional[Path] = None) -> list[Fault]:
    """Everything that is wrong in the scripts."""
    return _read(where or folder(), knowledge)[1]


def _read(where: Path, knowledge: Knowledge) -> tuple[Scripts, list[Fault]]:
    faults: list[Fault] = []
    documents: list[Document] = []
    for path in sorted(where.rglob("*.yml")):
        name = str(Path("scripts") / path.relative_to(where))
        model = Facts if path.stem == FACTS else Script
        document, found = read.read_file(path, name, model)
        faults += found
        if document and document.entry:
            documents.append(document)
    by_id = {d.entry.id: d for d in documents}
    facts = by_id[FACTS].entry.facts if FACTS in by_id else {}
    if not facts and not any(f.file.endswith(f"{FACTS}.yml") for f in faults):
        faults.append(Fault(f"scripts/{FACTS}.yml", 1, "file", "is missing. Restore it."))
    if FACTS in by_id:
        faults += _facts(by_id[FACTS])
    scripts = {d.entry.id: d.entry for d in documents if isinstance(d.entry, Script)}
    for document in documents:
        if isinstance(document.entry, Script) and facts:
            faults += _references(document, facts, knowledge)
    if not any(s.kind == "caller" for s in scripts.values()) and not faults:
        faults.append(Fault("scripts", 1, "folder", "has no script with `kind: caller`. Restore parent.yml."))
    return Scripts(facts, scripts), sorted(faults)


def _facts(document: Document) -> Iterator[Fault]:
    facts: dict[str, FactKind] = document.entry.facts
    for name, kind in NEEDED.items():
        if name not in facts:
            yield Fault(document.name, 1, "facts", f"`{name}` is missing: the answers rest on it. Restore it.")
        elif facts[name].kind != kind:
            line = document.line("facts", name, "kind")
            yield Fault(document.name, line, f"facts.{name}.kind", f"must be {kind}: the answers rest on it.")
    closed = {"role": words()["labels"]["roles"], "decision": words()["labels"]["decisions"]}
    for name, fact in facts.items():
        line = document.line("facts", name, "choices")
        if fact.kind == "choice" and not fact.choices:
            yield Fault(document.name, line, f"facts.{name}.choices", "is missing. Add at least one choice.")
        if fact.kind != "choice" and fact.choices:
            yield Fault(document.name, line, f"facts.{name}.choices", "is for `kind: choice` alone. Remove it.")
        for choice in fact.choices if name in closed else ():
            if choice not in closed[name]:
                known = ", ".join(closed[name])
                yield Fault(document.name, line, f"facts.{name}.choices", f"`{choice}` must be one of: {known}.")


def _references(document: Document, facts: Mapping[str, FactKind], knowledge: Knowledge) -> Iterator[Fault]:
    seen: set[str] = set()
    for s, section in enumerate(document.entry.sections):
        for n, step in enumerate(section.steps):
            place = ("sections", s, "steps", n)

            def fault(field: str, message: str, at: tuple[Any, ...] = place, step: Step = step) -> Fault:
                return Fault(document.name, document.line(*at, field), f"{step.id}.{field}", message)

            if step.id in seen:
                yield fault("id", f"`{step.id}` stands twice. Choose another.")
            seen.add(step.id)
            for name in step.asks:
                if name not in facts:
                    yield fault("asks", f"there is no fact `{name}`. {_near(name, facts)}")
            for name, wanted in step.when.items():
                if name not in facts:
                    yield fault("when", f"there is no fact `{name}`. {_near(name, facts)}")
                elif facts[name].kind in ("choice", "yes-no"):
                    known = choices(facts[name])
                    for value in wanted:
                        if value not in known:
                            yield fault("when", f"`{name}` is never `{value}`. Use one of: {', '.join(known)}.")
            for name in step.see:
                if name not in knowledge.records:
                    yield fault("see", f"there is no record `{name}`. {_near(name, knowledge.records)}")
            for name in step.contacts:
                if name not in knowledge.services:
                    yield fault("contacts", f"there is no service `{name}`. {_near(name, knowledge.services)}")
            for text in filter(None, [step.say, step.why, *step.do, *step.avoid]):
                for name in _PLACE.findall(text):
                    if name not in PLACES:
                        places = ", ".join(f"{{{p}}}" for p in PLACES)
                        yield fault("say", f"`{{{name}}}` stands for nothing. Use one of {places}, or plain words.")
            if not (step.say or step.asks or step.do):
                yield fault("say", "says, asks and does nothing. Add `say`, `asks` or `do`.")


def _near(name: str, known: Iterable[str]) -> str:
    import difflib

    near = difflib.get_close_matches(name, list(known), 1)
    return f"Did you mean `{near[0]}`?" if near else "Check the spelling."


_lock = threading.Lock()
_kept: dict[Path, tuple[float, Scripts, list[Fault]]] = {}


def load(knowledge: Knowledge) -> tuple[Scripts, list[Fault]]:
    """The scripts as they are now, and their faults. While there are faults, the last scripts without any go on."""
    where = folder()
    stamp = max((p.stat().st_mtime for p in [where, *where.rglob("*")] if p.exists()), default=0.0)
    with _lock:
        kept = _kept.get(where)
        if kept is None or kept[0] != stamp:
            scripts, faults = _read(where, knowledge)
            if faults:
                log.warning("The scripts have %d faults: ./run console check says which.", len(faults))
            if kept is not None and faults:
                scripts = kept[1]
            kept = _kept[where] = (stamp, scripts, faults)
    return kept[1], kept[2]
