"""The crisis detector: the last word of the pipeline, in favour of catching rather than missing.

Trained on the `crisis_*` intents against everything else, the knowledge's own example questions included: they are
what people ordinarily ask here. It reads the message as a whole, word by word, since a sign often stands behind an
ordinary question.
"""

from __future__ import annotations

import dataclasses
import re
from typing import Any, Dict, List, Optional, Text

import joblib
import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from sklearn.linear_model import LogisticRegression

from bot.nlu import heads
from bot.nlu.features import Linear, TextFeatures
from bot.nlu.languages import foreign_signs, language, worrying_emoji
from bot.nlu.questions import ASKED, questions
from bot.nlu.signs import plain_words
from knowledge import minilm, place
from knowledge.words import plain

CRISIS = "crisis"
LANGUAGE = "language"
UNCLEAR = "crisis_unclear"
ORDINARY = "ordinary"
KINDS = {
    "crisis_emergency": "emergency-now",
    "crisis_suicide": "suicide-or-self-harm",
    "crisis_disclosing": "child-disclosing",
    "crisis_exploitation": "exploitation-or-missing",
    "crisis_worried": "adult-worried-about-child",
    "crisis_domestic": "domestic-abuse",
    "crisis_threat": "threat-to-others-or-weapon",
    "crisis_staff": "staff-concern",
    "crisis_allegation": "allegation-against-staff",
}
ALLEGATION = "allegation-against-staff"
FIRST = ("emergency-now", "suicide-or-self-harm")
WINDOW, STRIDE = 90, 60  # words
LINEAR_SPREAD, NEURAL_SPREAD = 2.0, 1.5  # what their logits are divided by before they are averaged
_HEAD = re.compile(r"\b(head ?teacher|head ?master|head ?mistress|the head|principal|our head|my head)\b", re.I)


class Signs:
    """The trained part: a text in; the chance of a clear sign, of an unclear one, and the likeliest kind out.

    A linear model over meaning, words and spelling and a small neural head over MiniLM's word outputs vote together.
    """

    def __init__(self, c: float = 10.0, seeds: tuple[int, ...] = (0,)) -> None:
        self._features = TextFeatures()
        self._c = c
        self._models: dict[str, Linear] = {}
        self._seeds = seeds
        self._heads: list[heads.Head] = []

    def train(self, texts: list[str], intents: list[str]) -> None:
        """Learn from texts and their intents."""
        words = minilm.encoder(place.home()).words([plain(t) for t in texts])  # the vectors come with them
        rows = self._features.learn(texts)
        names = list(KINDS)
        clear = np.array([i in KINDS for i in intents])
        unclear = np.array([i == UNCLEAR for i in intents])
        self._models = {
            "clear": self._fit(rows[~unclear], clear[~unclear]),
            "unclear": self._fit(rows[~clear], unclear[~clear]),
            "kind": self._fit(rows[clear], np.array(intents)[clear]),
        }
        kind = np.array([names.index(i) if i in KINDS else -1 for i in intents])
        weight = np.where(unclear, 0.3, 1.0)
        goal = np.where(unclear, 0.5, clear.astype(float))
        self._heads = [heads.train(words, goal, kind, weight, len(names), seed) for seed in self._seeds]

    def _fit(self, rows: Any, wanted: np.ndarray) -> Linear:
        return Linear(LogisticRegression(C=self._c, max_iter=1000, solver="liblinear").fit(rows, wanted))

    def read(self, text: str) -> tuple[float, float, str]:
        """(chance of a clear sign, chance of an unclear one, likeliest crisis intent)."""
        parts = windows(text)
        rows = [self._features.of(part) for part in parts]
        linear = np.array([self._models["clear"](row)[0] for row in rows])
        words = minilm.encoder(place.home()).words([plain(p) for p in parts])
        neural = np.array([np.mean([head(w) for head in self._heads]) for w in words])
        signs = (linear / LINEAR_SPREAD + neural / NEURAL_SPREAD) / 2
        best = int(np.argmax(signs))
        kinds = self._models["kind"]
        kind = kinds.classes[int(np.argmax(kinds(rows[best])))]
        unclear = max(float(self._models["unclear"](row)[0]) for row in rows)
        return _chance(float(signs[best])), _chance(unclear), kind


