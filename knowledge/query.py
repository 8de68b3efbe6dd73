"""Which record answers a question: hard filters first, then names, spelling and meaning added up."""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Callable, Iterable, Iterator, Optional, Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge.likeness import likeness, mean_of
from knowledge.store import Knowledge, Record, guide_of, question_key
from knowledge.terms import Bm25, Postings, Terms
from knowledge.words import MAX_SEGMENTS, plain, segments

Embed = Callable[[list[str]], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Weights:
    """What each part of a record's score counts; nought leaves a part out."""

    spelling: float = 0.5  # character n-grams beside the sentence vectors
    mean: float = 0.4  # a record's three nearest phrases beside its nearest
    learnt: float = 5.0  # the ridge regression
    wording: float = 0.7  # shared words, by BM25
    short: float = 0.5  # a title or alias against a message of more than five words
    named: float = 0.25  # added where the message names the record
    defined: float = 0.3  # of that, for a rule or term where no definition is asked for: many rules share its words
    alone: float = 0.4  # added where the message says nothing but the name
    unasked: float = -0.05  # added for a definition of a word that everybody uses, where none is asked for
    own: float = 0.06  # added for the person's own area


RIDGE = 3.0
SAME = 0.66  # likeness at and above which a sentence is about the same as a phrase; it may still say the opposite
NEGATION = re.compile(
    r"\b(?:not?|never|nothing|nobody|none|without|cannot|unable|(?:is|are|was|were|has|have|had|do|does|did|ca|could|wo"
    r"|would|should|must|need|ai|might)nt)\b"
)
TAG = re.compile(
    r"[, ]+(?:is|are|was|do|does|did|can|could|will|would|should|has|have)(?:nt)? (?:it|they|he|she|we|i)\W*$"
)
NATIONAL = frozenset({"england", "uk"})
WORD = re.compile(r"\w+")
# what asks and tells nothing of what is asked about
ASKING = {
    *("a", "about", "an", "can", "could", "do", "does", "explain", "for", "give", "i", "info", "information", "is"),
    *("know", "like", "me", "mean", "meaning", "more", "need", "of", "on", "please", "pls", "s", "say", "tell", "the"),
    *("to", "us", "want", "we", "what", "whats", "who", "whos", "would", "you", "your"),
}


@dataclasses.dataclass
class Hit:
    """A record that may answer, its score (0 to about 1.8) and the phrase that brought it."""

    record: Record
    score: float
    phrase: str


@dataclasses.dataclass(frozen=True)
class Asked:
    """A question of a guide that a message may put, with how much that is like it (of knowledge/likeness.py)."""

    key: str
    guide: str
    likeness: float


@dataclasses.dataclass
class Wanted:
    """Filters and leanings: an area's own and national records only; kinds, stages and audiences that fit better."""

    area: Optional[str] = None
    areas: Optional[frozenset[str]] = None
    lean: dict[str, float] = dataclasses.field(default_factory=dict)
    stages: tuple[str, ...] = ()
    audience: Optional[str] = None
    named: tuple[tuple[str, str], ...] = ()
    kinds: Optional[frozenset[str]] = None
    defines: bool = True
    parts: Optional[tuple[str, ...]] = None  # the sentences to look at beside the whole; None: all


@dataclasses.dataclass
class _View:
    """The index cut down to some areas: places of records, and everything by these places."""

    records: np.ndarray
    rows: np.ndarray
    owner: np.ndarray
    phrases: np.ndarray
    vectors: np.ndarray
    spelling: Postings
    short: np.ndarray
    wording: Postings
    weights: np.ndarray


class Finder:
    """Searches one knowledge base. Thread-safe: it only reads.

    A record's score adds up, over the message and its sentences: its nearest phrase by meaning and spelling; the mean
    of its three nearest; a ridge regression from meaning to records; and the words it shares with the record's text.
    The weights were chosen on the development questions (docs/adr/0004-finding.md).
    """

    def __init__(self, knowledge: Knowledge, embed: Embed, weights: Optional[Weights] = None) -> None:
        self.knowledge = knowledge
        self._counts = weights or Weights()
        self._embed = embed
        self._ids = list(knowledge.records)
        self._order = {name: i for i, name in enumerate(self._ids)}
        rows = [i for i, p in enumerate(knowledge.phrases) if p.record in self._order]
        self._phrases = [knowledge.phrases[i] for i in rows]
        self._owner = np.array([self._order[p.record] for p in self._phrases], np.int64)
        self._vectors = np.ascontiguousarray(knowledge.vectors[rows])
        self._texts = [plain(p.text) for p in self._phrases] or ["-"]
        self._short = np.array([p.kind in ("title", "alias") for p in self._phrases], bool)
        letters = TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=(2, 5),
            sublinear_tf=True,
            min_df=2 if len(self._texts) > 1000 else 1,
            dtype=np.float32,
        )
        self._spelling = letters.fit_transform(self._texts).tocsr()
        self._letters = Terms(letters)
        self._words = Bm25(self._documents())
        self._weights = self._ridge()
        self._area = np.array([knowledge.records[i].area for i in self._ids])
        self._kind = np.array([knowledge.records[i].kind for i in self._ids])
        self._rarity: dict[str, float] = {}
        self._term = np.array([plain(getattr(knowledge.records[i].entry, "term", "")) for i in self._ids])
        self._views: dict[tuple[frozenset[str], Optional[frozenset[str]], Optional[str]], _View] = {}
        self._guides = _Guides(knowledge)
        self._questions = _Questions(knowledge)

    def _documents(self) -> list[str]:
        """All the words of each record."""
        gathered: list[list[str]] = [[] for _ in self._ids]
        for owner, text in zip(self._owner, self._texts):
            gathered[owner].append(text)
        return [" ".join(texts) for texts in gathered] or ["-"]

    def _ridge(self) -> np.ndarray:
        """From a sentence vector to a score for each record, in closed form: nothing to train, exact at every build."""
        trust = np.array([1.0 if p.kind in ("example", "belief") else 0.5 for p in self._phrases], np.float32)[:, None]
        targets = np.zeros((len(self._ids), self._vectors.shape[1]), np.float32)
        np.add.at(targets, self._owner, self._vectors * trust)
        square = (self._vectors * trust).T @ self._vectors + RIDGE * np.eye(self._vectors.shape[1], dtype=np.float32)
        return np.asarray(np.linalg.solve(square, targets.T), np.float32)

    def _view(self, areas: frozenset[str], kinds: Optional[frozenset[str]], own: Optional[str]) -> _View:
        """The part of the index that may answer in these areas, cut out once.

        A term that the person's own area explains itself is explained by nobody else.
        """
        key = (areas, kinds, own)
        if key not in self._views:
            allowed = np.isin(self._area, list(areas))
            here = np.isin(self._area, [own or ""])
            allowed &= here | ~np.isin(self._term, list({*self._term[here]} - {""}))
            if kinds is not None:
                allowed &= np.isin(self._kind, list(kinds))
            records = np.flatnonzero(allowed)
            rows = np.flatnonzero(allowed[self._owner]) if len(self._owner) else np.zeros(0, np.int64)
            place = np.full(len(self._ids), -1, np.int64)
            place[records] = np.arange(len(records))
            self._views[key] = _View(
                records=records,
                rows=rows,
                owner=place[self._owner[rows]],
                phrases=_table(place[self._owner[rows]], len(records)),
                vectors=self._vectors[rows],
                spelling=Postings(self._spelling[rows]),
                short=self._short[rows],
                wording=Postings(self._words.rows[records]),
                weights=np.ascontiguousarray(self._weights[:, records]),
            )
        return self._views[key]

    def rarity(self, name: str) -> float:
        """From 0 for a word that stands everywhere ('suspension') to 1 for one that means one thing ('eapdr')."""
        if name not in self._rarity:
            whole = re.compile(rf"\b{re.escape(name)}\b")
            count = sum(bool(whole.search(text)) for text in self._texts)
            self._rarity[name] = min(1.0, max(0.0, (math.log(len(self._texts) / (1 + count)) - 2) / 2.5))
        return self._rarity[name]

    def find(self, text: str, wanted: Wanted, most: int = 8) -> list[Hit]:
        """The records nearest to `text`, best first."""
        areas = wanted.areas or frozenset({wanted.area or "england", *NATIONAL})
        view = self._view(areas, wanted.kinds, wanted.area)
        if not len(view.rows):
            return []
        parts = [plain(p) for p in (segments(text) if wanted.parts is None else [text, *wanted.parts[:MAX_SEGMENTS]])]
        # a sentence on its own counts a little less than the whole message, unless it is the question
        trust = np.array([1.0] + [1.0 if p.endswith("?") else 0.9 for p in parts[1:]], np.float32)
        meant = self._embed(parts) * trust[:, None]
        by_phrase = view.vectors @ meant.T
        by_phrase += self._counts.spelling * np.stack([view.spelling(*self._letters(p)) for p in parts], axis=1) * trust
        nearest = by_phrase.max(axis=1)
        if len(text.split()) > 5:
            nearest = np.where(view.short, nearest * self._counts.short, nearest)
        best, mean = _by_record(nearest, view.phrases)
        scores = best + self._counts.mean * mean
        scores += self._counts.learnt * (meant @ view.weights).max(axis=0)
        scores += self._counts.wording * view.wording(*self._words(plain(text)))
        scores /= 1 + self._counts.mean + 0.5 * (self._counts.learnt + self._counts.wording)
        for i, bonus in self._named(text, wanted, view).items():
            scores[i] += bonus
        hits = []
        for i in np.argsort(-scores)[: most * 4]:
            record = self.knowledge.records[self._ids[view.records[i]]]
            at = np.flatnonzero(view.owner == i)
            phrase = self._phrases[view.rows[at[np.argmax(nearest[at])]]].text if len(at) else record.title
            hits.append(Hit(record, float(scores[i]) + self._leaning(record, wanted), phrase))
        hits.sort(key=lambda h: -h.score)
        return hits[:most]

    def guides(self, text: str, area: Optional[str] = None, most: int = 8) -> list[tuple[str, float]]:
        """The guides nearest to `text` by their titles and examples, best first, each with its score (0 to 1.5).

        A guide of one area is there only for people of that area.
        """
        parts = [plain(part) for part in segments(text)]
        return self._guides.nearest(parts, self._embed(parts), self._counts, area)[:most]

    def questions(self, parts: Sequence[str], area: Optional[str] = None) -> list[list[Asked]]:
        """For each part of a message all questions of guides that may be answered in this area, the nearest first."""
        return list(self._questions.nearest(self._embed([plain(part) for part in parts]), area))

    def says_the_same(self, text: str, phrase: str) -> bool:
        """Whether some sentence of a message is about what a phrase says, and neither denies what the other says."""
        parts = [plain(part) for part in segments(text)]
        *meant, other = self._embed([*parts, plain(phrase)])
        likeness = np.stack(meant) @ other
        nearest = parts[int(likeness.argmax())]
        return bool(likeness.max() >= SAME) and denies(nearest) == denies(plain(phrase))

    def _named(self, text: str, wanted: Wanted, view: _View) -> dict[int, float]:
        """What being named adds to a record, by its place in the view. A stage's name is a filter, not a topic."""
        place = {int(r): i for i, r in enumerate(view.records)}
        found: dict[int, float] = {}
        for name, said in wanted.named:
            i = place.get(self._order.get(name, -1))
            if i is None or self._kind[view.records[i]] == "stages":
                continue
            record = self.knowledge.records[name]
            thing = record.kind in ("interventions", "services", "duty")
            bonus = self._counts.named * self.rarity(said) * (1.0 if thing or wanted.defines else self._counts.defined)
            here = bool(wanted.area) or record.area in NATIONAL
            if here and not set(WORD.findall(plain(text))) - set(WORD.findall(said)) - ASKING:
                bonus += self._counts.alone
            found[i] = max(found.get(i, 0.0), bonus)
        return found

    def _leaning(self, record: Record, wanted: Wanted) -> float:
        lean = wanted.lean.get(record.kind, 0.0)
        if wanted.area and record.area == wanted.area:
            lean += self._counts.own
        if getattr(record.entry, "topic", "") == "definitions" and not wanted.defines:
            lean += self._counts.unasked
        if record.stage and wanted.stages and record.kind != "stages":
            lean += 0.10 if record.stage in wanted.stages else -0.04
        if record.audience and wanted.audience and record.kind in ("duties", "duty"):
            lean += 0.05 if record.audience == wanted.audience else -0.02
        return lean


