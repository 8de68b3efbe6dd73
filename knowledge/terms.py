"""TF-IDF and BM25 of one text at a time: the usual numbers without setting a matrix up for every message."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer


class Terms:
    """A fitted, sublinear, l2-normalised TfidfVectorizer; a text in, its columns and their values out."""

    def __init__(self, fitted: TfidfVectorizer) -> None:
        self._analyze = fitted.build_analyzer()
        self._columns: dict[str, int] = fitted.vocabulary_
        self._idf = fitted.idf_.astype(np.float32)

    def __call__(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        counts = Counter(c for t in self._analyze(text) if (c := self._columns.get(t)) is not None)
        columns = np.fromiter(counts.keys(), np.int64, len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), np.float32, len(counts)))) * self._idf[columns]
        return columns, values / max(float(np.sqrt(values @ values)), 1e-9)


class Postings:
    """A matrix of texts by terms, kept by term; a text's terms in, its likeness to every row out."""

    def __init__(self, rows: Any) -> None:
        self._by_term = rows.T.tocsr()

    def __call__(self, columns: np.ndarray, values: np.ndarray) -> np.ndarray:
        found: np.ndarray = self._by_term[columns].T @ values
        return found


class Bm25:
    """Okapi BM25 of texts against documents, as the mean over a text's words, so that long and short texts compare."""

    K, B, FLOOR = 1.5, 0.75, 0.25  # rank_bm25's own

    def __init__(self, documents: list[str]) -> None:
        counter = CountVectorizer(token_pattern=r"\w+", dtype=np.float32)
        counts = counter.fit_transform(documents).tocsr()
        self._analyze = counter.build_analyzer()
        self._columns: dict[str, int] = counter.vocabulary_
        lengths = np.asarray(counts.sum(axis=1)).ravel()
        having = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log(counts.shape[0] - having + 0.5) - np.log(having + 0.5)
        rarity = np.where(rarity < 0, self.FLOOR * rarity.mean(), rarity)
        norm = self.K * (1 - self.B + self.B * lengths / max(lengths.mean(), 1))
        counts.data *= rarity[counts.indices] * (self.K + 1) / (counts.data + np.repeat(norm, np.diff(counts.indptr)))
        self.rows = counts

    def __call__(self, text: str) -> tuple[np.ndarray, np.ndarray]:
        """The columns of a text's words, and what each counts."""
        words = self._analyze(text)
        columns = np.array([c for w in words if (c := self._columns.get(w)) is not None], np.int64)
        return columns, np.full(len(columns), 1 / max(len(words), 1), np.float32)
