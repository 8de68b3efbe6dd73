"""Every fault of the content at once: references, aliases, dates, lengths, coverage; and the gate before a launch."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from knowledge import check_guides, clock, force, read, rights, schema
from knowledge.deciding import decisions
from knowledge.read import Document, Fault

REVIEW_EVERY = datetime.timedelta(days=365)


def inventory(content: Path = read.CONTENT) -> list[str]:
    """The names of every item of the source documents."""
    path = content / "inventory.txt"
    return path.read_text(encoding="utf-8").split() if path.exists() else []


def left_out(content: Path = read.CONTENT) -> dict[str, str]:
    """Items that no record cites, each with the reason."""
    try:
        return {str(item): str(reason or "") for item, reason in _left_out_raw(content).items()}
    except (YAMLError, AttributeError, UnicodeDecodeError):
        return {}  # check says what is wrong with it


def _left_out_raw(content: Path) -> Any:
    path = content / "left-out.yml"
    return (read.load(path.read_text(encoding="utf-8")) if path.exists() else None) or {}


def normal(name: str) -> str:
    """A name as it is compared: lower case, single spaces, no punctuation but + and digits."""
    return re.sub(r"[^a-z0-9+]+", " ", name.lower().replace("'", "").replace("’", "")).strip()


def check(content: Path = read.CONTENT, today: datetime.date | None = None) -> list[Fault]:
    """All faults, worst first within each file."""
    return checked(content, today)[1]


def checked(content: Path, today: datetime.date | None = None) -> tuple[list[Document], list[Fault]]:
    """All files of the content, read once, and all faults in them."""
    documents, faults = read.read(content)
    entries = [d for d in documents if d.entry is not None]
    if not documents:
        empty = Fault("knowledge/content", 1, "folder", "has no entries. Restore knowledge/content.")
        return [], faults or [empty]
    unread = _words_unread(entries, content)
    # a guide has the name of its need, which may be that of a record, too
    records = [d for d in entries if d.kind not in ("guides", "help")]
    faults += _ids(records)
    faults += _references([d for d in entries if d.kind != "guides"], content, unread)
    faults += _disagreements(records)
    faults += _rights(entries)
    faults += _aliases(records)
    faults += _beliefs(entries)
    faults += _openings(entries)
    faults += _dates(entries, today or clock.today())
    faults += _strengths(entries)
    faults += _unverified(entries)
    faults += _danger(entries)
    faults += _left_out(entries, content, unread)
    faults += check_guides.faults(entries, content, set(inventory(content)))
    return documents, sorted(faults)


def _words_unread(entries: list[Document], content: Path) -> set[str]:
    """The words of files that have faults of shape: what they name is there, and not a fault of another file."""
    read_well = {d.path for d in entries}
    broken = [path for path in content.rglob("*.yml") if path not in read_well]
    return {word for path in broken for word in path.read_text(encoding="utf-8", errors="replace").split()}


def cited(entry: Any) -> Iterator[str]:
    """Every citation in an entry, at any depth."""
    if isinstance(entry, schema.Part):
        for name in entry.__fields__:
            value = getattr(entry, name)
            if name in ("cites", "meaning_cites"):
                yield from value
            else:
                yield from cited(value)
    elif isinstance(entry, (list, tuple)):
        for value in entry:
            yield from cited(value)


def coverage(content: Path = read.CONTENT) -> dict[str, tuple[int, int]]:
    """For each document of the inventory: how many of its items are cited or left out with a reason, of how many."""
    documents, _ = read.read(content)
    done = {c for d in documents if d.entry for c in cited(d.entry)} | set(left_out(content))
    counts: dict[str, tuple[int, int]] = {}
    for item in inventory(content):
        key = item.split("/")[0]
        have, total = counts.get(key, (0, 0))
        counts[key] = (have + (item in done), total + 1)
    return counts


def _ids(documents: list[Document]) -> Iterator[Fault]:
    seen: dict[str, str] = {}
    for d in documents:
        names: list[tuple[tuple[Any, ...], str]] = [((), d.entry.id)]
        if isinstance(d.entry, schema.Duties):
            for g, group in enumerate(d.entry.groups):
                for i, duty in enumerate(group.duties):
                    names.append((("groups", g, "duties", i, "id"), duty.id))
                    if not duty.id.startswith(d.entry.id + "-"):
                        line = d.line("groups", g, "duties", i, "id")
                        yield Fault(d.name, line, "id", f"must begin with `{d.entry.id}-`.")
        for field, name in names:
            if name in seen and seen[name] != d.name:
                yield Fault(
                    d.name, d.line(*(field or ("id",))), "id", f"`{name}` is taken by {seen[name]}. Choose another."
                )
            seen.setdefault(name, d.name)


def _references(documents: list[Document], content: Path, unread: set[str]) -> Iterator[Fault]:
    by_kind: dict[str, set[str]] = defaultdict(set)
    for path in content.glob("*/*.yml"):
        by_kind[path.parent.name].add(path.stem)
    items = set(inventory(content))
    if not items:
        yield Fault("knowledge/content/inventory.txt", 1, "file", "is missing or empty. Restore it.")
    service_kinds = {d.entry.kind for d in documents if d.kind == "services"}
    answerable = set().union(*by_kind.values())
    lines = {duty.id for d in documents if isinstance(d.entry, schema.Duties) for duty in d.entry.lines()}

    def unknown(d: Document, field: tuple[Any, ...], value: str, what: str) -> Fault:
        return Fault(
            d.name, d.line(*field), read._field(field), f"there is no {what} `{value}`. Correct the name or add it."
        )

    for d in documents:
        for field, value in _leaves(d.entry):
            name = next((part for part in reversed(field) if isinstance(part, str)), "")
            if name in ("cites", "meaning_cites", "with_law", "asked"):
                if value.startswith("law/"):
                    if value[4:] not in by_kind["law"]:
                        yield unknown(d, field, value, "law entry")
                elif items and value not in items:
                    yield unknown(d, field, value, "item in inventory.txt")
            elif name == "law" and not value.startswith("law/"):
                yield Fault(d.name, d.line(*field), read._field(field), f"must begin with `law/`. Write `law/{value}`.")
            elif name == "law" and value[4:] not in by_kind["law"]:
                yield unknown(d, field, value, "law entry")
            elif name == "area" and value not in by_kind["areas"] | {"uk"}:
                yield unknown(d, field, value, "area")
            elif name == "stage" and value not in by_kind["stages"]:
                yield unknown(d, field, value, "stage")
            elif name in ("contacts", "services", "pin", "after") and value not in by_kind["services"]:
                yield unknown(d, field, value, "service")
            elif (name in ("source", "published_in") or (name == "sources" and d.kind == "law")) and (
                value not in by_kind["sources"]
            ):
                yield unknown(d, field, value, "source")
            elif name == "see" and value not in answerable:
                yield unknown(d, field, value, "entry")
            elif name == "local" and d.kind == "disagreements":
                if value not in answerable | lines | unread:
                    yield unknown(d, field, value, "entry or line")
            elif name == "local" and value not in service_kinds | unread:
                yield unknown(d, field, value, "kind of service")
        if d.kind in ("guidance", "glossary") and not list(cited(d.entry)):
            yield Fault(
                d.name, 1, "cites", "is empty. Name what this rests on: an item of inventory.txt or a law entry."
            )
        if d.kind == "stages":
            stage = d.entry
            if stage.from_count is not None and stage.to_count is not None and stage.from_count > stage.to_count:
                yield Fault(d.name, d.line("to_count"), "to_count", "must not be smaller than from_count.")
        if d.kind == "duties" and d.entry.audience == "schools":
            for g, group in enumerate(d.entry.groups):
                for i, duty in enumerate(group.duties):
                    if not duty.question:
                        line = d.line("groups", g, "duties", i)
                        yield Fault(
                            d.name, line, "question", "is missing. Write what a parent can ask the school about this."
                        )


def _disagreements(documents: list[Document]) -> Iterator[Fault]:
    """What a disagreement sets side by side: a local paper's records that say it, and national law that leads."""
    entries = {d.entry.id: d.entry for d in documents}
    area_of: dict[str, str] = {d.entry.id: getattr(d.entry, "area", "") for d in documents}
    told: dict[str, Any] = {name: entry for name, entry in entries.items() if not isinstance(entry, schema.Source)}
    for duties in (e for e in entries.values() if isinstance(e, schema.Duties)):
        for part in (duties, *duties.lines()):
            told[part.id] = part
            area_of[part.id] = area_of.get(duties.stage, "")
    for d in documents:
        if not isinstance(d.entry, schema.Disagreement):
            continue
        source = entries.get(d.entry.source)
        for i, law in enumerate(d.entry.law):
            if area_of.get(law[4:], "england") != "england":
                yield _fault(d, ("law", i), f"`{law}` is not national law. Name law of the area `england`.")
        if not isinstance(source, schema.Source):
            continue
        if source.area == "england":
            yield _fault(d, ("source",), f"`{source.id}` is a national paper. Name the local one.")
            continue
        for i, cite in enumerate(d.entry.cites):
            if not any(cite.startswith(prefix + "/") for prefix in source.inventory):
                yield _fault(d, ("cites", i), f"`{cite}` is not of `{source.id}`. Cite an item of that paper.")
        for i, name in enumerate(d.entry.local):
            if name not in told:
                continue
            if area_of[name] != source.area:
                yield _fault(d, ("local", i), f"`{name}` is not of the paper's area, `{source.area}`. Remove it.")
            elif not set(cited(told[name])) & set(d.entry.cites):
                yield _fault(
                    d, ("local", i), f"`{name}` cites none of what is cited here. Remove it, or correct `cites`."
                )
            for law in set(d.entry.law) & set(_with_law(told[name])):
                yield _fault(d, ("local", i), f"`{name}` has `{law}` in with_law too. Remove it there.")


