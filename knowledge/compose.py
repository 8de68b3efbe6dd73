"""Guides to one person's answer: which of their parts this person reads, in which words, and what is folded away."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import re
from typing import Any, Collection, Iterable, Iterator, Optional, Sequence

from knowledge import render, schema
from knowledge.blocks import Block
from knowledge.query import NATIONAL
from knowledge.render import words
from knowledge.schema import Guide, GuidePart, Service
from knowledge.situation import Condition, Situation, facts
from knowledge.store import Knowledge, guide_of

FIELDS = ("answers", "points", "do_now", "deadlines", "local", "questions")
POINTS = 5  # those that hold in every case, before the fold
ACTIONS = 4
BRANCHES = 2  # answer lines for cases that are not known; more would bury the answer
LOCAL = 2
BESIDE = 2  # that hold in this very case, beside the answer to a question that is asked on
HELPS = (2, 4)  # before the fold, and in all
NEXT = 4
ANSWERED_BY = {
    "when": "deadlines",
    "how": "do_now",
    "do": "do_now",
    "who": "help",
}  # the part that answers a question by itself
CHILDREN = "child-support"  # the kind of help that goes first where a child asks
# how much more may be read before the fold where parts hold in this case alone, and where two needs are answered
SPECIAL, TWO = 1.25, 1.75
YES_OR_NO = re.compile(r"^(?:yes|no)\b *[,.;:] *", re.I)
# what only hangs on the yes or no before it: 'Yes, if you write to them.'
HANGS_ON = re.compile(r"(?:if|but|unless|only|as|when|where|once|in|to|for|though|although|except|until|within)\b")
SAME = 0.75  # of the longer words of the shorter line: two guides then say the same thing
# what knowing a fact changes, by where it decides something: for the one question that is most worth asking
WEIGHTS = {"answers": 4, "deadlines": 3, "do_now": 2, "points": 1, "local": 1}


@dataclasses.dataclass(frozen=True)
class Composed:
    """The answer: its blocks, what they rest on, and where it leads."""

    blocks: list[Block]
    records: list[str]
    needs: list[str]
    sources: list[dict[str, Any]]
    contacts: list[dict[str, Any]]
    next: list[str]
    missing: Optional[str]
    parts: list[str]


@dataclasses.dataclass(frozen=True)
class _Line:
    """One part of a guide in the words of this reader; `holds` is None where its case is not clear."""

    key: str
    part: GuidePart
    words: str
    holds: Optional[bool]
    special: bool  # it holds because of what is known of this case

    @property
    def text(self) -> str:
        return self.words if self.holds else f"{_label(self.part)}: {self.words}"

    @property
    def size(self) -> int:
        return len(self.text.split())

    def answers(self, asks: Optional[str]) -> bool:
        """Whether this answers a question of this kind."""
        own = getattr(self.part, "asks", ())
        return asks is not None and (asks == own if isinstance(own, str) else asks in own)


@dataclasses.dataclass
class _Split:
    """The lines of one field: before the fold, and behind it."""

    shown: list[_Line] = dataclasses.field(default_factory=list)
    folded: list[_Line] = dataclasses.field(default_factory=list)

    def fold(self, line: _Line) -> None:
        self.shown.remove(line)
        self.folded.insert(0, line)


def compose(
    knowledge: Knowledge,
    ids: Iterable[str],
    situation: Situation,
    role: Optional[str],
    area: Optional[str],
    asks: Optional[str] = None,
    told: Collection[str] = (),
    put: Sequence[str] = (),
    confirms: bool = True,
) -> Composed:
    """The answer from one or two guides, for a person of this role and area and what is known of the case.

    `asks` is the kind of question (may, what, why, what-if …). `put` are keys of questions that were put, of these
    guides or of others: their answers come first. `told` are keys of parts that the person has read: these are left
    out, and what comes next takes their place. Without anything new to say there are no blocks. `confirms`: whether a
    'yes' or 'no' can be one to what was asked; otherwise it is left out.
    """
    case = knowledge.staged(situation.with_("area", area))
    guides = [g for g in (knowledge.guides[i] for i in dict.fromkeys(ids) if i in knowledge.guides) if _here(g, case)]
    sheets = [_lines(guide, role, case) for guide in guides]
    missing = _missing(guides, sheets, case)
    answered = _put(knowledge, put, role, case)
    splits = {
        "put": _Split(answered),
        "answers": _answers([sheet["answers"] for sheet in sheets], asks),
        "points": _points([sheet["points"] for sheet in sheets], asks, bool(told)),
        "do_now": _first([sheet["do_now"] for sheet in sheets], ACTIONS, 0),
        "deadlines": _first([sheet["deadlines"] for sheet in sheets], ACTIONS, BRANCHES),
        "local": _first([sheet["local"] for sheet in sheets], LOCAL, 0),
    }
    answered = splits["put"].shown = [_stated(line) for line in answered]
    splits["answers"].shown = [
        line if confirms and not answered and (asks is None or line.answers(asks)) else _stated(line)
        for line in splits["answers"].shown
    ]
    _leave_out(splits, told, asks)
    if answered:
        _make_way(splits, bool(told), asks)
    if not any(split.shown for split in splits.values()):
        return Composed([], [], [g.id for g in guides], [], [], [], missing, [])
    _say_once(splits)
    _fit(splits, _voice(guides[0], role), len(guides))
    helps = _Helps(knowledge, guides, case, role)
    help_key = f"{guides[0].id}/help"
    fresh = help_key not in told or asks == "who"
    cites = list(dict.fromkeys(c for split in splits.values() for line in split.shown for c in line.part.cites))
    sources = _sources(knowledge, dict.fromkeys(cites), area)
    shown = [line.key for split in splits.values() for line in split.shown]
    blocks = [
        *_blocks(knowledge, guides, splits, area),
        *helps.blocks(fresh),
        *_disagreements(knowledge, splits["local"].shown, cites, role),
        *_folded(guides, splits, sources, told),
    ]
    return Composed(
        blocks=_in_order_of(asks, blocks),
        records=list(dict.fromkeys(r for cite in cites for r in _records(knowledge, cite, area))),
        needs=[guide.id for guide in guides],
        sources=sources,
        contacts=helps.contacts,
        next=_next(knowledge, guides, role, case),
        missing=missing,
        parts=[*shown, *([help_key] if fresh else [])],
    )


# ------------------------------------------------------------------------------------------- what this reader may read


def _here(guide: Guide, case: Situation) -> bool:
    return guide.area is None or guide.area == case.get("area")


def _voice(guide: Guide, role: Optional[str]) -> str:
    """The reader whose words this person gets: their own, or else of those whom the guide is for, families first."""
    readers = sorted(map(schema.reader, guide.for_), key=lambda reader: reader != "family")
    own = [schema.reader(role)] if role else []
    return next(
        (r for r in (*own, *readers) if any(part.words(r) and not part.when for part in guide.answers)), readers[0]
    )


def _lines(guide: Guide, role: Optional[str], case: Situation) -> dict[str, list[_Line]]:
    """The parts of a guide that this person may read, by field: not those of another area or another case."""
    voice = _voice(guide, role)
    to_anybody = role is None or voice != schema.reader(role)  # 'your child' only to a parent
    sheet: dict[str, list[_Line]] = {field: [] for field in FIELDS}
    for field, place, part in guide.parts():
        text = part.words(voice)
        condition = Condition.parse(part.when) if part.when else None
        holds = condition.holds(case) if condition else True
        elsewhere = isinstance(part, schema.LocalPart) and part.area != case.get("area")
        if condition and holds is None and case.get("area") is None:
            elsewhere |= any(name == "area" or bool(facts()[name].area) for name in condition.facts)
        if text and holds is not False and not elsewhere:
            key = f"{guide.id}/{field}/{getattr(part, 'id', None) or place + 1}"
            special = bool(holds and condition and any(case.value(name) for name in condition.facts))
            sheet[field].append(_Line(key, part, neutral(text) if to_anybody else text, holds, special))
    return sheet


def answerable(
    knowledge: Knowledge, key: str, situation: Situation, role: Optional[str], area: Optional[str]
) -> Optional[bool]:
    """Whether the answer to a question of a guide holds in this case; None where it only may.

    False, too, where it has no words for this reader.
    """
    lines = _put(knowledge, [key], role, knowledge.staged(situation.with_("area", area)))
    return lines[0].holds if lines else False


def _put(knowledge: Knowledge, keys: Iterable[str], role: Optional[str], case: Situation) -> list[_Line]:
    """The answers to questions of guides, in their order; those alone that this person may read."""
    found = []
    for key in keys:
        guide = knowledge.guides[guide_of(key)]
        if _here(guide, case):
            found += [line for line in _lines(guide, role, case)["questions"] if line.key == key]
    return found


def neutral(text: str) -> str:
    """Words to a parent as anybody may hear them."""
    for own, anybodys in words()["guide"]["neutral"].items():
        text = re.sub(rf"\b{own}\b", anybodys, text)
        text = re.sub(rf"\b{own.capitalize()}\b", anybodys.capitalize(), text)
    return text


def _label(part: GuidePart) -> str:
    """The case of a part, in a few words."""
    if part.label or not part.when:
        return part.label or ""
    term = Condition.parse(part.when).terms[0]
    about = facts()[term.fact]
    return about.values.get(term.values[0], about.label)


# ------------------------------------------------------------------------------------------- what comes before the fold


def _in_turn(lists: Sequence[Sequence[Any]]) -> Iterator[Any]:
    """The first of each list, then the second of each."""
    for row in itertools.zip_longest(*lists):
        yield from (each for each in row if each is not None)


def _answers(sheets: list[list[_Line]], asks: Optional[str]) -> _Split:
    """For each guide the line that fits the case best, or the general one with those for cases that are not known."""
    split = _Split()
    for lines in sheets:
        kind = asks if any(line.answers(asks) for line in lines) else lines[0].part.asks  # type: ignore[attr-defined]
        fitting = [line for line in lines if line.answers(kind)]
        best = max((line for line in fitting if line.holds), key=_special, default=None)
        # a line for this very case is the answer, whatever was asked: the general one may be untrue of it
        own = max((line for line in lines if line.holds and line.part.when), key=_special, default=None)
        best = own if own and (best is None or not best.part.when) else best
        branches = [line for line in fitting if line.holds is None]
        shown = [best] if best else []
        if best is None or (not best.special and len(branches) <= BRANCHES):
            shown += branches[: BRANCHES + 1]
        split.shown += shown
        split.folded += [line for line in lines if line not in shown and (line.holds is None or not line.answers(kind))]
    split.shown = _once(split.shown)
    return split


def _special(line: _Line) -> int:
    return len(Condition.parse(line.part.when).terms) if line.part.when else 0


def _points(sheets: list[list[_Line]], asks: Optional[str], again: bool) -> _Split:
    """What answers the question, what always holds, what holds in this case; where asked again, all the rest."""
    lines = _once(_in_turn(sheets))
    asked = [line for line in lines if line.holds and line.answers(asks)]
    always = [line for line in lines if line.holds and not line.special and line not in asked]
    special = [line for line in lines if line.special and line not in asked]
    most = POINTS if len(sheets) < 2 else POINTS + 1
    shown = [*asked, *always[: max(0, most - len(asked))], *special]
    rest = [line for line in lines if line not in shown]
    return _Split([*shown, *rest], []) if again else _Split(shown, rest)


def _first(sheets: list[list[_Line]], most: int, branches: int) -> _Split:
    """The first lines that hold; those of cases that are not known only where nothing else stands, and few."""
    lines = _once(line for sheet in sheets for line in sheet)
    fair = list(_in_turn([[line for line in sheet if line in lines and line.holds] for sheet in sheets]))[:most]
    shown = [line for line in lines if line in fair]
    unclear = [line for line in lines if line.holds is None]
    if not shown and len(unclear) <= branches:
        shown = unclear
    return _Split(shown, [line for line in lines if line not in shown])


def _once(lines: Iterable[_Line]) -> list[_Line]:
    """The lines without those that say what one of another guide has said."""
    kept: list[_Line] = []
    for line in lines:
        guide = guide_of(line.key)
        if not any(_same(line, other) for other in kept if not other.key.startswith(f"{guide}/")):
            kept.append(line)
    return kept


def _same(one: _Line, other: _Line) -> bool:
    """Whether two lines tell the same deadline or say the same in much the same words."""
    if isinstance(one.part, schema.Deadline) and isinstance(other.part, schema.Deadline):
        return one.part.id == other.part.id if one.part.id else one.words == other.words
    first, second = _longer_words(one.words), _longer_words(other.words)
    fewer = min(len(first), len(second))
    return one.words == other.words or (fewer > 2 and len(first & second) >= SAME * fewer)


@functools.lru_cache(maxsize=4096)
def _longer_words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z0-9]+", text.lower()) if len(word) > 3 or word.isdigit())


def _leave_out(splits: dict[str, _Split], told: Collection[str], asks: Optional[str]) -> None:
    """Take out what has been read, unless it answers the question, and fold what is then too much at once."""
    for field, split in splits.items():
        if field == "put":
            continue
        kept = field == ANSWERED_BY.get(asks or "")
        split.shown = [line for line in split.shown if line.key not in told or kept or line.answers(asks)]
        split.folded = [line for line in split.folded if line.key not in told]
    if told:
        unclear = [line for line in splits["answers"].shown if not line.holds and not line.answers(asks)]
        for field, lines in (("answers", unclear), ("points", splits["points"].shown[POINTS:])):
            for line in lines[::-1]:
                splits[field].fold(line)


def _stated(line: _Line) -> _Line:
    """First words as a statement, where a yes or no might be taken for something that was not asked."""
    text = YES_OR_NO.sub("", line.words)
    if HANGS_ON.match(text):
        return line
    return dataclasses.replace(line, words=text[:1].upper() + text[1:])


def _make_way(splits: dict[str, _Split], again: bool, asks: Optional[str]) -> None:
    """Let what was asked stand first: the standing first words follow it, and after another answer little else does."""
    put, answers, points = (splits[field] for field in ("put", "answers", "points"))
    general = [line for line in answers.shown if line.holds and not line.special]
    for line in [line for line in answers.shown if line.holds is None]:
        answers.fold(line)
    answers.shown = [line for line in answers.shown if line not in general]
    alike = [line for line in (*general, *points.shown) if any(_same(line, other) for other in put.shown)]
    points.shown = [line for line in (*general, *points.shown) if line not in alike]
    if not again:
        return
    for field in ("points", "do_now", "deadlines", "local"):
        split = splits[field]
        if field != ANSWERED_BY.get(asks or ""):
            wanted = [line for line in split.shown if line.special or line.answers(asks)][:BESIDE]
            for line in [line for line in split.shown if line not in wanted][::-1]:
                split.fold(line)


def _say_once(splits: dict[str, _Split]) -> None:
    """Take out of the fold what stands before it word for word."""
    read = {line.words for split in splits.values() for line in split.shown}
    for split in splits.values():
        split.folded = [line for line in split.folded if line.words not in read]


def _fit(splits: dict[str, _Split], reader: str, guides: int) -> None:
    """Fold what is too much to read: branches first, then the last of what always holds, then of what is special."""
    counted = [splits[field] for field in ("put", "answers", "points", "do_now", "deadlines")]
    most = schema.MOST_WORDS.get(reader, schema.MOST_WORDS_STAFF) * schema.SPARE
    if guides > 1:
        most *= TWO
    elif any(line.special for split in counted for line in split.shown):
        most *= SPECIAL
    points = list(splits["points"].shown)
    # branches go where a general line stands for them; one of several by itself would be taken for the answer
    general = {guide_of(line.key) for line in splits["answers"].shown if line.holds}
    branches = [line for line in splits["answers"].shown if line.holds is None and guide_of(line.key) in general]
    order = [(splits["answers"], line) for line in branches[::-1]]
    order += [(splits["points"], line) for line in points[::-1] if not line.special]
    order += [(splits["points"], line) for line in points[::-1] if line.special]
    order += [(splits["deadlines"], line) for line in splits["deadlines"].shown[::-1] if line.holds is None]
    for split, line in order:
        if sum(line.size for each in counted for line in each.shown) <= most:
            return
        if line not in points or len(splits["points"].shown) > 1 or splits["put"].shown:
            split.fold(line)


# -------------------------------------------------------------------------------------------------------------- blocks


def _blocks(
    knowledge: Knowledge, guides: list[Guide], splits: dict[str, _Split], area: Optional[str]
) -> Iterator[Block]:
    titles = words()["guide"]
    told = {guide.id for guide in guides}
    for line in splits["put"].shown:
        of = guide_of(line.key)
        yield Block("answer", line.text, (), "" if of in told else knowledge.guides[of].title)
    for guide in guides:
        own = [line for line in splits["answers"].shown if line.key.startswith(f"{guide.id}/")]
        if own:
            lead = [line.text for line in own if line.holds]
            branches = tuple(line.text for line in own if not line.holds)
            title = guide.title if len(guides) > 1 and not splits["put"].shown else ""
            yield Block("answer", " ".join(lead), branches, title)
    for field, kind in (("points", "points"), ("do_now", "do_now"), ("deadlines", "deadline")):
        items = tuple(line.text for line in splits[field].shown)
        if items:
            yield Block(kind, "", items, titles[kind])  # type: ignore[arg-type]
    local = [line.text for line in splits["local"].shown]
    if local:
        title = titles["local"].format(area=knowledge.areas[area or ""].title)
        yield Block("local", local[0] if len(local) == 1 else "", tuple(local) if len(local) > 1 else (), title)


def _in_order_of(asks: Optional[str], blocks: list[Block]) -> list[Block]:
    """The blocks with the one that answers the question right behind the first words."""
    first = ("answer", ANSWERED_BY.get(asks or "", "").replace("deadlines", "deadline"))
    return sorted(blocks, key=lambda b: (b.folded, first.index(b.kind) if b.kind in first else len(first)))


def _folded(
    guides: list[Guide], splits: dict[str, _Split], sources: list[dict[str, Any]], told: Collection[str]
) -> Iterator[Block]:
    """What stands behind 'More'."""
    titles = words()["guide"]
    cases = [line for field in ("answers", "deadlines", "points") for line in splits[field].folded if not line.holds]
    more = [line for field in ("answers", "points") for line in splits[field].folded if line.holds]
    later = {"do_now": splits["do_now"].folded, "local": splits["local"].folded}
    gaps = [] if told else [gap.text for guide in guides for gap in guide.not_known]
    for kind, title, items in (
        ("points", titles["cases"], [line.text for line in cases]),
        ("points", titles["more"], [line.text for line in more]),
        ("do_now", titles["later"], [line.text for line in later["do_now"]]),
        ("points", titles["more_local"], [line.text for line in later["local"]]),
        ("deadline", titles["deadline"], [line.text for line in splits["deadlines"].folded if line.holds]),
        ("note", titles["not_known"], list(dict.fromkeys(gaps))),
        ("sources", titles["sources"], [render.source_line(source) for source in sources]),
    ):
        if items:
            yield Block(kind, "", tuple(items), title, folded=True)  # type: ignore[arg-type]


def _disagreements(
    knowledge: Knowledge, local: list[_Line], cites: Collection[str], role: Optional[str]
) -> Iterator[Block]:
    """One line after the answer where a local paper that was told says something other than the law, not told yet."""
    rests = {cite[len("inventory/") :] for line in local for cite in line.part.cites if cite.startswith("inventory/")}
    apart = [d for d in knowledge.disagreements.values() if rests & set(d.cites)]
    apart = [d for d in apart if not {f"disagreements/{d.id}", *d.law} & set(cites)]
    for place, found in enumerate(apart):
        law = found.instead.for_role(role)
        text = words()["guide"]["law_leads"].format(law=law if role else neutral(law))
        yield Block("note", text, folded=place > 0)


# --------------------------------------------------------------------------------------------------- who can help, next


class _Helps:
    """Whom the guides send to: for each kind of help the area's own service first, then the national ones."""

    def __init__(self, knowledge: Knowledge, guides: list[Guide], case: Situation, role: Optional[str]) -> None:
        self._knowledge, self._case, self._role = knowledge, case, role
        kinds = dict.fromkeys(_in_turn([guide.help for guide in guides]))
        names = sorted(kinds, key=lambda name: role == "child" and name != CHILDREN)
        rows = [(knowledge.help[name], self._services(knowledge.help[name])) for name in names]
        first = sorted(rows[: HELPS[0]], key=lambda row: row[0].id != CHILDREN and not any(map(self._near, row[1])))
        self._rows = [*first, *rows[HELPS[0] :]]

    @property
    def contacts(self) -> list[dict[str, Any]]:
        """How to reach them, best first."""
        return [render.contact(service, self._role) for service in self._in_order()]

    def blocks(self, fresh: bool) -> list[Block]:
        """One or two lines with name and number, the rest folded; all folded where they have been told before."""
        labels = words()["guide"]
        services = self._in_order()
        lines = [(render.contact_brief(service, self._role), service.id) for service in services]
        first, served = self._rows[0]
        if not served:  # the best kind of help has no contact here: its name is worth a line
            open_area = first.local and self._case.get("area") is None
            lines.insert(0, (labels["ask_area"].format(title=first.title) if open_area else first.title, ""))
        shown, all_of_them = HELPS
        parts = [(lines[:shown], not fresh), (lines[shown:all_of_them], True)]
        return [
            Block("help", "", tuple(text for text, _ in part), labels["help"], folded, tuple(name for _, name in part))
            for part, folded in parts
            if part
        ]

    def _in_order(self) -> list[Service]:
        """The first of each kind, then the second of each."""
        services = {service.id: service for service in _in_turn([row for _, row in self._rows])}
        return list(services.values())[: HELPS[1]]

    def _services(self, kind: schema.Help) -> list[Service]:
        home = self._case.get("home_area") if kind.where == "home" else None
        area = home or self._case.get("area")
        services = self._knowledge.services
        named = [services[name] for name in kind.services if name in services]
        local = [s for s in named if s.area == area] + self._own(area, kind.local)
        both = [*dict.fromkeys(s.id for s in local), *(s.id for s in named if s.area in NATIONAL)]
        fitting = [services[name] for name in both if self._fits(services[name])]
        works_in_school = self._role in ("school", "governor", "council")
        return sorted(fitting, key=lambda s: works_in_school and s.who == "public")

    def _own(self, area: Optional[str], kinds: list[str]) -> list[Service]:
        """The services of an area, the surest first, and those for everybody before those for professionals."""
        held = self._knowledge.contacts(area, kinds) if area else []
        return sorted(held, key=lambda s: (["high", "medium", "low"].index(s.confidence), s.who == "professionals"))

    def _near(self, service: Service) -> bool:
        return service.area not in NATIONAL

    def _fits(self, service: Service) -> bool:
        return service.who != "professionals" or self._role not in (None, "parent", "child")


