"""Faults of guides: readers, lengths, cases, cites, and names of helps, deadlines and other guides."""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from pathlib import Path
from typing import Any, Iterator

from ruamel.yaml import YAML

from knowledge import read, schema
from knowledge.read import Document, Fault
from knowledge.situation import Condition

# the most words of one part, for families, for children, and for everybody else
PART_WORDS = {
    "answers": (45, 40, 50),
    "points": (35, 32, 40),
    "do_now": (28, 26, 32),
    "deadlines": (35, 32, 40),
    "local": (60, 50, 75),
    "questions": (65, 58, 75),
    "not_known": (35, 35, 35),
}
LABEL_WORDS = 7
_YOUR_CHILD = re.compile(r"\byour (?:child|son|daughter)\b", re.I)
_STATUTE = re.compile(r"\b(?:reg|s)\.? ?\d+[A-Z]?\b|\bAct \d{4}|\bSI \d")
_CONTACT = re.compile(r"https?://|www\.|\b0\d{3,4} \d{3}")


@functools.cache
def deadlines() -> frozenset[str]:
    """The names of the deadlines."""
    path = Path(__file__).parent / "deadlines.yml"
    return frozenset(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def faults(documents: list[Document], content: Path, items: set[str]) -> Iterator[Fault]:
    """Everything that is wrong in the guides."""
    guides = [d for d in documents if d.kind == "guides"]
    names = _names(content)
    lines = {f"duties/{duty.id}" for d in documents if d.kind == "duties" for duty in d.entry.lines()}
    for d in guides:
        yield from _names_of_others(d, names)
        if d.entry.when and not Condition.parse(d.entry.when).possible():
            yield _fault(d, ("when",), f"can never be met: `{d.entry.when}`. Correct it.")
        for field, place, part in d.entry.parts():
            at = (field, place)
            yield from _cites(d, at, part, names["cited"] | lines, items)
            yield from _case(d, at, part)
            for reader, words in part.text.items():
                yield from _words(d, (*at, "text", reader), PART_WORDS[field], reader, words)
        for i, gap in enumerate(d.entry.not_known):
            yield from _words(d, ("not_known", i, "text"), PART_WORDS["not_known"], "adviser", gap.text)
        yield from _twice(d)
        for role in d.entry.for_:
            yield from _whole(d, role)


def _names(content: Path) -> dict[str, set[str]]:
    """What may be named: the entries of each kind, and all that may be cited as kind/id."""
    names: dict[str, set[str]] = defaultdict(set)
    for kind in schema.KINDS:
        for path in (content / kind).rglob("*.yml"):
            names[kind].add(path.stem)
            names["cited"].add(f"{kind}/{path.stem}")
    return names


def _fault(d: Document, field: tuple[Any, ...], message: str) -> Fault:
    return Fault(d.name, d.line(*field), read._field(field), message)


def _names_of_others(d: Document, names: dict[str, set[str]]) -> Iterator[Fault]:
    guide: schema.Guide = d.entry
    areas: list[tuple[tuple[Any, ...], str]] = [(("area",), guide.area)] if guide.area else []
    areas += [(("local", i, "area"), part.area) for i, part in enumerate(guide.local)]
    helps: list[tuple[tuple[Any, ...], str]] = [(("help", i), name) for i, name in enumerate(guide.help)]
    helps += [(("not_known", i, "help"), gap.help) for i, gap in enumerate(guide.not_known)]
    for what, wanted, possible in (
        ("area", areas, names["areas"]),
        ("kind of help", helps, names["help"]),
        ("guide", [(("next", i), name) for i, name in enumerate(guide.next)], names["guides"]),
        ("deadline", [(("deadlines", i, "id"), x.id) for i, x in enumerate(guide.deadlines) if x.id], deadlines()),
    ):
        for field, name in wanted:
            if name not in possible:
                yield _fault(d, field, f"there is no {what} `{name}`. Correct the name or add it.")
    for i, name in enumerate(guide.next):
        if name == guide.id:
            yield _fault(d, ("next", i), "names this guide itself. Name another.")


def _cites(
    d: Document, at: tuple[Any, ...], part: schema.GuidePart, names: set[str], items: set[str]
) -> Iterator[Fault]:
    if not part.cites and at[0] in ("answers", "points", "local", "questions"):
        yield _fault(d, (*at, "cites"), "is missing. Name what this rests on, such as `law/ID` or `inventory/ITEM`.")
    for i, cite in enumerate(part.cites):
        field = (*at, "cites", i)
        if cite.startswith("inventory/"):
            item = cite[len("inventory/") :]
            under = item[:-1] if item.endswith("*") else None
            if items and item not in items and not (under and any(each.startswith(under) for each in items)):
                yield _fault(d, field, f"there is no item in inventory.txt `{item}`. Correct the name or add it.")
        elif cite not in names:
            yield _fault(d, field, f"there is no entry `{cite}`. Write its kind and id, such as `law/day-six`.")


def _case(d: Document, at: tuple[Any, ...], part: schema.GuidePart) -> Iterator[Fault]:
    """The condition of a part, and the label that it is told with where it is not clear whether that holds."""
    if part.label and len(part.label.split()) > LABEL_WORDS:
        yield _fault(d, (*at, "label"), f"is too long: at most {LABEL_WORDS} words.")
    if part.label and _YOUR_CHILD.search(part.label):
        yield _fault(d, (*at, "label"), "says 'your child'. Every reader sees it: write 'the child', or leave it out.")
    if part.when is None:
        return
    condition = Condition.parse(part.when)
    area = getattr(part, "area", None) or d.entry.area
    whole = Condition.parse(f"{part.when} & area={area}") if area else condition
    if "role" in condition.facts:
        yield _fault(d, (*at, "when"), "turns on the role. Leave it out, and write words for that reader alone.")
    elif not whole.possible():
        yield _fault(d, (*at, "when"), f"can never be met: `{whole.text}`. Correct it.")
    if not part.label and at[0] != "local":
        yield _fault(d, (*at, "label"), "is missing. Write in 2 to 6 words which case this is, such as `In care`.")


def _words(d: Document, field: tuple[Any, ...], most: tuple[int, int, int], reader: str, words: str) -> Iterator[Fault]:
    """Who is spoken to, what has no place in the words, and how many there are."""
    limit = most[0 if reader == "family" else 1 if reader == "child" else 2]
    count = len(words.split())
    if count > limit:
        yield _fault(d, field, f"is too long: {count} words, at most {limit}.")
    if reader not in ("family", "adviser") and _YOUR_CHILD.search(words):
        instead = "you" if reader == "child" else "the pupil"
        yield _fault(d, field, f"says 'your child' to the wrong reader. Write '{instead}'.")
    if reader in ("family", "child") and _STATUTE.search(words):
        yield _fault(d, field, "has the number of a statute. Say it without; the source is shown.")
    if _CONTACT.search(words):
        yield _fault(d, field, "has an address or a number. Name the kind of help; its contact is shown.")


def _twice(d: Document) -> Iterator[Fault]:
    """Two answer lines for the same case, and two parts of one name."""
    cases: set[tuple[str, str, str]] = set()
    for i, line in enumerate(d.entry.answers):
        case = re.sub(r"\s+", "", line.when or "")
        mine = {(line.asks, case, reader) for reader in line.text}
        if mine & cases:
            yield _fault(d, ("answers", i), "answers the same question in the same case as a line above. Keep one.")
        cases |= mine
    for field in ("points", "do_now", "questions"):
        seen: set[str] = set()
        for i, part in enumerate(getattr(d.entry, field)):
            if part.id in seen:
                yield _fault(d, (field, i, "id"), f"`{part.id}` stands twice. Choose another.")
            seen.add(part.id)


def _whole(d: Document, role: str) -> Iterator[Fault]:
    """What one audience reads in every case: an answer, points, something to do, and not too much of it."""
    guide: schema.Guide = d.entry
    reader = schema.reader(role)

    def always(field: str) -> list[str]:
        parts = [part for part in getattr(guide, field) if not part.when]
        return [words for words in (part.words(reader) for part in parts) if words]

    answers, points = always("answers"), always("points")
    if not answers:
        yield _fault(d, ("answers",), f"has no answer without `when` for {role}. Write one, last of all.")
    if not any(part.words(reader) for part in guide.do_now):
        yield _fault(d, ("do_now",), f"has nothing for {role}. Write what that reader does first.")
    if not 1 <= len(points) <= 6:
        yield _fault(d, ("points",), f"has {len(points)} points without `when` for {role}. Write 2 to 5.")
    count = sum(len(words.split()) for words in [*answers[:1], *points, *always("do_now"), *always("deadlines")])
    most = schema.MOST_WORDS.get(reader, schema.MOST_WORDS_STAFF)
    if count > most * schema.SPARE:
        yield _fault(d, ("points",), f"is too long for {role}: {count} words without conditions, at most {most}.")
