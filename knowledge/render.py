"""Records to what a person reads: all text of an answer is made here, from records and the labels of words.yml."""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Any, Iterable, Optional

from ruamel.yaml import YAML

from knowledge import clock, schema, settings
from knowledge.store import Knowledge, Record
from knowledge.words import plain

PUBLIC = ("parent", "child")  # whom a line for professionals would send away
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]


@functools.cache
def words() -> dict[str, Any]:
    """The fixed phrases."""
    path = Path(__file__).parent / "words.yml"
    loaded: dict[str, Any] = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    return loaded


@dataclasses.dataclass
class Rendered:
    """The parts of an answer: its text, its sources and its contacts, each as plain data."""

    text: str = ""
    sources: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    contacts: list[dict[str, Any]] = dataclasses.field(default_factory=list)


def month(date: Optional[str]) -> str:
    """2025-10 as 'October 2025', 2026-05-26 as '26 May 2026', 2025 as '2025'."""
    parts = (date or "").split("-")
    if len(parts) == 3:
        return f"{int(parts[2])} {MONTHS[int(parts[1]) - 1]} {parts[0]}"
    if len(parts) == 2:
        return f"{MONTHS[int(parts[1]) - 1]} {parts[0]}"
    return parts[0]


def answer(
    knowledge: Knowledge, ids: Iterable[str], role: Optional[str] = None, belief: Optional[str] = None
) -> Rendered:
    """The answer that rests on exactly these records, for a reader in this role.

    `belief` is the phrase that brought the first of them. Where it is a mistaken belief, what is right comes first.
    """
    records = [knowledge.records[i] for i in ids]
    found = _disagreements(knowledge, records)
    lead = [correction(records, belief), national_first(knowledge, [r.id for r in records], role)]
    blocks: list[str] = []
    laws: list[str] = []
    done = Rendered()
    services = [s for r in records if r.kind == "services" for s in _in_order(knowledge, r.entry)]
    services = list({s.id: s for s in services}.values())
    shown = [r.id for r in records] + [law[4:] for d in found for law in d.law]
    for record in records:
        if record.kind == "services":
            continue
        text, with_law = _BLOCKS[record.kind](knowledge, record, role)
        blocks.append(text)
        laws += [law for law in dict.fromkeys(with_law) if law not in laws and law not in shown]
        for source in _sources(knowledge, record):
            if source not in done.sources:
                done.sources.append(source)
        for name in getattr(record.entry, "contacts", []):
            service = knowledge.services.get(name)
            if service and service not in services and not (service.who == "professionals" and role in PUBLIC):
                services.append(service)
    if laws:
        lines = [f"- {knowledge.law[law].text.for_role(role)}" for law in laws]
        blocks.append("\n".join([words()["labels"]["law_for_line"], *lines]))
    for law in [law[4:] for d in found for law in d.law] + laws:
        done.sources += [s for s in _law_sources(knowledge, knowledge.law[law]) if s not in done.sources]
    if services and not blocks:
        blocks.append("\n".join(f"{s.title}: {s.for_}" for s in services))
    done.sources = one_per_document(done.sources)
    done.text = "\n\n".join(filter(None, [*lead, *blocks]))
    done.contacts = [contact(s, role) for s in services]
    return done


def _in_order(knowledge: Knowledge, service: schema.Service) -> list[schema.Service]:
    """A service behind those that have to be named before it."""
    return [*(knowledge.services[name] for name in service.after if name in knowledge.services), service]


def correction(records: Iterable[Record], belief: Optional[str]) -> str:
    """What is right instead of this belief, if it is one that these records correct; otherwise nothing."""
    for record in records if belief else ():
        for corrected in getattr(record.entry, "corrects", []):
            if plain(corrected.belief) == plain(belief or ""):
                return str(corrected.instead)
    return ""


def national_first(knowledge: Knowledge, ids: Iterable[str], role: Optional[str] = None) -> str:
    """What leads wherever these records are shown: the national rule, and what the local paper says; or nothing."""
    labels = words()["labels"]
    blocks = []
    for found in _disagreements(knowledge, [knowledge.records[i] for i in ids]):
        source = knowledge.sources[found.source]
        paper = labels["paper" if source.date else "page"].format(
            area=knowledge.areas[source.area].title, date=month(source.date)
        )
        says = labels["disagreement"][found.kind].format(paper=paper, says=found.says)
        blocks.append(f"{labels['national_first']} {found.instead.for_role(role)}\n{says}")
    return "\n\n".join(blocks)