def _rights(documents: list[Document]) -> Iterator[Fault]:
    """Tables that name what nothing turns on, leave a situation out, or hold a cell that nothing leads to."""
    for d in documents:
        if not isinstance(d.entry, schema.Right):
            continue
        wrong = False
        for i, cell in enumerate(d.entry.cells):
            for name, values in cell.when.items():
                if name not in schema.TURNS_ON:
                    wrong = True
                    yield _fault(d, ("cells", i, "when", name), f"must be one of: {', '.join(schema.TURNS_ON)}.")
                elif set(values) - set(schema.TURNS_ON[name]) or not values:
                    wrong = True
                    allowed = ", ".join(schema.TURNS_ON[name])
                    yield _fault(d, ("cells", i, "when", name), f"must be a list of some of: {allowed}.")
        if wrong:
            continue
        reached = set()
        for situation in rights.situations(d.entry):
            cell_ = rights.cell(d.entry, situation)
            if cell_ is None:
                said = ", ".join(f"{name} {value}" for name, value in situation.items())
                yield _fault(d, ("cells",), f"has no cell for: {said}. Add one.")
                break
            reached.add(id(cell_))
        else:
            for i, unreached in enumerate(d.entry.cells):
                if id(unreached) not in reached:
                    yield _fault(d, ("cells", i), "is never reached: the cells above take its situations. Remove it.")


