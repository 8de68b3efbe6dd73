"""Plain search over the same records: what the assistant has to beat. Each ranks records for a question."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable

import numpy as np
from rank_bm25 import BM25Okapi
from sklearn.feature_extraction.text import TfidfVectorizer

from actions.find import LEAN
from knowledge import place
from knowledge.desk import Desk
from knowledge.encoder import shared_encoder
from knowledge.query import Finder, Wanted, Weights, local_areas
from knowledge.store import Knowledge
from knowledge.words import plain

Rank = Callable[[str], list[str]]


def texts(knowledge: Knowledge) -> tuple[list[str], list[str]]:
    """The ids of the records and all their words: titles, aliases, examples and text."""
    gathered: dict[str, list[str]] = {name: [] for name in knowledge.records}
    for phrase in knowledge.phrases:
        if phrase.record in gathered:
            gathered[phrase.record].append(plain(phrase.text))
    return list(gathered), [" ".join(words) for words in gathered.values()]


def bm25(knowledge: Knowledge) -> tuple[Rank, Callable[[str], np.ndarray]]:
    """Okapi BM25 over words."""
    ids, documents = texts(knowledge)
    index = BM25Okapi([re.findall(r"\w+", d) for d in documents])

    def score(question: str) -> np.ndarray:
        return np.asarray(index.get_scores(re.findall(r"\w+", plain(question))))

    return _ranked(ids, score), score


def tfidf(knowledge: Knowledge) -> tuple[Rank, Callable[[str], np.ndarray]]:
    """Cosine of word and word-pair TF-IDF."""
    ids, documents = texts(knowledge)
    vectorizer = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    matrix = vectorizer.fit_transform(documents)

    def score(question: str) -> np.ndarray:
        return np.asarray((matrix @ vectorizer.transform([plain(question)]).T).todense()).ravel()

    return _ranked(ids, score), score


def nearest_meaning(knowledge: Knowledge) -> tuple[Rank, Callable[[str], np.ndarray]]:
    """The record whose nearest phrase is closest by MiniLM."""
    ids = list(knowledge.records)
    order = {name: i for i, name in enumerate(ids)}
    rows = [i for i, p in enumerate(knowledge.phrases) if p.record in order]
    owner = np.array([order[knowledge.phrases[i].record] for i in rows])
    vectors = knowledge.vectors[rows]
    encoder = shared_encoder(place.home())

    def score(question: str) -> np.ndarray:
        best = np.full(len(ids), -1.0)
        np.maximum.at(best, owner, vectors @ encoder([plain(question)])[0])
        return best

    return _ranked(ids, score), score


def both(knowledge: Knowledge) -> Rank:
    """BM25 and MiniLM added up, each scaled to its best."""
    ids = list(texts(knowledge)[0])
    words, meaning = bm25(knowledge)[1], nearest_meaning(knowledge)[1]

    def score(question: str) -> np.ndarray:
        w, m = words(question), meaning(question)
        return w / max(w.max(), 1e-9) + m / max(m.max(), 1e-9)

    return _ranked(ids, score)


def parts(desk: Desk) -> dict[str, Rank]:
    """Our own search with each of its parts left out: whether it still earns its place."""
    encoder = shared_encoder(place.home())
    whole = Weights()
    left_out = {
        "all parts": whole,
        "without spelling": dataclasses.replace(whole, spelling=0.0),
        "without the mean of three": dataclasses.replace(whole, mean=0.0),
        "without the regression": dataclasses.replace(whole, learnt=0.0),
        "without shared words": dataclasses.replace(whole, wording=0.0),
        "without names": dataclasses.replace(whole, named=0.0),
    }
    return {name: _found(desk, Finder(desk.knowledge, encoder, weights)) for name, weights in left_out.items()}


def _found(desk: Desk, finder: Finder) -> Rank:
    def rank(question: str) -> list[str]:
        reading = desk.reader.read(question)
        every = desk.knowledge.areas
        areas = local_areas(reading.area, every) if reading.area else frozenset({*every, "uk"})
        wanted = Wanted(area=reading.area, areas=areas, named=tuple(reading.named), lean=LEAN["ask"])
        spoken = desk.reader.without_areas(desk.reader.spell(question))
        return [hit.record.id for hit in finder.find(spoken, wanted)[:3]]

    return rank


def _ranked(ids: list[str], score: Callable[[str], np.ndarray]) -> Rank:
    return lambda question: [ids[i] for i in np.argsort(-score(question))[:3]]


def every(knowledge: Knowledge) -> dict[str, Rank]:
    """All baselines by name."""
    return {
        "BM25": bm25(knowledge)[0],
        "TF-IDF": tfidf(knowledge)[0],
        "MiniLM": nearest_meaning(knowledge)[0],
        "BM25 + MiniLM": both(knowledge),
    }
