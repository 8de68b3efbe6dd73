"""The crisis detector: the last word of the pipeline, in favour of catching rather than missing.

A page replaces the answer only where clauses show danger, weighed together, or plain words do. What only sounds heavy
is answered, with one gentle line above. Kinds are found one by one, so that a message may show several.
"""

from __future__ import annotations

import dataclasses
import math
import re
from typing import Any, Dict, Iterable, List, Optional, Text

import joblib
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, INTENT_RANKING_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.nlu import whole
from bot.nlu.danger import Example, Finding, Signs, written
from bot.nlu.languages import foreign_signs, language, worrying_emoji
from bot.nlu.questions import ASKED, questions
from bot.nlu.signs import over, plain_words
from knowledge.danger import UNSURE

CRISIS = "crisis"
LANGUAGE = "language"
UNCLEAR = "crisis_unclear"
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
MOST_KINDS = 3  # on a page; more would bury what matters
PLAIN = 0.6  # what plain words for a kind weigh, where the trained part's full weight is 1
SURE = 0.4  # the weight from which a kind is trusted to be the right one
LEAST = 0.25  # the weight that a kind needs on a page beside one that is trusted; a false one buries it
GRAVE = 0.5  # the weight from which a kind that cannot wait goes before all others
_HEAD = re.compile(r"\b(head ?teacher|head ?master|head ?mistress|the head|principal|our head|my head)\b", re.I)


def examples(said: Iterable[tuple[str, str]]) -> list[Example]:
    """What the trained part learns from: messages with their intents, what people ordinarily ask, marked messages."""
    found = [Example(text, (KINDS[intent],) if intent in KINDS else ()) for text, intent in said if intent != UNCLEAR]
    return [*found, *(Example(text) for text, _ in questions(ASKED)), *written()]


@dataclasses.dataclass(frozen=True)
class Danger:
    """What a message shows: kinds, the gravest first; whether enough for a page, or at least for the gentle line.

    `plain` are those of the kinds that a plain sign shows: they outweigh what a person denied before.
    """

    kinds: list[str]
    plain: list[str]
    page: bool
    heavy: bool


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class CrisisDetector(GraphComponent):
    """Overrides the intent with `crisis` on a clear sign; marks unclear words; never leaves a `crisis_*` intent."""

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"beside": -0.75, "unclear": -0.9, "kind": 0.3}

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
        signs = Signs(tuple(KINDS.values()))
        signs.train(examples((m.get(TEXT), m.get(INTENT)) for m in training_data.intent_examples if m.get(TEXT)))
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
        every = self._signs.read(said.rest) if self._signs else []
        findings = [f for f in every if not over(f.text)]
        page = any(enough for _, enough in plain_signs) or whole.enough(findings)
        heavy = said.gentle or bool(plain_signs) or worrying_emoji(text)
        heavy = heavy or any(f.strength >= self._config["unclear"] for f in every)
        # on a page a clause adds its kind only where it shows a little more than for the gentle line; what is read once
        # with its neighbour and once without has the kind of the stronger reading
        weights = self._weights(whole.apart(findings), self._config["beside" if page else "unclear"])
        for kind in dict.fromkeys(kind for kind, enough in plain_signs if enough or not page):
            weights[kind] = weights.get(kind, 0.0) + PLAIN
        certain = {kind: PLAIN for kind, enough in plain_signs if enough}
        for kind in said.denied - set(certain):
            if weights.get(kind, GRAVE) < GRAVE:
                del weights[kind]
        most = max(weights.values(), default=0.0)
        if page and most >= SURE:
            weights = {kind: weight for kind, weight in weights.items() if weight >= LEAST}
        kinds = _ordered(weights, text)
        if page and most < SURE:  # every kind of help stands on this one
            kinds = [UNSURE, *kinds[: MOST_KINDS - 1]]
        return Danger(kinds, _ordered(certain, text), page, page or heavy)

    def _weights(self, findings: list[Finding], least: float) -> dict[str, float]:
        """How much clauses of at least this strength speak for each kind that is likely."""
        weights: dict[str, float] = {}
        for f in findings:
            best = max(f.kinds, key=lambda kind: f.kinds[kind])
            for kind, chance in f.kinds.items():
                if f.strength >= least and (kind == best or chance >= self._config["kind"]):
                    weights[kind] = max(chance / (1 + math.exp(-f.strength)), weights.get(kind, 0.0))
        return weights

    def _decide(self, message: Message, danger: Danger) -> None:
        ranking = [r for r in message.get(INTENT_RANKING_KEY) or [] if not str(r[INTENT_NAME_KEY]).startswith("crisis")]
        if danger.heavy:
            shown = {"kinds": danger.kinds, "plain": danger.plain, "page": danger.page}
            message.set(CRISIS, shown, add_to_output=True)
        if danger.page:
            top = {INTENT_NAME_KEY: CRISIS, PREDICTED_CONFIDENCE_KEY: 1.0}
            message.set(INTENT, top, add_to_output=True)
            message.set(INTENT_RANKING_KEY, [top, *ranking][:10], add_to_output=True)
            return
        intent = message.get(INTENT) or {}
        if str(intent.get(INTENT_NAME_KEY)).startswith("crisis") and ranking:
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:10], add_to_output=True)


def _ordered(weights: dict[str, float], text: str) -> list[str]:
    """The likeliest kinds, those first that cannot wait; where the head is meant, the head's own kind."""
    likely = sorted(weights, key=lambda kind: -weights[kind])[:MOST_KINDS]
    first = [kind for kind in FIRST if kind in likely and weights[kind] >= GRAVE]
    head = _HEAD.search(text)
    ordered = [*first, *(kind for kind in likely if kind not in first)]
    return ["allegation-against-head" if head and kind == ALLEGATION else kind for kind in ordered]
