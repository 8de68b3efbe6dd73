"""Fitting: one kernel ridge regression over meaning, words and letters for all heads, and what its scores are worth.

A ridge is solved at once, whatever the number of heads, and on messages of writers not learnt from it is as good as
logistic regression. What a score is worth is told from writers that were left out.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import Any, Callable, Sequence

import numpy as np
import scipy.linalg
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from bot.nlu import understanding as reading
from bot.nlu.learn.messages import Label, Written
from knowledge.encoder import WIDTH
from knowledge.words import plain

PENALTY = 1.0
KEPT = 256  # directions of the meanings
SECOND = 0.5  # what a message's other needs count beside its first
CANDIDATES = 20  # needs of a message from which their chances are learnt
RARE = 0.5  # messages that a role is taken to have of each need, beside those seen
LEAST_WORDS, LEAST_LETTERS = 2, 3  # texts in which a word, or a group of letters, must occur
LEAST_ACTS, LEAST_FACTS = 20, 12  # marked messages, for a head of its own
PRECISION = 0.9  # of a value, on messages of a writer not learnt from
EACH_PRECISION = 0.85  # of a value, on the messages of each writer by itself
LEAST_RIGHT = 8  # so many messages of others must show it
DOUBT = 2.0  # messages that are taken to be wrong beside those seen
HARDLY = 0.2  # a writer who marks a fact less than so many times as often as all do says nothing about it
# read by gazetteer and patterns (a decision's negation and past are, too, and better), following from the role, or open
NOT_LEARNT = {"decision", "role", "whose_child", "area", "home_area", "intervention", "term"}
NUMBERS = ("days_", "date_", "suspensions_this_year", "lunchtimes", "age", "year_group", "return_date")
ASKS_SHARE = 0.5  # of a clause's words must be among those that were marked as asking

Embed = Callable[[Sequence[str]], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Marks:
    """What each column of the heads stands for."""

    needs: list[str]
    roles: list[str]
    acts: list[str]
    facts: list[Label]

    @classmethod
    def of(cls, messages: Sequence[Written]) -> Marks:
        acts = Counter(act for m in messages for act in m.acts)
        facts = Counter(label for m in messages for label in m.facts if has_head(label[0]))
        return cls(
            [*sorted({need for m in messages for need in m.needs}), reading.NOTHING],
            sorted({m.role for m in messages} - {"unknown"}),
            sorted(act for act, n in acts.items() if n >= LEAST_ACTS),
            sorted(label for label, n in facts.items() if n >= LEAST_FACTS),
        )

    def targets(self, messages: Sequence[Written]) -> dict[str, np.ndarray]:
        """What each head should give for each message."""
        wanted = {name: np.zeros((len(messages), len(columns)), np.float32) for name, columns in self.columns().items()}
        order = {name: {c: i for i, c in enumerate(columns)} for name, columns in self.columns().items()}
        for row, m in enumerate(messages):
            wants = m.needs or (reading.NOTHING,)
            weights = {need: 1.0 if i == 0 else SECOND for i, need in enumerate(wants) if need in order["needs"]}
            for need, weight in weights.items():
                wanted["needs"][row, order["needs"][need]] = weight / sum(weights.values())
            for name, marked in (("role", {m.role}), ("acts", m.acts), ("situation", m.facts)):
                for mark in marked:
                    if mark in order[name]:
                        wanted[name][row, order[name][mark]] = 1
        return wanted

    def columns(self) -> dict[str, list[Any]]:
        return {"needs": self.needs, "role": self.roles, "acts": self.acts, "situation": self.facts}


def has_head(fact: str) -> bool:
    """Whether a fact's values are read by a linear head."""
    return fact not in NOT_LEARNT and not fact.startswith(NUMBERS)


