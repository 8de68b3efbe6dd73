"""How much a question is like the questions that guides answer: sentence vectors, turned as was learnt from them.

Two short questions about one subject look alike to any encoder, whatever they ask; what was learnt (`learnt/`) turns
the vectors so that a question lies near its own answer. `./run learn` makes it anew.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path
from typing import Sequence

import numpy as np

LEARNT = Path(__file__).parent / "learnt" / "likeness.npz"
PHRASES = 0.3  # what the mean of a question's phrasings counts beside its answer


class NotLearnt(RuntimeError):
    """What was learnt is missing or damaged; the message says what to do."""


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-6))


def mean_of(rows: np.ndarray, owner: np.ndarray, count: int) -> np.ndarray:
    """The mean vector of each owner's rows, of length 1."""
    total = np.zeros((count, rows.shape[1]), np.float32)
    np.add.at(total, owner, rows)
    return unit(total)


@dataclasses.dataclass(frozen=True)
class Likeness:
    """The turns of questions and of answers, and the chance that follows from a score and its lead over the next."""

    question: np.ndarray
    answer: np.ndarray
    chances: tuple[float, float, float]  # of the score, of its lead, and the start

    def index(self, phrases: np.ndarray, owner: np.ndarray, answers: np.ndarray) -> np.ndarray:
        """One row for each question, from the vectors of its phrasings and of its answer."""
        return np.asarray(
            unit(answers @ self.answer) + PHRASES * mean_of(unit(phrases @ self.question), owner, len(answers))
        )

    def scores(self, vectors: np.ndarray, index: np.ndarray) -> np.ndarray:
        """How much each vector is like each question of an index; not above 1 + PHRASES."""
        return np.asarray(unit(vectors @ self.question) @ index.T)

    def chance(self, score: float, lead: float) -> float:
        """The chance that a question was put, from 0 to 1."""
        by_score, by_lead, start = self.chances
        return float(1 / (1 + np.exp(-(by_score * score + by_lead * lead + start))))


@functools.cache
def likeness() -> Likeness:
    """What was learnt, loaded once; raises NotLearnt."""
    try:
        with np.load(LEARNT, allow_pickle=False) as held:
            score, lead, start = map(float, held["chances"])
            question, answer = (held[name].astype(np.float32) for name in ("question", "answer"))
            return Likeness(question, answer, (score, lead, start))
    except (OSError, ValueError, KeyError) as error:
        raise NotLearnt(f"{LEARNT.name} is missing or damaged ({error}). Run: ./run learn") from error


def texts(answers: Sequence[Sequence[str]]) -> tuple[list[str], np.ndarray]:
    """All wordings of some answers, and whose each is."""
    owner = [place for place, wordings in enumerate(answers) for _ in wordings]
    return [words for wordings in answers for words in wordings], np.array(owner, np.int64)