def _disagreements(knowledge: Knowledge, records: Iterable[Record]) -> list[schema.Disagreement]:
    found: list[schema.Disagreement] = []
    for record in records:
        found += [d for d in knowledge.disagreements_on(record) if d not in found]
    return found


def contact(service: schema.Service, role: Optional[str]) -> dict[str, Any]:
    """How to reach a service: only what may be shown, with a word on how sure it is."""
    labels = words()["labels"]
    note = None
    if service.published_in:
        note = (
            labels["published"].format(date=month(service.last_evidence))
            if service.last_evidence
            else labels["check_contact_undated"]
        )
    elif service.confidence == "low":
        note = labels["web_only"]
    elif not service.verified:
        when = month(service.last_evidence)
        note = labels["check_contact"].format(date=when) if when else labels["check_contact_undated"]
    if service.published_in and settings.HIDE_OLD_CONTACTS():
        return {"id": service.id, "title": service.title, "for": service.for_}
    staff = role in ("school", "governor", "professional", "council", "adviser")
    shown = {
        "id": service.id,
        "title": service.title,
        "for": service.for_,
        "phone": service.phone,
        "textphone": service.textphone,
        "text_number": service.text_number,
        # a named officer's address is the officer's name
        "email": service.email if staff or not service.officer else None,
        "web": service.web,
        "hours": service.hours,
        "out_of_hours_phone": service.out_of_hours_phone if service.out_of_hours_phone != service.phone else None,
        "officer": service.officer if staff else None,
        "note": note,
    }
    return {k: v for k, v in shown.items() if v}


def contact_line(shown: dict[str, Any]) -> str:
    """A contact as one line of text."""
    labels = words()["labels"]
    ways = []
    if "phone" in shown:
        ways.append(f"phone {shown['phone']}")
    if "textphone" in shown:
        ways.append(labels["textphone"].format(number=shown["textphone"]))
    if "text_number" in shown:
        ways.append(shown["text_number"] if "text" in shown["text_number"].lower() else f"text {shown['text_number']}")
    if "email" in shown:
        ways.append(shown["email"])
    if "web" in shown:
        ways.append(shown["web"])
    if "out_of_hours_phone" in shown:
        ways.append(f"out of hours {shown['out_of_hours_phone']}")
    line = shown["title"] + (": " + ", ".join(ways) if ways else "")
    extras = [shown[k].rstrip(".") for k in ("hours", "officer", "note") if k in shown]
    return line + (f" ({'; '.join(extras)})" if extras else "")


def contact_brief(service: schema.Service, role: Optional[str]) -> str:
    """A service as one short line: its name, the one best way to reach it, and a mark where nobody has confirmed it."""
    labels = words()["guide"]
    shown = contact(service, role)
    way = next((shown[name] for name in ("phone", "text_number", "email", "web") if name in shown), "")
    line = f"{shown['title']}: {way}" if way else str(shown["title"])
    if not way or service.verified:
        return line
    if service.published_in and service.last_evidence:
        return line + labels["published"].format(date=month(service.last_evidence))
    return line + labels["unconfirmed"].format(year=service.reviewed_on.year)


def source_line(source: dict[str, Any]) -> str:
    """A source as one line of text: title, publisher, date, section, address."""
    parts = [source["title"], source["publisher"]]
    parts += [source[k] for k in ("date", "section") if source.get(k)]
    line = ", ".join(parts)
    if source.get("url"):
        line += f". {source['url']}"
    return line + (f" ({source['note']})" if source.get("note") else "")


def stages_text(knowledge: Knowledge, area: str, role: Optional[str]) -> str:
    """The stages of an area's pathway in order, each with what it means."""
    side = "parent" if role in (None, "parent", "child") else "staff"
    lines = [words()["labels"]["stages"].format(area=knowledge.areas[area].title)]
    return "\n".join([*lines, *(f"- {s.title}: {getattr(s.meaning, side)}" for s in knowledge.pathway(area))])