class _Guides:
    """The phrases of all guides: for each guide its nearest one, by meaning and spelling, and its three nearest."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._ids = list(knowledge.guides)
        self._areas = np.array([guide.area or "" for guide in knowledge.guides.values()])
        place = {f"guides/{name}": i for i, name in enumerate(self._ids)}
        rows = [i for i, phrase in enumerate(knowledge.phrases) if phrase.record in place]
        owner = np.array([place[knowledge.phrases[i].record] for i in rows], np.int64)
        self._table = _table(owner, len(self._ids))
        self._vectors = np.ascontiguousarray(knowledge.vectors[rows])
        letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, dtype=np.float32)
        texts = [plain(knowledge.phrases[i].text) for i in rows]
        self._spelling = Postings(letters.fit_transform(texts).tocsr()) if texts else None
        self._letters = Terms(letters) if texts else None

    def nearest(
        self, parts: list[str], meant: np.ndarray, counts: Weights, area: Optional[str]
    ) -> list[tuple[str, float]]:
        """The guides that may answer in this area with their scores, best first."""
        if self._spelling is None or self._letters is None:
            return []
        scores = self._vectors @ meant.T
        scores += counts.spelling * np.stack([self._spelling(*self._letters(part)) for part in parts], axis=1)
        best, mean = _by_record(scores.max(axis=1), self._table)
        total = (best + counts.mean * mean) / (1 + counts.mean)
        total[~np.isin(self._areas, ["", area or ""])] = -np.inf
        return [(self._ids[i], float(total[i])) for i in np.argsort(-total) if np.isfinite(total[i])]


class _Questions:
    """The questions that guides answer, by what was learnt of likeness."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._keys = [question_key(g.id, q.id) for g in knowledge.guides.values() for q in g.questions]
        self._guides = [guide_of(key) for key in self._keys]
        areas = (knowledge.guides[name].area for name in self._guides)
        self._areas = np.array([area or "" for area in areas], str)
        place = {key: i for i, key in enumerate(self._keys)}
        rows = [(i, p) for i, p in enumerate(knowledge.phrases) if p.record in place]
        asked, answers = ([(i, place[p.record]) for i, p in rows if p.kind == kind] for kind in ("question", "answer"))
        self._index = (
            likeness().index(
                knowledge.vectors[[i for i, _ in asked]],
                np.array([owner for _, owner in asked], np.int64),
                mean_of(
                    knowledge.vectors[[i for i, _ in answers]],
                    np.array([owner for _, owner in answers], np.int64),
                    len(self._keys),
                ),
            )
            if rows
            else np.zeros((0, 0), np.float32)
        )

    def nearest(self, meant: np.ndarray, area: Optional[str]) -> Iterator[list[Asked]]:
        """For each vector the questions that may be answered in this area, best first."""
        here = np.flatnonzero(np.isin(self._areas, ["", area or ""]))
        for scores in likeness().scores(meant, self._index) if len(here) else [np.zeros(0)] * len(meant):
            order = here[np.argsort(-scores[here])] if len(here) else here
            yield [Asked(self._keys[i], self._guides[i], float(scores[i])) for i in order]


def denies(text: str) -> bool:
    """Whether a sentence in plain words denies; two denials undo each other, and 'doesn't it?' at its end is none."""
    return len(NEGATION.findall(TAG.sub("", text))) % 2 == 1


def _table(owner: np.ndarray, count: int) -> np.ndarray:
    """For each record the places of its phrases, filled up with -1."""
    order = np.argsort(owner, kind="stable")
    starts = np.searchsorted(owner[order], np.arange(count + 1))
    table = np.full((count, max(3, int(np.diff(starts).max(initial=0)))), -1, np.int64)
    for record in range(count):
        own = order[starts[record] : starts[record + 1]]
        table[record, : len(own)] = own
    return table


def _by_record(scores: np.ndarray, phrases: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each record the best of its phrases' scores, and the mean of its three best (missing ones: nought)."""
    own = np.append(scores, 0.0)[phrases]
    top = np.partition(own, own.shape[1] - 3, axis=1)[:, -3:]
    return top.max(axis=1), top.mean(axis=1)


def local_areas(area: Optional[str], every: Iterable[str]) -> frozenset[str]:
    """The areas whose records may answer a person: their own and the national ones; never another council's."""
    known = set(every)
    own = {area} if area in known else set()
    return frozenset(own | NATIONAL)
