"""Which kind of question or dialogue act a message is: a classifier and the nearest examples, added up.

Knows kinds only. What a question is about is found in the knowledge, so new content needs no training. The training
classes of the crisis detector, ordinary talk among them, are left out: such a message has a kind of its own.
"""

from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Tuple

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

from bot.nlu.features import Examples, Linear, TextFeatures
from bot.nlu.questions import RULES, questions
from knowledge.words import segments

SENTENCES = "sentences"
# kinds that only tell or greet: a question or request in another sentence is what the message is for
TELLING = {"inform", "greet", "thanks", "upset", "bye", "affirm", "reason"}
RULES_TAKEN = 5  # one in so many of the questions about rules; all of them would drown the other kinds
NOT_KINDS = ("crisis_", "ordinary")
FALLBACK = "nlu_fallback"


class Kinds:
    """The trained part: a text in, intents with their confidence out."""

    def __init__(self, c: float = 10.0, nearest: float = 0.5) -> None:
        self._features = TextFeatures()
        self._c = c
        self._nearest = nearest
        self._model: Optional[Linear] = None
        self._examples: Optional[Examples] = None
        self._labels = np.zeros(0, np.int64)

    def train(self, texts: list[str], intents: list[str]) -> None:
        """Learn from texts and their intents."""
        rows = self._features.learn(texts)
        fitted = LogisticRegression(C=self._c, max_iter=1000, solver="liblinear").fit(rows, np.array(intents))
        self._model = Linear(fitted)
        order = {name: i for i, name in enumerate(self._model.classes)}
        self._labels = np.array([order[i] for i in intents])
        self._examples = Examples(rows)

    def read(self, text: str) -> list[tuple[str, float]]:
        """Intents, likeliest first; the confidences add up to 1."""
        if self._model is None or self._examples is None:
            raise RuntimeError("train first")
        row = self._features.of(text)
        scores = self._model.chances(row)
        near = self._examples.near(row)
        best = np.zeros(len(scores))
        np.maximum.at(best, self._labels, near)
        scores = scores + self._nearest * best
        scores = scores / scores.sum()
        # sharpen: nearness is never nought, so the sum is flatter than a probability
        scores = scores**3 / (scores**3).sum()
        order = np.argsort(-scores)
        return [(self._model.classes[i], float(scores[i])) for i in order]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class KindClassifier(GraphComponent):
    """Sets intent and ranking; below `threshold` the intent is `nlu_fallback`."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"C": 10.0, "nearest": 0.5, "threshold": 0.25, "sure": 0.5}

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> KindClassifier:
        return cls(config, model_storage, resource, None)

    def __init__(
        self, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource, kinds: Optional[Kinds]
    ) -> None:
        self._config = config
        self._storage = model_storage
        self._resource = resource
        self._kinds = kinds

    def train(self, training_data: TrainingData) -> Resource:
        examples = [
            (m.get(TEXT), m.get(INTENT))
            for m in training_data.intent_examples
            if m.get(TEXT) and not m.get(INTENT).startswith(NOT_KINDS)
        ]
        # what to do next is a kind of its own
        rules = [text for text, record in questions(RULES) if not record.startswith("next-steps")]
        examples += [(text, "ask") for text in rules[::RULES_TAKEN]]
        kinds = Kinds(self._config["C"], self._config["nearest"])
        kinds.train([text for text, _ in examples], [intent for _, intent in examples])
        self._kinds = kinds
        with self._storage.write_to(self._resource) as folder:
            joblib.dump(kinds, folder / "kinds.joblib")
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> KindClassifier:
        with model_storage.read_from(resource) as folder:
            return cls(config, model_storage, resource, joblib.load(folder / "kinds.joblib"))

    def _read(self, kinds: Kinds, text: Text) -> Tuple[List[Tuple[str, float]], List[List[str]]]:
        """The ranking of the message, and each of its sentences with its kind.

        Where the whole only tells something, a sentence that asks decides: 'SENCO in Stafford. What do we do now?'
        """
        ranked = kinds.read(text)
        parts = segments(text)[1:]
        read = [kinds.read(part) for part in parts]
        sentences = [[part, r[0][0] if r[0][1] >= self._config["sure"] else ""] for part, r in zip(parts, read)]
        if ranked[0][0] in TELLING or ranked[0][1] < self._config["sure"]:
            asking = [r for r in read if r[0][0] not in TELLING and r[0][1] >= self._config["sure"]]
            if asking:
                ranked = max(asking, key=lambda r: r[0][1])
        return ranked, sentences

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            text = message.get(TEXT)
            if text and self._kinds:
                ranked, sentences = self._read(self._kinds, text)
                message.set(SENTENCES, sentences, add_to_output=True)
                ranking = [{INTENT_NAME_KEY: i, PREDICTED_CONFIDENCE_KEY: c} for i, c in ranked[:10]]
                top = ranking[0]
                if top[PREDICTED_CONFIDENCE_KEY] < self._config["threshold"]:
                    top = {INTENT_NAME_KEY: FALLBACK, PREDICTED_CONFIDENCE_KEY: self._config["threshold"]}
                message.set(INTENT, top, add_to_output=True)
                message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)
        return messages