@dataclasses.dataclass
class Features:
    """What occurs in the texts learnt from, the shared middle of their meanings, and the directions that tell most."""

    words: TfidfVectorizer
    letters: TfidfVectorizer
    centre: np.ndarray
    turn: np.ndarray

    @classmethod
    def of(cls, corpus: Corpus) -> Features:
        words = TfidfVectorizer(min_df=LEAST_WORDS, sublinear_tf=True, dtype=np.float32, **reading.WORDS)
        letters = TfidfVectorizer(min_df=LEAST_LETTERS, sublinear_tf=True, dtype=np.float32, **reading.LETTERS)
        words.fit(corpus.texts)
        letters.fit(corpus.texts)
        centre = np.concatenate([corpus.whole.mean(axis=0), reading.unit(corpus.sentences).mean(axis=0)])
        meanings = reading.meaning(corpus.whole, corpus.sentences, centre)
        _, directions = np.linalg.eigh(meanings.T @ meanings)
        return cls(words, letters, centre, np.ascontiguousarray(directions[:, ::-1][:, :KEPT]))

    def rows(self, corpus: Corpus) -> tuple[np.ndarray, csr_matrix]:
        """The dense and the sparse view of messages."""
        dense = reading.meaning(corpus.whole, corpus.sentences, self.centre) @ self.turn
        views = [
            getattr(self, name).transform(corpus.texts) * np.sqrt(reading.VIEWS[name]) for name in ("words", "letters")
        ]
        return dense.astype(np.float32), hstack(views, format="csr", dtype=np.float32)


@dataclasses.dataclass
class Corpus:
    """Messages with their meanings."""

    messages: list[Written]
    texts: list[str]
    whole: np.ndarray
    sentences: np.ndarray

    @classmethod
    def of(cls, messages: Sequence[Written], embed: Embed) -> Corpus:
        parts = [reading.sentence_texts(m.text) for m in messages]
        flat = [part for some in parts for part in some]
        vectors = embed(flat)
        ends = np.cumsum([len(some) for some in parts])
        whole = np.zeros((len(parts), WIDTH), np.float32)
        sentences = np.zeros_like(whole)
        for row, (end, some) in enumerate(zip(ends, parts)):
            own = vectors[end - len(some) : end]
            whole[row] = own[0]
            sentences[row] = own[1:].mean(axis=0) if len(own) > 1 else own[0]
        return cls(list(messages), [plain(m.text) for m in messages], whole, sentences)

    def some(self, rows: np.ndarray) -> Corpus:
        """A part of it."""
        picked = [self.messages[i] for i in rows]
        return Corpus(picked, [self.texts[i] for i in rows], self.whole[rows], self.sentences[rows])

    @property
    def writers(self) -> np.ndarray:
        """Who wrote each."""
        return np.array([m.writer for m in self.messages])


@dataclasses.dataclass
class Heads:
    """Fitted heads: the messages learnt from, and for how much each counts for each mark."""

    marks: Marks
    features: Features
    dense: np.ndarray
    sparse: csr_matrix
    shares: np.ndarray
    start: np.ndarray

    @classmethod
    def fit(cls, corpus: Corpus, marks: Marks) -> Heads:
        features = Features.of(corpus)
        dense, sparse = features.rows(corpus)
        wanted = np.concatenate(list(marks.targets(corpus.messages).values()), axis=1)
        start = wanted.mean(axis=0)
        alike = reading.likeness(dense @ dense.T + (sparse @ sparse.T).toarray())
        alike[np.diag_indices_from(alike)] += PENALTY
        shares = scipy.linalg.solve(alike, wanted - start, assume_a="pos", overwrite_a=True, check_finite=False)
        return cls(marks, features, dense, sparse, shares, start)

    def scores(self, corpus: Corpus) -> dict[str, np.ndarray]:
        """What speaks for each column of each head, by message."""
        dense, sparse = self.features.rows(corpus)
        alike = reading.likeness(dense @ self.dense.T + (sparse @ self.sparse.T).toarray())
        return self.split(alike @ self.shares + self.start)

    def split(self, scores: np.ndarray) -> dict[str, np.ndarray]:
        """The scores of each head."""
        return {name: scores[:, slice(*ends)] for name, ends in self.ends().items()}

    def ends(self) -> dict[str, tuple[int, int]]:
        """Where each head's columns begin and end."""
        found, at = {}, 0
        for name, columns in self.marks.columns().items():
            found[name] = (at, at + len(columns))
            at += len(columns)
        return found


