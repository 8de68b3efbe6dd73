"""What a message is about, who writes it and what it says of the case: learnt offline from people's messages.

The weights are part of the repository (`learnt/`); `./run learn` makes them anew. Nothing here is trained at a start.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import itertools
import json
import re
from pathlib import Path
from typing import Any, Dict, List, Mapping, Optional, Sequence, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.nlu import clauses
from knowledge import place
from knowledge.encoder import WIDTH, shared_encoder
from knowledge.terms import Postings, Terms
from knowledge.words import plain, segments

UNDERSTOOD = "understood"
LEARNT = Path(__file__).parent / "learnt"
WEIGHTS, CARD = LEARNT / "understanding.npz", LEARNT / "card.json"
NEEDS_TOLD = 8
NOTHING = "nothing"  # the mark, beside the needs, of what needs no answer about a case
MOST = 0.99  # no chance is surer
ROLE_WEIGHT = 0.02  # of who asks a need, beside what is written
SELDOM = 0.02  # nothing is so seldom asked by somebody that it is ruled out
ALWAYS = "always:"  # what speaks for asking before a word is read
# what each view of a message weighs: meaning of the whole, of its sentences, words, letter groups
VIEWS = {"whole": 1.0, "sentences": 0.7, "words": 1.0, "letters": 0.5}
WORDS: dict[str, Any] = {"ngram_range": (1, 2), "token_pattern": r"[a-z0-9']+"}
LETTERS: dict[str, Any] = {"analyzer": "char_wb", "ngram_range": (3, 5)}
STEPS = 127.0  # of a number as it is kept, to each side


class NotLearnt(RuntimeError):
    """What was learnt is missing or damaged; the message says what to do."""


@dataclasses.dataclass(frozen=True)
class Views:
    """One text as numbers: its meanings, and the columns and values of its words and letter groups."""

    meaning: np.ndarray
    columns: np.ndarray
    values: np.ndarray


def sentence_texts(text: str) -> list[str]:
    """The sentences whose meanings are read: those that the pipeline reads anyway."""
    return [plain(part) for part in segments(text)]


def terms(options: Mapping[str, Any], vocabulary: Sequence[str], rarity: np.ndarray) -> Terms:
    """Words or letter groups that were learnt."""
    vectorizer = TfidfVectorizer(vocabulary=list(vocabulary), sublinear_tf=True, **options)
    vectorizer.idf_ = rarity.astype(np.float64)
    return Terms(vectorizer)


def unit(rows: np.ndarray) -> np.ndarray:
    """Rows of length 1."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=-1, keepdims=True), 1e-6))


def meaning(whole: np.ndarray, sentences: np.ndarray, centre: np.ndarray) -> np.ndarray:
    """The dense view: the message's vector and the mean of its sentences', each less what all messages share."""
    views = [unit(whole - centre[:WIDTH]), unit(unit(sentences) - centre[WIDTH:])]
    return np.concatenate([v * np.sqrt(VIEWS[name]) for v, name in zip(views, VIEWS)], axis=-1)


def likeness(alike: np.ndarray) -> np.ndarray:
    """How much messages count for each other: by how alike they are, and by the square of it."""
    return alike + alike**2 / sum(VIEWS.values())


def packed(name: str, values: np.ndarray) -> dict[str, np.ndarray]:
    """A matrix as it is kept: whole numbers, with a scale for each column."""
    scale = np.maximum(np.abs(values).max(axis=0), 1e-9) / STEPS
    return {name: np.round(values / scale).astype(np.int8), f"{name}_scale": scale.astype(np.float32)}


def unpacked(weights: Mapping[str, np.ndarray], name: str) -> np.ndarray:
    """The matrix that `packed` made smaller."""
    return np.asarray(weights[name] * weights[f"{name}_scale"], np.float32)


def clause_texts(text: str) -> list[str]:
    """The clauses of a message, one of which may ask."""
    return [text[start:end].strip() for start, end in clauses.spans(text)]


def clause_words(text: str, at: int, many: int) -> str:
    """A clause's words for the head that finds what asks, with its first words and its place as words of their own."""
    said = re.findall(r"[a-z0-9']+|\?", plain(text))
    first = [f"first:{'_'.join(said[:n])}" for n in (1, 2, 3)]
    pairs = ["_".join(two) for two in itertools.pairwise(said)]
    where = "place:only" if many == 1 else "place:first" if at == 0 else "place:last" if at == many - 1 else "place:in"
    return " ".join([*said, *pairs, *first, where])


