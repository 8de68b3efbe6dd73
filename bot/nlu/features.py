"""Texts to features: meaning (MiniLM), words and spelling, side by side."""

from __future__ import annotations

import dataclasses
from typing import Any, Optional

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from knowledge import place
from knowledge.encoder import WIDTH, shared_encoder
from knowledge.terms import Postings, Terms
from knowledge.words import plain


@dataclasses.dataclass
class Row:
    """One text: its meaning, and the columns and values of its words and letter groups."""

    meaning: np.ndarray
    columns: np.ndarray
    values: np.ndarray

    @property
    def size(self) -> float:
        """The Euclidean length."""
        return float(np.sqrt(self.meaning @ self.meaning + self.values @ self.values))


class Linear:
    """A fitted logistic regression, quick for one row at a time."""

    def __init__(self, fitted: LogisticRegression) -> None:
        self._weights = np.ascontiguousarray(fitted.coef_.T, np.float32)  # by column, of which a row has few
        self._start = fitted.intercept_.astype(np.float32)
        self.classes = [str(c) for c in fitted.classes_]

    def __call__(self, row: Row) -> np.ndarray:
        """The logit of each class against the rest; of the second one alone where there are two."""
        meant = row.meaning @ self._weights[:WIDTH]
        return np.asarray(meant + row.values @ self._weights[WIDTH + row.columns] + self._start)

    def chances(self, row: Row) -> np.ndarray:
        """The chance of each class, as liblinear has it: the classes' own chances, scaled to add up to 1."""
        ones = 1 / (1 + np.exp(-self(row)))
        return np.asarray(ones / ones.sum())


class Examples:
    """Training rows scaled to length 1, against which a text is compared."""

    def __init__(self, rows: Any) -> None:
        sizes = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
        unit = rows.multiply(1 / np.maximum(sizes, 1e-6)[:, None]).tocsr()
        self._meaning = np.ascontiguousarray(unit[:, :WIDTH].toarray(), np.float32)
        self._terms = Postings(unit[:, WIDTH:])

    def near(self, row: Row) -> np.ndarray:
        """The cosine of the row to every example."""
        return (self._meaning @ row.meaning + self._terms(row.columns, row.values)) / max(row.size, 1e-6)


class TextFeatures:
    """Learns which words and letter groups occur; turns texts into rows.

    `meaning` weighs the sentence vector; a word that occurs in fewer than `least` texts is left out.
    """

    def __init__(self, meaning: float = 2.0, least: int = 1) -> None:
        self._meaning = meaning
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, min_df=least, dtype=np.float32)
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=least + 1, dtype=np.float32
        )
        self._terms: Optional[tuple[Terms, Terms]] = None

    def learn(self, texts: list[str], meanings: Optional[np.ndarray] = None) -> Any:
        """Learn from `texts`; their rows as one sparse matrix. Their meanings are read where they are not at hand."""
        said = [plain(t) for t in texts]
        read = shared_encoder(place.home())(said) if meanings is None else meanings
        vectors = csr_matrix(read * self._meaning)
        words, letters = self._words.fit_transform(said), self._letters.fit_transform(said)
        self._terms = Terms(self._words), Terms(self._letters)
        return hstack([vectors, words, letters], format="csr")

    def of(self, text: str, meaning: Optional[np.ndarray] = None) -> Row:
        """The row of one text; its meaning is read where it is not at hand."""
        if self._terms is None:
            raise RuntimeError("learn first")
        said = plain(text)
        (words, word_values), (letters, letter_values) = (terms(said) for terms in self._terms)
        columns = np.concatenate([words, letters + len(self._words.vocabulary_)])
        read = shared_encoder(place.home())([said])[0] if meaning is None else meaning
        return Row(read * self._meaning, columns, np.concatenate([word_values, letter_values]))