def left_out(corpus: Corpus, marks: Marks) -> dict[str, np.ndarray]:
    """The scores of every message by heads that learnt from the other writers."""
    found: dict[str, np.ndarray] = {}
    for writer in sorted(set(corpus.writers)):
        own = np.flatnonzero(corpus.writers == writer)
        heads = Heads.fit(corpus.some(np.flatnonzero(corpus.writers != writer)), marks)
        for name, scores in heads.scores(corpus.some(own)).items():
            found.setdefault(name, np.zeros((len(corpus.messages), scores.shape[1]), np.float32))[own] = scores
    return found


# ------------------------------------------------------------------------------------------- what scores are worth


def need_chance(scores: np.ndarray, messages: Sequence[Written], marks: Marks) -> list[float]:
    """The logistic curve from what speaks for a need to its chance."""
    wanted = marks.targets(messages)["needs"] > 0
    likeliest = np.argsort(-scores, axis=1)[:, :CANDIDATES]
    some = np.take_along_axis(reading.need_features(scores), likeliest[:, :, None], axis=1).reshape(-1, 5)
    fitted = LogisticRegression(C=1e6, max_iter=1000).fit(some, np.take_along_axis(wanted, likeliest, axis=1).ravel())
    return [*map(float, fitted.coef_[0]), float(fitted.intercept_[0])]


def by_role(
    scores: dict[str, np.ndarray], messages: Sequence[Written], marks: Marks, known: bool = False
) -> np.ndarray:
    """What speaks for needs by what is written and by who writes: as it is read, or where `known` as it is marked.

    Which role asks what is told by the other writers' messages.
    """
    roles = reading.softmax(scores["role"] * role_sharpness(scores["role"], messages, marks))
    if known:
        for row, m in enumerate(messages):
            if m.role in marks.roles:
                roles[row] = np.array([role == m.role for role in marks.roles])
    writers = np.array([m.writer for m in messages])
    found = np.zeros((len(messages), len(marks.needs)))
    for writer in set(writers):
        others = [m for m in messages if m.writer != writer]
        own = writers == writer
        found[own] = reading.for_role(scores["needs"][own], roles[own] @ np.array(asked_by(others, marks)))
    return found


def act_chances(scores: np.ndarray, messages: Sequence[Written], marks: Marks) -> list[list[float]]:
    """For each act the logistic curve from its score to its chance."""
    wanted = marks.targets(messages)["acts"] > 0
    curves = []
    for column in range(scores.shape[1]):
        fitted = LogisticRegression(C=1e6).fit(scores[:, [column]], wanted[:, column])
        curves.append([float(fitted.coef_[0, 0]), float(fitted.intercept_[0])])
    return curves


def role_sharpness(scores: np.ndarray, messages: Sequence[Written], marks: Marks) -> float:
    """By how much roles' scores are spread, so that their chances are as often right as they say."""
    rows = [i for i, m in enumerate(messages) if m.role in marks.roles]
    right = np.array([marks.roles.index(messages[i].role) for i in rows])

    def surprise(by: float) -> float:
        chances = reading.softmax(scores[rows] * by)
        return float(-np.log(chances[np.arange(len(rows)), right] + 1e-9).mean())

    return float(min(np.linspace(1, 20, 77), key=surprise))


def facts(marks: Marks) -> set[str]:
    """The facts of which values have a head."""
    return {fact for fact, _, _ in marks.facts}