class Understanding:
    """What was learnt. A text in, what is understood out. Safe to share between threads."""

    def __init__(self, weights: Mapping[str, np.ndarray], card: Mapping[str, Any]) -> None:
        words, letters = (str(weights[name]).split("\n") for name in ("words", "letters"))
        self._words = terms(WORDS, words, weights["words_idf"])
        self._letters = terms(LETTERS, letters, weights["letters_idf"])
        self._after_words = len(words)
        self._centre = weights["centre"].astype(np.float32)
        self._turn = weights["turn"].astype(np.float32)
        self._meanings = unpacked(weights, "meanings")
        self._terms = Postings(self._rows(weights))
        self._shares = unpacked(weights, "shares")
        self._start = weights["start"].astype(np.float32)
        self._asking = dict(zip(str(weights["asking"]).split("\n"), weights["asking_weights"].astype(float)))
        self._asks_from = float(card["asks"]["from"])
        self._columns = {name: slice(*card["columns"][name]) for name in ("needs", "role", "acts", "situation")}
        self._needs: list[str] = card["needs"]["ids"]
        self._chance = [float(x) for x in card["needs"]["chance"]]
        self._asked_by = np.array(card["needs"]["asked_by"])
        self._roles: list[str] = card["role"]["names"]
        self._role_sharpness = float(card["role"]["sharpness"])
        self._acts: list[str] = card["acts"]["names"]
        self._acts_chance = [[float(x) for x in pair] for pair in card["acts"]["chance"]]
        self._facts: list[dict[str, Any]] = card["situation"]["values"]

    def _rows(self, weights: Mapping[str, np.ndarray]) -> csr_matrix:
        """Words and letter groups of the messages learnt from, by message."""
        counts = weights["counts"].astype(np.float32)
        ends = np.concatenate([[0], np.cumsum(weights["sizes"].astype(np.int64))])
        gaps = np.ascontiguousarray(weights["gaps"].T).view("<u4").ravel().astype(np.int64)
        at = np.cumsum(gaps)
        before = np.concatenate([[0], at])[ends[:-1]]
        columns = at - np.repeat(before, np.diff(ends))
        rarity = np.concatenate([weights["words_idf"], weights["letters_idf"]]).astype(np.float32)
        values = (1 + np.log(counts)) * rarity[columns]
        view = np.repeat(np.arange(len(ends) - 1), np.diff(ends)) * 2 + (columns >= self._after_words)
        sizes = np.sqrt(np.bincount(view, values**2, 2 * (len(ends) - 1)))
        weight = np.sqrt([VIEWS["words"], VIEWS["letters"]])[view % 2]
        return csr_matrix(
            ((values * weight / sizes[view]).astype(np.float32), columns, ends), (len(ends) - 1, len(rarity))
        )

    def views(self, text: str) -> Views:
        """A text as numbers; the meanings of whole and sentences are those that the pipeline has read already."""
        whole, *parts = sentence_texts(text)
        vectors = shared_encoder(place.home())([whole, *parts])
        dense = meaning(vectors[0], vectors[1:].mean(axis=0) if parts else vectors[0], self._centre) @ self._turn
        views = (self._words(plain(text)), self._letters(plain(text)))
        columns = np.concatenate([views[0][0], views[1][0] + self._after_words])
        values = [v * np.float32(np.sqrt(VIEWS[name])) for (_, v), name in zip(views, ("words", "letters"))]
        return Views(dense.astype(np.float32), columns, np.concatenate(values).astype(np.float32))

    def scores(self, views: Views) -> np.ndarray:
        """What speaks for each need, role, act and value."""
        alike = likeness(self._meanings @ views.meaning + self._terms(views.columns, views.values))
        return np.asarray(alike @ self._shares + self._start)

    def read(self, text: str) -> dict[str, Any]:
        """Everything understood of a text, as it travels beside the message."""
        scores = self.scores(self.views(text))
        heads = {name: scores[columns] for name, columns in self._columns.items()}
        roles = softmax(heads["role"] * self._role_sharpness)
        needs = need_chances(for_role(heads["needs"], roles @ self._asked_by), self._chance)
        best = [i for i in np.argsort(-needs)[: NEEDS_TOLD + 1] if self._needs[i] != NOTHING][:NEEDS_TOLD]
        acts = [sigmoid(a * s + b) for s, (a, b) in zip(heads["acts"], self._acts_chance)]
        return {
            "role": [self._roles[int(roles.argmax())], _rounded(roles.max())],
            "needs": [[self._needs[i], _rounded(needs[i])] for i in best],
            "acts": {name: _rounded(chance) for name, chance in zip(self._acts, acts) if chance >= 0.1},
            "asks": asking_part(text, self._asking, self._asks_from),
            "situation": self._situation(heads["situation"]),
        }

    def for_role(self, needs: Sequence[Sequence[Any]], read: Sequence[Any], role: str) -> list[list[Any]]:
        """Needs as `read` gives them, and the role that it read, weighed anew where it is known who writes."""
        if role not in self._roles or not needs:
            return [list(each) for each in needs]
        columns = [self._needs.index(need) for need, _ in needs]
        guess = np.full(len(self._roles), (1 - float(read[1])) / (len(self._roles) - 1))
        guess[self._roles.index(read[0])] = float(read[1])
        known = np.array([name == role for name in self._roles], float)
        before, now = (for_role(np.zeros(len(columns)), (who @ self._asked_by)[columns]) for who in (guess, known))
        steepness = sum(self._chance[3:5])
        odds = np.array([chance / max(1 - chance, 1e-6) for _, chance in needs]) * np.exp((now - before) * steepness)
        chances = odds / (1 + odds)
        order = np.argsort(-chances, kind="stable")
        return [[needs[i][0], _rounded(chances[i])] for i in order]

    def _situation(self, scores: np.ndarray) -> dict[str, list[Any]]:
        return {label["fact"]: [label["value"], label["state"], label["right"]] for label in told(scores, self._facts)}


