"""TF-IDF of one text at a time: scikit-learn's numbers without what it costs to set a matrix up for every message."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer


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