def _with_law(entry: Any) -> list[str]:
    lines = entry.lines() if isinstance(entry, schema.Duties) else [entry]
    return [law for line in lines for law in getattr(line, "with_law", [])]


def _fault(d: Document, field: tuple[Any, ...], message: str) -> Fault:
    return Fault(d.name, d.line(*field), read._field(field), message)


def _beliefs(documents: list[Document]) -> Iterator[Fault]:
    owner: dict[str, Document] = {}
    for d in documents:
        for i, correction in enumerate(getattr(d.entry, "corrects", [])):
            key = normal(correction.belief)
            if key in owner:
                message = f'"{correction.belief}" is corrected by {owner[key].path.name} too. Keep one of them.'
                yield _fault(d, ("corrects", i, "belief"), message)
            owner.setdefault(key, d)


_YES_OR_NO = re.compile(r"(yes|no|true|right|correct|that is (right|true))\b *[,.;:!–-]", re.I)
_OF_THE_READER = re.compile(r"(your child|you|nothing)\b", re.I)


def _openings(documents: list[Document]) -> Iterator[Fault]:
    """An answer is found by its words, which may ask the opposite: it can confirm nothing, and knows of no decision."""
    for d in documents:
        if not isinstance(d.entry, (schema.Guidance, schema.Law, schema.Term, schema.Intervention)):
            continue
        for field, text in _leaves(d.entry):
            if field[0] not in ("text", "what", "corrects") or field[-1] == "belief":
                continue
            first = re.split(r"(?<=[.;:!?]) ", text)[0]
            if _YES_OR_NO.match(text):
                yield _fault(d, field, "begins with yes or no. Say what is so; who asks may have asked the opposite.")
            elif _OF_THE_READER.match(first) and decisions().read(first).decision:
                yield _fault(d, field, "begins with a decision that nobody may have told. Say for which case it holds.")


