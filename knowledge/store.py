"""The database made from the content: derived, disposable, rebuilt whenever the content changed."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import hashlib
import json
from pathlib import Path
from typing import Any, Callable, Iterable, Iterator, Optional

import numpy as np
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session, declarative_base

from knowledge import clock, force, read, schema
from knowledge.encoder import KEY, WIDTH
from knowledge.situation import Situation

SHAPE = "4"  # raise when the tables or what fills them change, so that old databases are rebuilt

Base: Any = declarative_base()


class Meta(Base):
    __tablename__ = "meta"
    key = sa.Column(sa.String(40), primary_key=True)
    value = sa.Column(sa.String(200), nullable=False)


class EntryRow(Base):
    __tablename__ = "entry"
    id = sa.Column(sa.String(60), primary_key=True)
    kind = sa.Column(sa.String(20), nullable=False)
    body = sa.Column(sa.Text, nullable=False)


class PhraseRow(Base):
    """Words by which a record is found. `record` is an entry's id or a duty's."""

    __tablename__ = "phrase"
    id = sa.Column(sa.Integer, primary_key=True)
    record = sa.Column(sa.String(60), nullable=False, index=True)
    kind = sa.Column(sa.String(10), nullable=False)
    text = sa.Column(sa.Text, nullable=False)
    hash = sa.Column(sa.String(64), nullable=False)


class VectorRow(Base):
    """The embedding of one text by one encoder, kept over rebuilds by the hash of both."""

    __tablename__ = "vector"
    hash = sa.Column(sa.String(64), primary_key=True)
    value = sa.Column(sa.LargeBinary, nullable=False)


class NotBuilt(RuntimeError):
    """The knowledge database is missing or was made from other content."""


class BrokenContent(RuntimeError):
    """The content has faults; nothing was built."""

    def __init__(self, faults: list[read.Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = faults


def engine(url: str) -> Engine:
    """An engine for `url`; SQLite in WAL mode with a busy timeout of 5 seconds."""
    made = sa.create_engine(url, future=True)
    if made.dialect.name == "sqlite":
        database = made.url.database
        if database:
            Path(database).parent.mkdir(parents=True, exist_ok=True)

        @event.listens_for(made, "connect")
        def pragmas(connection: Any, _: Any) -> None:
            connection.execute("PRAGMA busy_timeout=5000")
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=NORMAL")

    return made


def fingerprint(content: Path = read.CONTENT) -> str:
    """One hash over all content, the shape of the database and the encoder of its vectors."""
    digest = hashlib.sha256(f"{SHAPE}\0{KEY}".encode())
    for path in sorted(content.rglob("*")):
        if path.is_file() and path.suffix in (".yml", ".txt"):
            digest.update(path.relative_to(content).as_posix().encode())
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _hash(text: str) -> str:
    """The key of a text's vector, which only its encoder's is."""
    return hashlib.sha256(f"{KEY}\0{text}".encode()).hexdigest()


def _key(kind: str, name: str) -> str:
    """What an entry is called in the database: a guide has the name of its need, which may be that of a record, too."""
    return f"{kind}/{name}" if kind in ("guides", "help") else name


def question_key(guide: str, question: str) -> str:
    """What a question of a guide is called, in the database and among the parts that were told."""
    return f"{guide}/questions/{question}"


def guide_of(key: str) -> str:
    """The guide that the key of one of its parts names."""
    return key.split("/")[0]


def phrases(kind: str, entry: Any) -> Iterator[tuple[str, str, str]]:
    """(record, kind of phrase, text) for everything an entry can be found by."""
    if kind in ("sources", "areas", "safeguarding", "disagreements", "rights", "help"):
        return
    if kind == "guides":
        for text in (entry.title, *entry.aliases, *entry.examples):
            yield _key(kind, entry.id), "title" if text == entry.title else "example", text
        for question in entry.questions:
            key = question_key(entry.id, question.id)
            yield from ((key, "question", text) for text in question.ask)
            yield from ((key, "answer", text) for text in dict.fromkeys(question.text.values()))
        return
    yield entry.id, "title", entry.title
    for alias in entry.aliases:
        yield entry.id, "alias", alias
    for example in entry.examples:
        yield entry.id, "example", example
    for correction in getattr(entry, "corrects", []):
        yield entry.id, "belief", correction.belief
    if isinstance(entry, schema.Term):
        yield entry.id, "alias", entry.term
        if entry.expansion:
            yield entry.id, "alias", entry.expansion
    if isinstance(entry, schema.Service):
        yield entry.id, "text", entry.for_
    elif isinstance(entry, schema.Stage):
        yield entry.id, "text", entry.meaning.staff
    elif isinstance(entry, (schema.Guidance, schema.Law, schema.Term)):
        yield entry.id, "text", entry.text.staff
        if entry.text.parent != entry.text.staff:
            yield entry.id, "text", entry.text.parent
    if isinstance(entry, schema.Intervention):
        yield entry.id, "text", entry.what.staff
        yield entry.id, "text", entry.what.parent
        for criterion in entry.criteria:
            yield entry.id, "text", f"{entry.title}: {criterion.text}"
    if isinstance(entry, schema.Guidance):
        for point in entry.points:
            yield entry.id, "text", f"{point.title}. {point.text}"
    if isinstance(entry, schema.Duties):
        for duty in entry.lines():
            yield duty.id, "title", duty.title
            yield duty.id, "text", duty.text
            if duty.question:
                yield duty.id, "text", duty.question
            for alias in duty.aliases:
                yield duty.id, "alias", alias
            for example in duty.examples:
                yield duty.id, "example", example


def build(url: str, embed: Callable[[list[str]], np.ndarray], content: Path = read.CONTENT) -> bool:
    """Fill the database at `url` from `content`; False if it was up to date. Raises BrokenContent."""
    try:
        return _build(url, embed, content)
    except sa.exc.DatabaseError as error:
        # exactly this class: a damaged SQLite file. It is derived, so a new one takes its place
        if type(error) is not sa.exc.DatabaseError or not url.startswith("sqlite"):
            raise
        for end in ("", "-wal", "-shm"):
            Path(f"{sa.engine.make_url(url).database}{end}").unlink(missing_ok=True)
        return _build(url, embed, content)


def _build(url: str, embed: Callable[[list[str]], np.ndarray], content: Path) -> bool:
    bind = engine(url)
    Base.metadata.create_all(bind)
    mark = fingerprint(content)
    with Session(bind) as session:
        row = session.get(Meta, "fingerprint")
        if row is not None and row.value == mark:
            return False
    from knowledge.check import checked

    documents, every = checked(content)
    faults = [fault for fault in every if not fault.warning]
    if faults:
        raise BrokenContent(faults)
    with Session(bind) as session:
        for table in (PhraseRow, EntryRow, Meta):
            session.execute(sa.delete(table))
        rows: list[dict[str, str]] = []
        for d in documents:
            session.add(EntryRow(id=_key(d.kind, d.entry.id), kind=d.kind, body=_body(d.entry)))
            rows += [dict(record=r, kind=k, text=t, hash=_hash(t)) for r, k, t in phrases(d.kind, d.entry)]
        session.execute(sa.insert(PhraseRow), rows)
        _embed(session, {row["hash"]: row["text"] for row in rows}, embed)
        session.add(Meta(key="fingerprint", value=mark))
        session.commit()
    return True


def _body(entry: Any) -> str:
    return str(entry.json(by_alias=True, exclude_unset=True))


def _embed(session: Session, texts: dict[str, str], embed: Callable[[list[str]], np.ndarray]) -> None:
    known = set(session.scalars(sa.select(VectorRow.hash)))
    missing = [h for h in texts if h not in known]
    if missing:
        vectors = embed([texts[h] for h in missing]).astype(np.float32)
        session.execute(sa.insert(VectorRow), [dict(hash=h, value=v.tobytes()) for h, v in zip(missing, vectors)])
    for gone in known - set(texts):
        session.execute(sa.delete(VectorRow).where(VectorRow.hash == gone))


@dataclasses.dataclass
class Phrase:
    record: str
    kind: str
    text: str


@dataclasses.dataclass
class Record:
    """One thing that can be found and answered: an entry, or one line of the pathway."""

    id: str
    kind: str
    entry: Any
    area: str
    stage: Optional[str] = None
    audience: Optional[str] = None
    duty: Optional[schema.Duty] = None

    @property
    def title(self) -> str:
        return str(self.duty.title if self.duty else self.entry.title)


class Knowledge:
    """The built content in memory. Reads once; never writes."""

    def __init__(self, entries: dict[str, dict[str, Any]], found_by: list[Phrase], vectors: np.ndarray) -> None:
        self.entries = entries
        self.phrases = found_by
        self.vectors = vectors
        self.until: Optional[datetime.date] = None  # the last day for which it is right; None: for ever
        self.records: dict[str, Record] = {}
        for kind in ("stages", "guidance", "interventions", "law", "services", "glossary"):
            for entry in entries.get(kind, {}).values():
                self.records[entry.id] = Record(entry.id, kind, entry, entry.area)
        for stage in self.stages.values():
            self.records[stage.id].stage = stage.id
        for duties in self.duties.values():
            area = self.stages[duties.stage].area
            self.records[duties.id] = Record(duties.id, "duties", duties, area, duties.stage, duties.audience)
            for duty in duties.lines():
                self.records[duty.id] = Record(duty.id, "duty", duties, area, duties.stage, duties.audience, duty)

    @property
    def areas(self) -> dict[str, schema.Area]:
        return self.entries.get("areas", {})

    @property
    def stages(self) -> dict[str, schema.Stage]:
        return self.entries.get("stages", {})

    @property
    def duties(self) -> dict[str, schema.Duties]:
        return self.entries.get("duties", {})

    @property
    def law(self) -> dict[str, schema.Law]:
        return self.entries.get("law", {})

    @property
    def services(self) -> dict[str, schema.Service]:
        return self.entries.get("services", {})

    @property
    def safeguarding(self) -> dict[str, schema.Safeguarding]:
        return self.entries.get("safeguarding", {})

    @property
    def sources(self) -> dict[str, schema.Source]:
        return self.entries.get("sources", {})

    @property
    def disagreements(self) -> dict[str, schema.Disagreement]:
        return self.entries.get("disagreements", {})

    @property
    def rights(self) -> dict[str, schema.Right]:
        return self.entries.get("rights", {})

    @property
    def guides(self) -> dict[str, schema.Guide]:
        return self.entries.get("guides", {})

    @property
    def help(self) -> dict[str, schema.Help]:
        return self.entries.get("help", {})

    @functools.cached_property
    def citing(self) -> dict[str, list[str]]:
        """For each item of a paper the records that rest on it; of a list its lines."""
        from knowledge.check import cited

        records: dict[str, list[str]] = {}
        for record in self.records.values():
            if record.kind != "duties":
                for item in cited(record.duty or record.entry):
                    records.setdefault(item, []).append(record.id)
        return records

    def items(self, name: str) -> list[str]:
        """The items that a name of one, or of all below it (`staffs/4/schools/*`), stands for."""
        return [i for i in self.citing if i.startswith(name[:-1])] if name.endswith("*") else [name]

    def staged(self, case: Situation) -> Situation:
        """The situation with the stage of the council's pathway that the number of suspensions leads to."""
        area, count = case.get("area"), case.get("suspensions_this_year")
        if case.get("stage") is not None or count is None:
            return case
        stage = self.stage_for_count(area, int(count))
        return case.with_("stage", stage.code, came="inferred") if stage else case

    def disagreements_on(self, record: Record) -> list[schema.Disagreement]:
        """Where this record's paper says something other than national law; for a list, that of its lines too."""
        names = {record.id}
        if record.kind == "duties":
            names |= {duty.id for duty in record.entry.lines()}
        return [d for d in self.disagreements.values() if names & set(d.local)]

    def pathway(self, area: Optional[str]) -> list[schema.Stage]:
        """The stages of an area's pathway in order; empty where none is held."""
        return sorted((s for s in self.stages.values() if s.area == area), key=lambda s: s.order)

    def stage(self, area: Optional[str], code: Optional[str]) -> Optional[schema.Stage]:
        """The stage of `area` with this code."""
        return next((s for s in self.pathway(area) if s.code == code), None)

    def stage_for_count(self, area: Optional[str], count: int) -> Optional[schema.Stage]:
        """The stage that a number of suspensions in a school year falls in."""
        for stage in self.pathway(area):
            if stage.from_count is not None and stage.from_count <= count:
                if stage.to_count is None or count <= stage.to_count:
                    return stage
        return None

    def duties_of(self, stage: Optional[str], audience: Optional[str]) -> Optional[schema.Duties]:
        return next((d for d in self.duties.values() if (d.stage, d.audience) == (stage, audience)), None)

    def contacts(self, area: Optional[str], kinds: Iterable[str]) -> list[schema.Service]:
        """The services of these kinds in `area`, in the order of `kinds`."""
        return [s for kind in kinds for s in self.services.values() if s.area == area and s.kind == kind]