def duties_text(knowledge: Knowledge, duties: schema.Duties, role: Optional[str]) -> str:
    """A stage's whole list for one audience, grouped."""
    labels = words()["labels"]
    stage = knowledge.stages[duties.stage]
    area = knowledge.areas[stage.area].title
    lines = [labels["duties"][duties.audience].format(stage=stage.title, area=area)]
    if duties.audience == "parents":
        lines.append(labels["asks"])
    for group in duties.groups:
        lines.append("")
        if len(duties.groups) > 1:
            lines.append(f"{group.title}:")
        lines += [f"- {duty.text}" for duty in group.duties]
    return "\n".join(lines)


def questions_text(duties: schema.Duties) -> str:
    """What a school is expected to have done, as questions that a parent can take to a meeting."""
    lines = [words()["labels"]["questions"]]
    for group in duties.groups:
        lines += ["", f"{group.title}:"]
        lines += [f"- {duty.question}" for duty in group.duties if duty.question]
    return "\n".join(lines)


def _stage(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    stage: schema.Stage = record.entry
    labels = words()["labels"]
    side = "parent" if role in (None, "parent", "child") else "staff"
    lines = [f"{stage.title} ({knowledge.areas[stage.area].title})", getattr(stage.meaning, side), "", labels["need"]]
    lines += [f"- {getattr(need, side)}" for need in stage.level_of_need]
    if stage.resources:
        lines += ["", labels["resources"]]
        lines += [f"- {r.text}" + (f" {r.url}" if r.url else "") for r in stage.resources]
    return "\n".join(lines), []


def _duties(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    return duties_text(knowledge, record.entry, role), [law[4:] for d in record.entry.lines() for law in d.with_law]


def _duty(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    duty = record.duty
    assert duty is not None
    stage = knowledge.stages[record.entry.stage]
    labels = words()["labels"]
    intro = labels["line_intro"][record.audience].format(stage=stage.title, area=knowledge.areas[stage.area].title)
    lines = [intro, f"- {duty.text}"]
    if duty.why:
        lines.append(labels["why"].format(why=duty.why))
    if duty.how:
        lines.append(labels["how"].format(how=duty.how))
    if record.audience == "schools" and role in ("parent", "child", "adviser") and duty.question:
        lines.append(labels["question_for_parents"].format(question=duty.question))
    return "\n".join(lines), [law[4:] for law in duty.with_law]


def _guidance(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    entry: schema.Guidance = record.entry
    lines = [entry.text.for_role(role)]
    if entry.points:
        lists = [point.text.startswith("- ") for point in entry.points]  # a point of several lines has its own heading
        lines += [f"\n{p.title}:\n{p.text}" if several else f"- {p.text}" for p, several in zip(entry.points, lists)]
    if entry.now and role in (None, "parent", "child", "adviser"):
        lines += ["", words()["labels"]["now"], *(f"{n}. {step}" for n, step in enumerate(entry.now, 1))]
    return "\n".join(lines), [law[4:] for law in entry.with_law]


def _law(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    entry: schema.Law = record.entry
    text = entry.text.for_role(role)
    if entry.effective_from and entry.effective_from > clock.today():
        text = f"{words()['labels']['applies_from'].format(date=month(entry.effective_from.isoformat()))} {text}"
    return text, [law[4:] for law in entry.with_law]


def _term(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    entry: schema.Term = record.entry
    side = "parent" if role in (None, "parent", "child") else "staff"
    name = entry.term
    if entry.expansion and entry.expansion.lower() != entry.term.lower():
        name = f"{entry.term}: {entry.expansion}"
    return f"{name}. {getattr(entry.text, side)}", []


def _intervention(knowledge: Knowledge, record: Record, role: Optional[str]) -> tuple[str, list[str]]:
    entry: schema.Intervention = record.entry
    labels = words()["labels"]
    area = knowledge.areas[entry.area].title
    lines = [f"{entry.title} ({area}, {labels['tiers'][entry.tier]})", entry.what.for_role(role)]
    for part in ("why", "how", "use"):
        text: Optional[schema.Text] = getattr(entry, part)
        if text:
            lines += ["", f"{labels['parts'][part]} {text.for_role(role)}"]
    if entry.criteria:
        lines += ["", labels["criteria"], *(f"- {c.text}" for c in entry.criteria)]
    if entry.evidence:
        lines += ["", labels["evidence_for"].format(evidence=entry.evidence)]
    return "\n".join(lines), [law[4:] for law in entry.with_law]


_BLOCKS = {
    "interventions": _intervention,
    "stages": _stage,
    "duties": _duties,
    "duty": _duty,
    "guidance": _guidance,
    "law": _law,
    "glossary": _term,
}


def _sources(knowledge: Knowledge, record: Record) -> list[dict[str, Any]]:
    if record.kind == "law":
        return _law_sources(knowledge, record.entry)
    section = record.entry.section if record.kind in ("duties", "duty") else None
    if record.duty:
        cites = list(record.duty.cites)
    else:
        from knowledge.check import cited

        cites = list(cited(record.entry))
    found: list[dict[str, Any]] = []
    for cite in cites:
        if cite.startswith("law/"):
            new = _law_sources(knowledge, knowledge.law[cite[4:]])
        else:
            new = [_source(s, section or section_of(cite)) for s in knowledge.sources.values() if _holds(s, cite)]
        found += [s for s in new if s not in found]
    return one_per_document(found)


def cited_sources(knowledge: Knowledge, cite: str) -> list[dict[str, Any]]:
    """The documents that a part of a guide rests on, by one of its cites."""
    kind, name = cite.split("/", 1)
    if kind == "inventory":
        section = section_of(name.rstrip("*").rstrip("/-"))
        return [_source(s, section) for s in knowledge.sources.values() if _holds(s, name)]
    if kind == "disagreements":
        apart = knowledge.disagreements[name]
        papers = [_source(knowledge.sources[apart.source], None)]
        return papers + [s for law in apart.law for s in _law_sources(knowledge, knowledge.law[law[4:]])]
    return _sources(knowledge, knowledge.records[name]) if name in knowledge.records else []


def one_per_document(sources: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each document once, with all its sections."""
    merged: dict[str, dict[str, Any]] = {}
    for source in sources:
        kept = merged.setdefault(source["id"], dict(source))
        for new in source.get("section", "").split("; "):
            if new and new not in kept.get("section", "").split("; "):
                kept["section"] = "; ".join(filter(None, [kept.get("section", ""), new]))
    return list(merged.values())


def section_of(cite: str) -> str:
    """A readable name of the section an inventory item stands in: the document's own part, without its facets."""
    parts = cite.split("/")[1:]
    if parts[-1].isdigit() or parts[-1] in ("what", "why", "how", "use", "contact"):
        parts = parts[:-1]
    return " – ".join(p.replace("-", " ").capitalize() for p in parts)


def _holds(source: schema.Source, cite: str) -> bool:
    return any(cite.startswith(prefix + "/") for prefix in source.inventory)


def _source(source: schema.Source, section: Optional[str]) -> dict[str, Any]:
    shown = {
        "id": source.id,
        "title": source.title,
        "publisher": source.publisher,
        "date": month(source.date),
        "section": section,
        "url": source.url,
        "note": source.note,
    }
    return {k: str(v) for k, v in shown.items() if v}


def _law_sources(knowledge: Knowledge, law: schema.Law) -> list[dict[str, Any]]:
    found = []
    for name in law.sources:
        source = knowledge.sources[name]
        shown = _source(source, None)
        older = law.evidence < (source.date or "")[: len(law.evidence)]
        shown["note"] = words()["labels"]["evidence_before" if older else "evidence"].format(date=month(law.evidence))
        found.append(shown)
    return found


def situation(
    knowledge: Knowledge,
    *,
    role: Optional[str] = None,
    area: Optional[str] = None,
    stage: Optional[str] = None,
    suspensions: Optional[int] = None,
    decision: Optional[str] = None,
) -> str:
    """What is known of a person's situation: 'Parent or carer · Staffordshire · 4 suspensions'."""
    labels = words()["labels"]
    reached = knowledge.stage(area, stage) if stage else None
    if not stage and suspensions is not None:
        reached = knowledge.stage_for_count(area, suspensions)
    parts = [labels["roles"][role]] if role else []
    if area in knowledge.areas:
        parts.append(knowledge.areas[area].title)
    if reached:
        parts.append(reached.title)
    elif suspensions is not None:
        parts.append(f"{suspensions} suspension{'' if suspensions == 1 else 's'}")
    if decision:
        parts.append(labels["decisions"][decision])
    return " · ".join(parts)