def _leaves(node: Any, field: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], str]]:
    if isinstance(node, schema.Part):
        for name, model_field in node.__fields__.items():
            yield from _leaves(getattr(node, name), (*field, model_field.alias))
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*field, key))
    elif isinstance(node, (list, tuple)):
        for i, value in enumerate(node):
            yield from _leaves(value, (*field, i))
    elif isinstance(node, str):
        yield field, node


def names_of(entry: Any) -> Iterator[tuple[tuple[Any, ...], str]]:
    """The names by which an entry, or a line of it, can be called."""
    for i, alias in enumerate(getattr(entry, "aliases", [])):
        yield ("aliases", i), alias
    for i, place in enumerate(getattr(entry, "places", [])):
        yield ("places", i), place
    if isinstance(entry, schema.Term):
        yield ("term",), entry.term
    if isinstance(entry, schema.Duties):
        for g, group in enumerate(entry.groups):
            for n, duty in enumerate(group.duties):
                for i, alias in enumerate(duty.aliases):
                    yield ("groups", g, "duties", n, "aliases", i), alias


def _aliases(documents: list[Document]) -> Iterator[Fault]:
    owner: dict[tuple[str, str], Document] = {}
    for d in documents:
        if d.kind in ("sources", "safeguarding", "disagreements", "rights"):
            continue
        area = "areas" if d.kind == "areas" else getattr(d.entry, "area", "")
        for field, alias in names_of(d.entry):
            key = (area, normal(alias))
            other = owner.setdefault(key, d)
            if other is not d:
                yield Fault(
                    d.name,
                    d.line(*field),
                    read._field(field),
                    f'"{alias}" already belongs to {other.path.name}. Remove it from one of them.',
                )


def _dates(documents: list[Document], today: datetime.date) -> Iterator[Fault]:
    for d in documents:
        reviewed = d.entry.reviewed_on
        line = d.line("reviewed_on")
        if reviewed > today:
            yield Fault(d.name, line, "reviewed_on", "is in the future. Write the day when somebody last checked this.")
        elif today - reviewed > REVIEW_EVERY:
            yield Fault(
                d.name, line, "reviewed_on", "is over a year ago. Check the entry again and write today's date.", True
            )
        if isinstance(d.entry, schema.Law) and d.entry.effective_from and d.entry.effective_to:
            if d.entry.effective_to < d.entry.effective_from:
                yield Fault(d.name, d.line("effective_to"), "effective_to", "is before effective_from.")
    yield from _ended(documents, today)