def _chance(logit: float) -> float:
    return float(1 / (1 + np.exp(-logit)))


def windows(text: str) -> list[str]:
    """The whole message; one too long for the sentence model comes in overlapping parts."""
    words = text.split()
    if len(words) <= WINDOW:
        return [" ".join(words)]
    return [" ".join(words[at : at + WINDOW]) for at in range(0, len(words) - WINDOW + STRIDE, STRIDE)]


@dataclasses.dataclass(frozen=True)
class Danger:
    """What a message shows: kinds, the gravest first; whether enough for a page, or at least for the gentle line."""

    kinds: list[str]
    page: bool
    heavy: bool


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisDetector(GraphComponent):
    """Overrides the intent with `crisis` on a clear sign; marks unclear words; never leaves a `crisis_*` intent."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"clear": 0.45, "clear_staff": 0.57, "unclear": 0.28}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> CrisisDetector:
        return cls(config, model_storage, resource, None)

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, signs: Optional[Signs]
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._signs = signs

    def train(self, training_data: TrainingData) -> Resource:
        examples = [m for m in training_data.intent_examples if m.get(TEXT)]
        said = [(m.get(TEXT), m.get(INTENT)) for m in examples] + [(text, ORDINARY) for text, _ in questions(ASKED)]
        signs = Signs()
        signs.train([text for text, _ in said], [intent for _, intent in said])
        self._signs = signs
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(signs, folder / "signs.joblib")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> CrisisDetector:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / "signs.joblib"))

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and self._signs:
                code = language(text)
                if code:
                    message.set(LANGUAGE, code, add_to_output=True)
                self._decide(message, self._danger(text))
        return messages

    def _danger(self, text: str) -> Danger:
        """What the plain signs and the trained part make of a message."""
        said = plain_words(text)
        plain_signs = [(s.kind, s.page) for s in said.signs] + foreign_signs(text)
        page = [kind for kind, enough in plain_signs if enough]
        hints = [kind for kind, _ in plain_signs]
        heavy = said.gentle or bool(plain_signs) or worrying_emoji(text)
        if self._signs and said.rest.strip(" …"):
            clear, unclear, intent = self._signs.read(said.rest)
            kind = KINDS[intent]
            # staff tell a concern at length; short weak words of that kind are mostly a family's trouble with a school
            if clear >= self._config["clear_staff" if kind == "staff-concern" else "clear"]:
                page.append(kind)
            heavy = heavy or unclear >= self._config["unclear"] or clear >= self._config["unclear"]
        return Danger(_ordered(page or hints, text), bool(page), bool(page) or heavy)

    def _decide(self, message: Message, danger: Danger) -> None:
        ranking = [r for r in message.get(INTENT_RANKING_KEY) or [] if not str(r[INTENT_NAME_KEY]).startswith("crisis")]
        if danger.heavy:
            message.set(CRISIS, {"kinds": danger.kinds, "page": danger.page}, add_to_output=True)
        if danger.page:
            top = {INTENT_NAME_KEY: CRISIS, PREDICTED_CONFIDENCE_KEY: 1.0}
            message.set(INTENT, top, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [top, *ranking][:10], add_to_output=True)
            return
        intent = message.get(INTENT) or {}
        if str(intent.get(INTENT_NAME_KEY)).startswith("crisis") and ranking:
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:10], add_to_output=True)


def _ordered(kinds: list[str], text: str) -> list[str]:
    """Kinds once each, those first that cannot wait; where the head is meant, the head's own kind."""
    once = sorted(dict.fromkeys(kinds), key=lambda kind: FIRST.index(kind) if kind in FIRST else len(FIRST))
    head = _HEAD.search(text)
    return ["allegation-against-head" if head and kind == ALLEGATION else kind for kind in once]