def _next(knowledge: Knowledge, guides: list[Guide], role: Optional[str], case: Situation) -> list[str]:
    """The likeliest next needs: guides for this reader, here."""
    names = dict.fromkeys(_in_turn([guide.next for guide in guides]))
    fitting = [
        name
        for name in names
        if name not in {guide.id for guide in guides}
        and name in knowledge.guides
        and _here(knowledge.guides[name], case)
        and (role is None or role in knowledge.guides[name].for_)
    ]
    return fitting[:NEXT]


def _missing(guides: list[Guide], sheets: list[dict[str, list[_Line]]], case: Situation) -> Optional[str]:
    """The fact that would change the answer most, of those that can be asked."""
    weights: dict[str, int] = {}
    for sheet in sheets:
        for field in WEIGHTS:
            for line in sheet[field]:
                for name in Condition.parse(line.part.when).open(case) if line.holds is None and line.part.when else ():
                    weights[name] = weights.get(name, 0) + WEIGHTS[field]
    if case.get("area") is None and any(guide.local for guide in guides):
        weights["area"] = weights.get("area", 0) + WEIGHTS["do_now"]
    asked = [name for name in weights if facts()[name].question]
    return max(asked, key=lambda name: weights[name], default=None)


# ----------------------------------------------------------------------------------------------------- what it rests on


def _records(knowledge: Knowledge, cite: str, area: Optional[str]) -> list[str]:
    """The records that a cite leads to, none of another area; items of a paper lead to what is told of them here."""
    kind, name = cite.split("/", 1)
    if kind == "disagreements":
        names = [law[4:] for law in knowledge.disagreements[name].law]
    elif kind == "inventory":
        names = [record for item in knowledge.items(name) for record in knowledge.citing.get(item, [])[:1]]
        if name.endswith("*"):  # all lines of a list are the list
            names = [knowledge.records[record].entry.id for record in names]
    else:
        names = [name] if name in knowledge.records and kind not in ("rights", "safeguarding", "areas") else []
    return [record for record in dict.fromkeys(names) if knowledge.records[record].area in {area, *NATIONAL}]


def _sources(knowledge: Knowledge, cites: Iterable[str], area: Optional[str]) -> list[dict[str, Any]]:
    """Each document once, and none of another area."""
    every = [source for cite in cites for source in render.cited_sources(knowledge, cite)]
    here = [source for source in every if knowledge.sources[source["id"]].area in {area, *NATIONAL}]
    return render.one_per_document(here)