_MUST = re.compile(r"\b(must|by law|legally)\b")


def _strengths(documents: list[Document]) -> Iterator[Fault]:
    """A line of a pathway says 'must' where its strength is `must`, and nowhere else."""
    for d in documents:
        for i, group in enumerate(d.entry.groups if isinstance(d.entry, schema.Duties) else ()):
            for j, duty in enumerate(group.duties):
                strong = bool(_MUST.search(duty.text))
                if strong != (duty.strength == "must"):
                    message = (
                        "must say 'must' if its strength is `must`, and only then. Keep the strength of the source."
                    )
                    yield _fault(d, ("groups", i, "duties", j, "text"), message)


def _ended(documents: list[Document], today: datetime.date) -> Iterator[Fault]:
    """What still leads to a rule that is not told any more."""
    laws = [d.entry for d in documents if isinstance(d.entry, schema.Law)]
    days = {force.LAW + law.id: law.effective_to for law in laws if law.effective_to and law.effective_to < today}
    for d in documents if days else ():
        for field, text in _leaves(d.entry):
            name = force.LAW + text if "see" in field else text
            if name in days:
                message = f"leads to a rule that ended on {days[name]}. Say what holds now, or take it out."
                yield Fault(d.name, d.line(*field), read._field(field), message, True)


def _unverified(documents: list[Document]) -> Iterator[Fault]:
    for d in documents:
        if isinstance(d.entry, schema.Service) and d.entry.confidence == "low" and not d.entry.published_in:
            for field in ("phone", "text_number", "email", "out_of_hours_phone", "hours"):
                if getattr(d.entry, field):
                    yield Fault(
                        d.name,
                        d.line(field),
                        field,
                        "is not verified, so it must not be shown. Verify it or remove it.",
                    )


def _danger(documents: list[Document]) -> Iterator[Fault]:
    """Words for danger: what is pinned can be called, what stands beside another kind exists, roles are roles."""
    services = {d.entry.id: d.entry for d in documents if isinstance(d.entry, schema.Service)}
    for d in documents:
        if not isinstance(d.entry, schema.Safeguarding):
            continue
        told: list[tuple[tuple[Any, ...], schema.PartWords]] = [
            (("roles", role), said) for role, said in d.entry.roles.items()
        ]
        for i, part in enumerate(d.entry.parts):
            for role, said in part.roles.items():
                told.append((("parts", i, "roles", role), said))
                if role not in schema.CRISIS_ROLES:
                    line = d.line("parts", i, "roles", role)
                    yield Fault(d.name, line, "roles", f"must be one of: {', '.join(sorted(schema.CRISIS_ROLES))}.")
        for field, said in told:
            for n, name in enumerate(said.pin):
                service = services.get(name)
                if name not in said.services or (service and not service.phone):
                    line = d.line(*field, "pin", n)
                    yield Fault(d.name, line, "pin", f"`{name}` must be one of the services, with a number to call.")
            if not set(getattr(said, "beside", None) or []) <= set(range(len(said.steps) + 1)):
                yield Fault(d.name, d.line(*field, "beside"), "beside", "must be numbers of the steps above, or 0.")
            kept = getattr(said, "keeps", None)
            own = d.entry.roles.get(str(field[-1]))
            if own and not set(kept or []) <= set(range(1, len(own.steps) + 1)):
                yield Fault(d.name, d.line(*field, "keeps"), "keeps", "must be numbers of the steps of this role.")


def _left_out(documents: list[Document], content: Path, unread: set[str]) -> Iterator[Fault]:
    done = {c for d in documents for c in cited(d.entry)} | unread
    items = inventory(content)
    yield from _left_out_list(content, done, items)
    reasons = left_out(content)
    holders = [(prefix, d) for d in documents for prefix in getattr(d.entry, "inventory", [])]
    for number, item in enumerate(items, 1):
        if item in done or item in reasons:
            continue
        message = f"no entry cites `{item}`. Cite it, or give the reason in left-out.yml."
        source = next((d for prefix, d in holders if item.startswith(prefix + "/")), None)
        if source:
            yield Fault(source.name, source.line("inventory"), "inventory", message)
        else:
            yield Fault("knowledge/content/inventory.txt", number, "item", message)