def asking_part(text: str, weights: Mapping[str, float], least: float) -> str:
    """The part of a text that asks, as it was written; empty where nothing does."""
    parts = clause_texts(text)
    scores = [asking(clause_words(part, at, len(parts)), weights) for at, part in enumerate(parts)]
    if not scores or max(scores) < least:
        return ""
    first = last = int(np.argmax(scores))
    while first > 0 and scores[first - 1] >= least:
        first -= 1
    while last + 1 < len(parts) and scores[last + 1] >= least:
        last += 1
    start = text.find(parts[first])
    return text[start : text.find(parts[last], start) + len(parts[last])].strip()


def asking(words: str, weights: Mapping[str, float]) -> float:
    """What speaks for a clause's asking, a logit: the sum over its words, by the root of their number."""
    found = [weights[word] for word in set(words.split(" ")) if word in weights]
    return float(sum(found) / max(np.sqrt(len(found)), 1.0)) + weights[ALWAYS]


def told(scores: np.ndarray, labels: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each fact the value that most speaks for, where it is past the point from which it can be trusted."""
    best: dict[str, tuple[float, dict[str, Any]]] = {}
    for label in labels:
        over = float(scores[label["column"]]) - label["from"]
        if over >= 0 and over > best.get(label["fact"], (-1.0, {}))[0]:
            best[label["fact"]] = (over, label)
    return [label for _, label in best.values()]


def softmax(scores: np.ndarray) -> np.ndarray:
    """Chances that add up to 1."""
    ones = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(ones / ones.sum(axis=-1, keepdims=True))


def sigmoid(x: Any) -> Any:
    """A logit's chance."""
    return 1 / (1 + np.exp(-x))


def for_role(scores: np.ndarray, more: np.ndarray) -> np.ndarray:
    """What speaks for each need, where who writes asks it `more` times as often as anybody does."""
    return np.asarray(scores + ROLE_WEIGHT * np.log(more + SELDOM))


def need_features(scores: np.ndarray) -> np.ndarray:
    """What the chance of a need follows from: what speaks for it and its lead, for the first apart from the others."""
    ordered = np.sort(scores, axis=-1)
    first = scores == ordered[..., -1:]
    lead = scores - np.where(first, ordered[..., -2:-1], ordered[..., -1:])
    return np.stack([first, scores * first, lead * first, scores * ~first, lead * ~first], axis=-1)


def need_chances(scores: np.ndarray, chance: Sequence[float]) -> np.ndarray:
    """The chance that a need is among those of a message; more than one may be."""
    *weights, start = chance
    return np.asarray(sigmoid(need_features(scores) @ np.array(weights) + start))


def _rounded(chance: Any) -> float:
    return round(min(float(chance), MOST), 3)


@functools.lru_cache(maxsize=1)
def understanding() -> Understanding:
    """What was learnt, loaded once; raises NotLearnt where it is missing or damaged."""
    try:
        card = json.loads(CARD.read_text(encoding="utf-8"))
        content = WEIGHTS.read_bytes()
    except (OSError, ValueError) as error:
        raise NotLearnt(f"What was learnt from messages is missing ({error}). Run: ./run learn") from error
    if hashlib.sha256(content).hexdigest() != card.get("checksum"):
        raise NotLearnt(
            f"{WEIGHTS.name} is damaged: it is not what its card names. Fetch it again, or run: ./run learn"
        )
    with np.load(WEIGHTS, allow_pickle=False) as weights:
        return Understanding(dict(weights), card)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class MessageUnderstanding(GraphComponent):
    """Puts what is understood beside a message. Rasa's training does not touch it."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> MessageUnderstanding:
        return cls()

    def __init__(self, learnt: Optional[Understanding] = None) -> None:
        self._learnt = learnt or understanding()

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if message.get(TEXT):
                message.set(UNDERSTOOD, self._learnt.read(message.get(TEXT)), add_to_output=True)
        return messages