def load(url: str, content: Optional[Path] = None) -> Knowledge:
    """The knowledge in the database at `url`; with `content`, raises NotBuilt if it was made from anything else.

    Rules that have ended are left out.
    """
    bind = engine(url)
    try:
        with Session(bind) as session:
            mark = session.get(Meta, "fingerprint")
            if mark is None or (content is not None and mark.value != fingerprint(content)):
                raise NotBuilt("The knowledge base is not built. Run ./run, or python -m knowledge build.")
            entries: dict[str, dict[str, Any]] = {}
            stored = [(r.kind, json.loads(r.body)) for r in session.scalars(sa.select(EntryRow).order_by(EntryRow.id))]
            laws, today = [body for kind, body in stored if kind == "law"], clock.today()
            gone = force.ended(laws, today)
            for kind, body in stored:
                entry = _in_force(kind, body, gone)
                if entry is not None:
                    entries.setdefault(kind, {})[entry.id] = entry
            vectors = {r.hash: np.frombuffer(r.value, np.float32) for r in session.scalars(sa.select(VectorRow))}
            rows = [
                row
                for row in session.scalars(sa.select(PhraseRow).order_by(PhraseRow.id))
                if force.LAW + row.record not in gone
            ]
        matrix = np.stack([vectors[r.hash] for r in rows]) if rows else np.zeros((0, WIDTH), np.float32)
    except sa.exc.OperationalError as error:
        raise NotBuilt("The knowledge base cannot be read. Run ./run, or python -m knowledge build.") from error
    except (sa.exc.DatabaseError, ValueError, KeyError) as error:
        where = bind.url.database if bind.dialect.name == "sqlite" else "its tables"
        raise NotBuilt(f"The knowledge base is damaged. Delete {where}, then run ./run.") from error
    knowledge = Knowledge(entries, [Phrase(r.record, r.kind, r.text) for r in rows], matrix)
    knowledge.until = force.until(laws, today)
    return knowledge


def _in_force(kind: str, body: dict[str, Any], gone: frozenset[str]) -> Any:
    """An entry without the rules that have ended; None for one of them, and for what rested on nothing else."""
    if kind == "law" and force.LAW + body["id"] in gone:
        return None
    kept = force.without(body, gone) if gone else body
    try:
        return schema.KINDS[kind].parse_obj(kept)
    except ValueError:
        if kept == body:
            raise
        return None