def silent(messages: Sequence[Written]) -> set[tuple[str, str]]:
    """The writers who hardly ever mark a fact, with that fact: what they leave unmarked proves nothing."""
    marked = Counter((m.writer, fact) for m in messages for fact in {label[0] for label in m.facts})
    written = Counter(m.writer for m in messages)
    found = set()
    for fact in {fact for _, fact in marked}:
        usual = sum(marked[writer, fact] for writer in written) / len(messages)
        found |= {(w, fact) for w, many in written.items() if marked[w, fact] / many < HARDLY * usual}
    return found


def thresholds(scores: np.ndarray, messages: Sequence[Written], marks: Marks) -> list[dict[str, Any]]:
    """For each value that can be told: the score from which it is right nine times in ten, and how often it is.

    It must be so for all writers together, and nearly so for each, since the next one marks and writes otherwise again.
    """
    wanted = marks.targets(messages)["situation"] > 0
    writers = np.array([m.writer for m in messages])
    unmarked = silent(messages)
    found = []
    for column, (fact, value, state) in enumerate(marks.facts):
        counted = np.array([(writer, fact) not in unmarked for writer in writers])
        order = np.flatnonzero(counted)[np.argsort(-scores[counted, column])]
        right = wanted[order, column]
        hits, told = np.cumsum(right), np.arange(len(order)) + 1
        good = (hits >= LEAST_RIGHT) & (hits / (told + DOUBT) >= PRECISION)
        for writer in set(writers[order]):
            own = writers[order] == writer
            good &= (np.cumsum(right & own) + 1) / (np.cumsum(own) + 1) >= EACH_PRECISION
        if good.any():
            last = np.flatnonzero(good)[-1]
            found.append(
                {
                    "fact": fact,
                    "value": value,
                    "state": state,
                    "column": column,
                    "from": float(scores[order[last], column]),
                    "right": round(float(hits[last] / told[last]), 2),
                    "recall": round(float(hits[last] / right.sum()), 2),
                }
            )
    return found


def asked_by(messages: Sequence[Written], marks: Marks) -> list[list[float]]:
    """For each role the share of each need's messages that it writes, over its share of all."""
    rows = [m for m in messages if m.role in marks.roles]
    counts = np.full((len(marks.roles), len(marks.needs)), RARE)
    for m in rows:
        for need in m.needs:
            counts[marks.roles.index(m.role), marks.needs.index(need)] += 1
    shares = counts / counts.sum(axis=0)
    usual = np.array([sum(m.role == role for m in rows) for role in marks.roles]) / len(rows)
    more = shares / usual[:, None]
    more[:, marks.needs.index(reading.NOTHING)] = 1  # who says nothing is anybody
    return [[round(float(x), 3) for x in row] for row in more]


# --------------------------------------------------------------------------------------------------- what asks


@dataclasses.dataclass
class Asking:
    """Which words make a clause ask, and from which chance on it does."""

    weights: dict[str, float]
    least: float

    @classmethod
    def fit(cls, messages: Sequence[Written]) -> Asking:
        texts, wanted = [], []
        for m in messages:
            parts = reading.clause_texts(m.text)
            asked = Counter(plain(m.asks).split())
            for at, part in enumerate(parts):
                words = plain(part).split()
                share = sum((Counter(words) & asked).values()) / max(len(words), 1)
                inside = bool(m.asks) and (plain(part) in plain(m.asks) or share > ASKS_SHARE)
                texts.append(reading.clause_words(part, at, len(parts)))
                wanted.append(inside)
        counter = CountVectorizer(binary=True, min_df=3, tokenizer=str.split, lowercase=False, token_pattern=None)
        rows = counter.fit_transform(texts).astype(np.float64)
        sizes = np.sqrt(np.maximum(np.asarray(rows.sum(axis=1)).ravel(), 1))
        rows = rows.multiply(1 / sizes[:, None]).tocsr()
        fitted = LogisticRegression(C=3.0, solver="liblinear").fit(rows, wanted)
        weights = {word: float(fitted.coef_[0, i]) for word, i in counter.vocabulary_.items()}
        return cls({**weights, reading.ALWAYS: float(fitted.intercept_[0])}, 0.0)
