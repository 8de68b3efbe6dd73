"""Learn from the questions of guides how a question is near its own answer, and measure it on phrasings left out."""

from __future__ import annotations

import dataclasses
import random
from typing import Any, Callable, Sequence

import numpy as np
from sklearn.linear_model import LogisticRegression

from knowledge import likeness as reading
from knowledge import read
from knowledge.encoder import WIDTH
from knowledge.likeness import Likeness, mean_of
from knowledge.words import plain

ROUNDS = 8
BATCH = 256
RATE = 5e-4
START = 20.0  # what likeness is multiplied by at first, before it is turned into chances
HELD = 0.1 * WIDTH  # what keeps the turns near to none
ELSEWHERE = 3.0  # by how much the questions of other guides count less
NEAR = 3  # guides beside the right one: what is like one of their questions was not put
Embed = Callable[[Sequence[str]], np.ndarray]


@dataclasses.dataclass(frozen=True)
class Questions:
    """All questions: their phrasings and answers as vectors, and the guide of each by number."""

    phrases: np.ndarray
    owner: np.ndarray
    answers: np.ndarray
    guide: np.ndarray


def questions(embed: Embed) -> Questions:
    """The questions of the content."""
    documents, _ = read.read()
    held = [(d.entry.id, q) for d in documents if d.kind == "guides" and d.entry for q in d.entry.questions]
    wordings = [list(dict.fromkeys(q.text.values())) for _, q in held]
    texts, whose = reading.texts(wordings)
    phrases = [plain(phrase) for _, q in held for phrase in q.ask]
    owner = np.array([place for place, (_, q) in enumerate(held) for _ in q.ask], np.int64)
    numbers = {name: number for number, name in enumerate(dict.fromkeys(name for name, _ in held))}
    guide = np.array([numbers[name] for name, _ in held], np.int64)
    return Questions(embed(phrases), owner, mean_of(embed(texts), whose, len(held)), guide)


def learn(embed: Embed) -> dict[str, float]:
    """Learn, measure, write; the figures: how often the right one of a guide's questions is first."""
    every = questions(embed)
    kept, left_out = split(every)
    found, figures = measured(every, kept, left_out)
    turned = fitted(every, np.arange(len(every.owner)))
    reading.LEARNT.parent.mkdir(exist_ok=True)
    np.savez_compressed(
        reading.LEARNT,
        question=turned.question.astype(np.float16),
        answer=turned.answer.astype(np.float16),
        chances=np.array(found.chances, np.float32),
        figures=np.array([f"{name}: {value:.3f}" for name, value in figures.items()]),
    )
    return figures


def split(every: Questions) -> tuple[np.ndarray, np.ndarray]:
    """The places of the phrasings to learn from, and one left out of each question that has three."""
    dice = random.Random(1)
    left_out = []
    for number in range(len(every.guide)):
        own = np.flatnonzero(every.owner == number)
        if len(own) >= 3:
            left_out.append(int(dice.choice(own)))
    return np.setdiff1d(np.arange(len(every.owner)), left_out), np.array(left_out)


def fitted(every: Questions, places: np.ndarray) -> Likeness:
    """The turns with which these phrasings lie nearest to their own answers, among those of the same guide first."""
    import tensorflow as tf

    tf.keras.utils.set_random_seed(0)
    question, answer = (tf.Variable(np.eye(WIDTH, dtype=np.float32)) for _ in range(2))
    scale = tf.Variable(START)
    adam = tf.keras.optimizers.Adam(RATE)
    answers = tf.constant(every.answers)

    @tf.function
    def step(vectors: Any, right: Any, less: Any) -> None:
        with tf.GradientTape() as tape:
            asked = tf.math.l2_normalize(vectors @ question, 1)
            likenesses = scale * (asked @ tf.transpose(tf.math.l2_normalize(answers @ answer, 1))) - less
            loss = tf.reduce_mean(tf.nn.sparse_softmax_cross_entropy_with_logits(right, likenesses))
            for turn in (question, answer):
                loss += HELD * tf.reduce_mean(tf.square(turn - tf.eye(WIDTH)))
        turned = [question, answer, scale]
        adam.apply_gradients(zip(tape.gradient(loss, turned), turned))

    dice = np.random.default_rng(0)
    for _ in range(ROUNDS):
        shuffled = dice.permutation(places)
        for start in range(0, len(shuffled), BATCH):
            some = shuffled[start : start + BATCH]
            right = every.owner[some]
            elsewhere = every.guide[right][:, None] != every.guide[None, :]
            step(every.phrases[some], right, (ELSEWHERE * elsewhere).astype(np.float32))
    return Likeness(question.numpy(), answer.numpy(), (1.0, 1.0, 0.0))


def measured(every: Questions, kept: np.ndarray, left_out: np.ndarray) -> tuple[Likeness, dict[str, float]]:
    """What is learnt from the phrasings kept, with the chances and figures that those left out show."""
    none = np.eye(WIDTH, dtype=np.float32)
    plainly, turned = Likeness(none, none, (1.0, 1.0, 0.0)), fitted(every, kept)
    shown: dict[str, float] = {}
    rows: list[tuple[float, float]] = []
    right: list[bool] = []
    for name, each in (("as the encoder has it", plainly), ("as learnt", turned)):
        index = each.index(every.phrases[kept], every.owner[kept], every.answers)
        scores = each.scores(every.phrases[left_out], index)
        own = [_best(scores[n], every.guide, every.guide[every.owner[place]]) for n, place in enumerate(left_out)]
        shown[name] = float(np.mean([best == every.owner[place] for (best, _), place in zip(own, left_out)]))
        if each is not turned:
            continue
        near = _neighbours(index, every.guide)
        for n, place in enumerate(left_out):
            guide = every.guide[every.owner[place]]
            for other in (guide, near[guide][n % NEAR]):
                best, row = _best(scores[n], every.guide, other)
                rows.append(row)
                right.append(best == every.owner[place])
    seen = LogisticRegression(C=1000, max_iter=1000).fit(rows, right)
    by_score, by_lead = map(float, seen.coef_[0])
    return dataclasses.replace(turned, chances=(by_score, by_lead, float(seen.intercept_[0]))), shown


def _best(scores: np.ndarray, guide: np.ndarray, number: int) -> tuple[int, tuple[float, float]]:
    """The question of a guide with the best score, that score, and its lead over the next."""
    own = np.flatnonzero(guide == number)
    order = own[np.argsort(-scores[own])]
    second = float(scores[order[1]]) if len(order) > 1 else 0.0
    return int(order[0]), (float(scores[order[0]]), float(scores[order[0]]) - second)


def _neighbours(index: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """For each guide the others whose questions are most like its own."""
    means = mean_of(index, guide, int(guide.max()) + 1)
    return np.argsort(-(means @ means.T), axis=1)[:, 1 : NEAR + 1]
