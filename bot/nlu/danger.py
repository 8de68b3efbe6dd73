"""The trained part of the crisis detector: what shows danger in a clause, and of which kind.

It learns from clauses and reads clauses: a message's danger must show in one of them, or in two neighbours together, so
that the weight of a long unhappy story alone never makes it. Each clause is read in its place by the sentence model.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from typing import Any, Iterable, Optional

import numpy as np
from ruamel.yaml import YAML
from sklearn.linear_model import LogisticRegression

from bot.nlu import clauses, heads
from bot.nlu.features import Linear, TextFeatures
from bot.nlu.signs import plain_words
from knowledge import place
from knowledge.encoder import shared_encoder
from knowledge.words import plain

WRITTEN = place.ROOT / "data" / "danger"
LINEAR_SPREAD, NEURAL_SPREAD = 2.0, 1.5  # what their logits are divided by before they are averaged
STRENGTH = 4.0  # inverse of the linear model's regularisation
# what an example counts: the marked words of a danger message and a safe story's clauses 1
PAIR, UNMARKED, PHRASE, ORDINARY = 0.7, 0.5, 0.6, 0.7
WHOLE, MOSTLY, TOUCHED = 0.7, 0.5, 0.2  # how much of the marked words a clause holds
TAKEN = 3  # clauses of an ordinary message that are learnt from; all of them would drown the rest
THINNED = 0.6  # the share of these that the head learns from, for time


@dataclasses.dataclass
class Clause:
    """A clause, or two together: its words, what the sentence model gives out for each, and where it stands."""

    text: str
    words: np.ndarray
    pair: bool
    place: clauses.Span

    @property
    def meaning(self) -> np.ndarray:
        """A unit vector."""
        mean = self.words.astype(np.float32).mean(axis=0)
        return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-6))


@dataclasses.dataclass
class Example:
    """A message to learn from: the kinds of danger it shows, none if it is safe, and the words that show each."""

    text: str
    kinds: tuple[str, ...] = ()
    marked: bool = False  # written for the detector: every clause without a mark is safe
    marks: tuple[tuple[str, str], ...] = ()  # kind, words


@dataclasses.dataclass(frozen=True)
class Finding:
    """What a clause shows: how strongly, and the chance of each kind if it is one."""

    text: str
    strength: float  # a logit
    kinds: dict[str, float]
    place: clauses.Span = (0, 0)  # in the whole text
    pair: bool = False


@dataclasses.dataclass
class _Lesson:
    clause: Clause
    kinds: tuple[str, ...]
    weight: float


def read(texts: Iterable[str]) -> list[list[Clause]]:
    """The clauses of each text, which is read as it stands."""
    encoder = shared_encoder(place.home())
    parts = [clauses.stretches(text) for text in texts]
    wanted = [stretch.text for some in parts for stretch in some]
    outputs = iter(encoder.words(wanted))
    found: list[list[Clause]] = []
    for some in parts:
        found.append([])
        for at, stretch, spans in some:
            words, places = next(outputs), encoder.places(stretch)
            pairs = clauses.pairs(spans, stretch)
            for start, end in [*spans, *(pair for pair in pairs if pair not in spans)]:
                inside = (places[:, 0] >= start) & (places[:, 1] <= end) & (places[:, 1] > places[:, 0])
                text = stretch[start:end].strip()
                if re.search(r"[^\W\d_]", text) and inside.any():
                    pair = (start, end) not in spans
                    found[-1].append(Clause(text, words[: len(places)][inside], pair, (at + start, at + end)))
    return found


def written() -> list[Example]:
    """The messages written for the detector, with the words that show the danger marked."""
    found = []
    for path in sorted(WRITTEN.glob("*.yml")):
        for entry in YAML(typ="safe").load(path.read_text(encoding="utf-8")):
            kinds = tuple(entry.get("kinds", ()))
            marks = entry.get("clauses") or {kind: entry["clause"] for kind in kinds}
            found.append(
                Example(entry["text"], kinds, True, tuple((kind, plain(words)) for kind, words in marks.items()))
            )
    return found


def _shares(clause: str, marked: str) -> tuple[float, float]:
    """How much of the marked words a clause holds, and how much of the clause they are."""
    one, two = re.findall(r"\w+", plain(clause)), re.findall(r"\w+", marked)
    runs = difflib.SequenceMatcher(None, one, two, autojunk=False).get_matching_blocks()
    least = 1 if min(len(one), len(two)) < 3 else 2
    both = sum(run.size for run in runs if run.size >= least)
    return both / max(len(two), 1), both / max(len(one), 1)


def _marked(example: Example, found: list[Clause]) -> list[_Lesson]:
    """Lessons from a message whose words of danger are marked: these clauses show it, the others do not."""
    lessons = []
    for clause in found:
        kinds, touched = [], False
        for kind, marked in example.marks:
            held, filled = _shares(clause.text, marked)
            if held >= WHOLE or (held >= MOSTLY and filled >= 0.8):
                kinds.append(kind)
            touched = touched or held > TOUCHED or filled > MOSTLY
        if kinds:
            lessons.append(_Lesson(clause, tuple(dict.fromkeys(kinds)), PAIR if clause.pair else 1.0))
        elif not touched:
            lessons.append(_Lesson(clause, (), UNMARKED))
    return lessons


class Signs:
    """A linear model over meaning, words and spelling, and a small neural head over word outputs, vote together."""

    def __init__(self, kinds: tuple[str, ...], seeds: tuple[int, ...] = (0, 1)) -> None:
        self._kinds = kinds
        self._seeds = seeds
        self._features = TextFeatures(least=2)
        self._clear: Optional[Linear] = None
        self._which: Optional[Linear] = None
        self._heads: list[heads.Head] = []

    def train(self, examples: list[Example]) -> None:
        """Learn from marked messages, and from phrases that are danger, or ordinary, as a whole."""
        rng = np.random.default_rng(0)
        lessons: list[_Lesson] = []
        stories: list[list[_Lesson]] = []  # danger, but where in it is not marked
        # the marked words by themselves are danger, too: people write no more than that
        alone = [Example(words, (kind,)) for e in examples for kind, words in e.marks]
        every = [*examples, *alone]
        for example, found in zip(every, read(plain_words(e.text).rest for e in every)):
            singles = [clause for clause in found if not clause.pair]
            if example.marked and example.kinds:
                lessons += _marked(example, found)
            elif example.marked:
                lessons += [_Lesson(clause, (), 1.0) for clause in found]
            elif example.kinds and len(singles) > 1:
                stories.append([_Lesson(clause, example.kinds, PHRASE) for clause in singles])
            elif example.kinds:
                lessons += [_Lesson(clause, example.kinds, PHRASE) for clause in found]
            else:
                some = rng.permutation(len(found))[:TAKEN]
                lessons += [_Lesson(found[i], (), ORDINARY) for i in some]
        lessons = self._train_linear(lessons, stories)
        taken = [x for x in lessons if x.kinds or x.weight != ORDINARY or rng.random() < THINNED]
        kinds = [self._kinds.index(x.kinds[0]) if x.kinds else -1 for x in taken]
        clear = np.array([float(bool(x.kinds)) for x in taken])
        weight = np.array([x.weight for x in taken])
        words = [x.clause.words for x in taken]
        self._heads = [
            heads.train(words, clear, np.array(kinds), weight, len(self._kinds), seed) for seed in self._seeds
        ]

    def _train_linear(self, lessons: list[_Lesson], stories: list[list[_Lesson]]) -> list[_Lesson]:
        """Fit the linear models; of each story the clause that shows most is taken for the one that shows it."""
        every = [*lessons, *(lesson for story in stories for lesson in story)]
        rows = self._features.learn([x.clause.text for x in every], np.stack([x.clause.meaning for x in every]))
        first = _fitted(rows[: len(lessons)], [str(bool(x.kinds)) for x in lessons], [x.weight for x in lessons])
        strength = first.decision_function(rows[len(lessons) :])
        taken, at = list(range(len(lessons))), 0
        for story in stories:
            taken.append(len(lessons) + at + int(np.argmax(strength[at : at + len(story)])))
            at += len(story)
        learnt = [every[i] for i in taken]
        clear = _fitted(rows[taken], [str(bool(x.kinds)) for x in learnt], [x.weight for x in learnt])
        which = [(i, kind) for i in taken for kind in every[i].kinds]
        kinds = _fitted(rows[[i for i, _ in which]], [kind for _, kind in which], [1.0] * len(which))
        self._clear, self._which = Linear(clear), Linear(kinds)
        return learnt

    def read(self, text: str) -> list[Finding]:
        """What each clause of a text shows; the text is read as it stands."""
        if self._clear is None or self._which is None:
            raise RuntimeError("train first")
        found = []
        for clause in read([text])[0]:
            row = self._features.of(clause.text, clause.meaning)
            linear = float(self._clear(row)[0])
            neural = float(np.mean([head(clause.words) for head in self._heads]))
            chances = 1 / (1 + np.exp(-self._which(row)))
            kinds = dict(zip(self._which.classes, map(float, chances)))
            strength = (linear / LINEAR_SPREAD + neural / NEURAL_SPREAD) / 2
            found.append(Finding(clause.text, strength, kinds, clause.place, clause.pair))
        return found


def _fitted(rows: Any, wanted: list[str], weights: list[float]) -> LogisticRegression:
    model = LogisticRegression(C=STRENGTH, max_iter=300, solver="liblinear")
    return model.fit(rows, np.array(wanted), sample_weight=np.array(weights))
