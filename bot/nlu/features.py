"""Texts to features: meaning (MiniLM), words and spelling, side by side."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, hstack
from sklearn.feature_extraction.text import TfidfVectorizer

from knowledge import minilm, place
from knowledge.words import plain


class TextFeatures:
    """Learns which words and letter groups occur; turns texts into rows. `meaning` weighs the sentence vector."""

    def __init__(self, meaning: float = 2.0) -> None:
        self._meaning = meaning
        self._words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True, dtype=np.float32)
        self._letters = TfidfVectorizer(
            analyzer="char_wb", ngram_range=(2, 4), sublinear_tf=True, min_df=2, dtype=np.float32
        )

    def learn(self, texts: list[str]) -> Any:
        """Learn from `texts`; their rows."""
        said = [plain(t) for t in texts]
        return self._rows(said, self._words.fit_transform(said), self._letters.fit_transform(said))

    def of(self, texts: list[str]) -> Any:
        """The rows of `texts`."""
        said = [plain(t) for t in texts]
        return self._rows(said, self._words.transform(said), self._letters.transform(said))

    def _rows(self, said: list[str], words: Any, letters: Any) -> Any:
        vectors = csr_matrix(minilm.encoder(place.home())(said) * self._meaning)
        return hstack([vectors, words, letters], format="csr")