def _left_out_list(content: Path, done: set[str], items: list[str]) -> Iterator[Fault]:
    """What is wrong in the list of items left out."""
    name = "knowledge/content/left-out.yml"
    try:
        raw = _left_out_raw(content)
        reasons = list(raw.items())
    except (YAMLError, AttributeError, UnicodeDecodeError):
        yield Fault(name, 1, "file", 'Write each line as `item: "the reason"`.')
        return
    for item, reason in reasons:
        line = read.line_of(raw, (item,))
        if item in done:
            yield Fault(name, line, str(item), "is cited after all. Remove it from this list.")
        elif item not in items:
            yield Fault(name, line, str(item), "is not an item of inventory.txt. Remove it from this list.")
        elif not reason:
            yield Fault(name, line, str(item), "has no reason. Write why no entry cites it.")


def untranslated(path: Path) -> list[str]:
    """What is said in other languages and awaits a translator."""
    held = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    cards = [
        f"{path.name}: a translator has to check the card in {card['name']}, then write `checked: true`."
        for card in held["cards"]
        if card["checked"] is not True
    ]
    lines = [
        f"{path.name}: a translator has to check whom to ring in {said['name']}, then write `reviewed: true`."
        for said in held["help"].values()
        if said["reviewed"] is not True
    ]
    return [*cards, *lines]


def unreviewed_words(folder: Path) -> list[str]:
    """The languages whose words of danger no native speaker has read."""
    lists = [(p, YAML(typ="safe").load(p.read_text(encoding="utf-8"))) for p in sorted(folder.glob("*.yml"))]
    return [
        f"{path.name}: a native speaker has to read the {words['name']} words of danger, then write `reviewed: true`."
        for path, words in lists
        if words["reviewed"] is not True
    ]


def release(content: Path = read.CONTENT, today: datetime.date | None = None) -> list[str]:
    """What a person still has to do before the assistant may be launched; empty when it may."""
    today = today or clock.today()
    documents = [d for d in read.read(content)[0] if d.entry is not None]
    todo = [str(f) for f in check(content, today) if not f.warning]
    for d in documents:
        e = d.entry
        if today - e.reviewed_on > REVIEW_EVERY:
            todo.append(f"{d.name}: reviewed over a year ago. Check it again.")
        if isinstance(e, schema.Law) and e.verify:
            todo.append(f"{d.name}: {e.verify}")
        elif isinstance(e, schema.Law) and e.confidence == "medium":
            todo.append(f"{d.name}: of medium confidence. Read its sources again, then write `confidence: high`.")
        if isinstance(e, schema.Service) and not e.verified and (e.phone or e.email or e.web or e.text_number):
            todo.append(f"{d.name}: ring or open it, then write `verified: true`.{f' ({e.notes})' if e.notes else ''}")
        if isinstance(e, schema.Safeguarding) and not e.approved:
            todo.append(f"{d.name}: a safeguarding lead has to approve the words, then write `approved: true`.")
        if isinstance(e, schema.Guide) and not e.signed_off:
            todo.append(f"{d.name}: somebody who has not written it has to read it against its sources: `signed_off`.")
        elif isinstance(e, schema.Guide) and e.signed_off and e.signed_off.on < e.reviewed_on:
            todo.append(f"{d.name}: reviewed since another read it. It has to be read again: `signed_off`.")
        if isinstance(e, schema.Area) and e.kind == "covered":
            lines = [x.entry for x in documents if isinstance(x.entry, schema.Service) and x.entry.area == e.id]
            if not any(s.kind == "childrens-front-door" and s.verified and s.phone for s in lines):
                todo.append(f"{d.name}: no verified number of {e.title}'s children's social care.")
    return todo
