"""A small attention head over MiniLM's word outputs: trained with TensorFlow, saved and run as plain numpy arrays.

A sign of danger often hides in half a sentence of a long message. The mean of all words dilutes it; a head that chooses
which words to look at does not.
"""

from __future__ import annotations

from typing import Any, Sequence

import numpy as np

HIDDEN = 128
GLANCES = 8  # attention queries, each a weighted mean of the words
EPOCHS = 4
BATCH = 48
RATE = 1.5e-3
DECAY = 0.05
SMOOTHING = 0.05
DROPPED_INPUTS, DROPPED = 0.1, 0.3
KIND_WEIGHT = 0.3  # telling the kinds apart is a second task that only steers the training
SAMPLE = 800  # texts from which the inputs' means and spreads are taken


class Head:
    """Word outputs of one text in; the logit of a clear sign out."""

    def __init__(self, weights: dict[str, np.ndarray]) -> None:
        self._w = {name: value.astype(np.float32) for name, value in weights.items()}

    def __call__(self, words: np.ndarray) -> float:
        w = self._w
        x = (words.astype(np.float32) - w["mean"]) / w["spread"]
        hidden = np.maximum(x @ w["in"] + w["in_bias"], 0)
        look = hidden @ w["look"]
        look = np.exp(look - look.max(axis=0))
        look /= look.sum(axis=0)
        seen = np.concatenate([(look.T @ hidden).ravel(), hidden.max(axis=0), x.mean(axis=0)])
        return float(seen @ w["clear"][:, 0] + w["clear_bias"][0])


def _batches(lengths: np.ndarray, rng: np.random.Generator) -> list[np.ndarray]:
    """Texts of like length together, in a new order each time."""
    order = np.argsort(lengths + rng.uniform(0, 6, len(lengths)), kind="stable")
    found = [order[i : i + BATCH] for i in range(0, len(order), BATCH)]
    rng.shuffle(found)  # type: ignore[arg-type]
    return found


def train(
    words: Sequence[np.ndarray], clear: np.ndarray, kind: np.ndarray, weight: np.ndarray, kinds: int, seed: int
) -> Head:
    """Learn from texts' word outputs, their targets (0 to 1), kinds (-1 = none) and weights."""
    import tensorflow as tf

    tf.random.set_seed(seed)
    rng = np.random.default_rng(seed)
    some = rng.choice(len(words), min(SAMPLE, len(words)), replace=False)
    sample = np.concatenate([words[i] for i in some]).astype(np.float32)
    mean, spread = sample.mean(axis=0), np.maximum(sample.std(axis=0), 1e-3)
    size = words[0].shape[1]
    seen = HIDDEN * (GLANCES + 1) + size

    def start(rows: int, columns: int, scale: float) -> Any:
        return tf.Variable((rng.standard_normal((rows, columns)) * scale).astype(np.float32))

    variables = {
        "in": start(size, HIDDEN, float(np.sqrt(2 / size))),
        "in_bias": tf.Variable(tf.zeros(HIDDEN)),
        "look": start(HIDDEN, GLANCES, 0.1),
        "clear": start(seen, 1, 0.02),
        "clear_bias": tf.Variable(tf.zeros(1)),
        "kind": start(seen, kinds, 0.02),
        "kind_bias": tf.Variable(tf.zeros(kinds)),
    }
    every = list(variables.values())
    first = [tf.Variable(tf.zeros_like(v)) for v in every]
    second = [tf.Variable(tf.zeros_like(v)) for v in every]
    lengths = np.array([len(w) for w in words])
    steps = EPOCHS * -(-len(words) // BATCH)
    done = tf.Variable(0.0)
    floats = tf.TensorSpec([None])

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, size]),
            tf.TensorSpec([None, None]),
            floats,
            tf.TensorSpec([None], tf.int32),
            floats,
        ]
    )
    def step(x: Any, mask: Any, goal: Any, kind: Any, weight: Any) -> None:
        count = tf.shape(x)[0]
        with tf.GradientTape() as tape:
            x = tf.nn.dropout(x, DROPPED_INPUTS, noise_shape=[count, 1, size])
            hidden = tf.nn.relu(tf.einsum("btd,dh->bth", x, variables["in"]) + variables["in_bias"])
            hidden = tf.nn.dropout(hidden, DROPPED)
            look = tf.einsum("bth,hg->btg", hidden, variables["look"]) - 1e9 * (1 - mask)[:, :, None]
            glances = tf.einsum("btg,bth->bgh", tf.nn.softmax(look, axis=1), hidden)
            strongest = tf.reduce_max(hidden * mask[:, :, None], axis=1)
            average = tf.reduce_sum(x * mask[:, :, None], axis=1) / tf.reduce_sum(mask, axis=1, keepdims=True)
            all_seen = tf.concat([tf.reshape(glances, [count, HIDDEN * GLANCES]), strongest, average], axis=1)
            all_seen = tf.nn.dropout(all_seen, DROPPED)
            sign = (all_seen @ variables["clear"] + variables["clear_bias"])[:, 0]
            loss = tf.reduce_mean(weight * tf.nn.sigmoid_cross_entropy_with_logits(goal, sign))
            which = all_seen @ variables["kind"] + variables["kind_bias"]
            known = tf.cast(kind >= 0, tf.float32)
            wrong = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(kind, 0), which)
            loss += KIND_WEIGHT * tf.reduce_mean(known * wrong)
        gradients = tape.gradient(loss, every)
        done.assign_add(1.0)
        rate = RATE * tf.minimum(1.0, done / 50) * (1 - done / (steps + 1.0))
        for value, gradient, m, v in zip(every, gradients, first, second):  # AdamW
            m.assign(0.9 * m + 0.1 * gradient)
            v.assign(0.99 * v + 0.01 * gradient * gradient)
            move = (m / (1 - 0.9**done)) / (tf.sqrt(v / (1 - 0.99**done)) + 1e-8)
            value.assign_sub(rate * (move + (DECAY * value if len(value.shape) > 1 else 0.0)))

    goal = (clear * (1 - 2 * SMOOTHING) + SMOOTHING).astype(np.float32)
    for _ in range(EPOCHS):
        for rows in _batches(lengths, rng):
            x = np.zeros((len(rows), lengths[rows].max(), size), np.float32)
            mask = np.zeros(x.shape[:2], np.float32)
            for at, row in enumerate(rows):
                x[at, : lengths[row]] = (words[row] - mean) / spread
                mask[at, : lengths[row]] = 1
            mask *= rng.random(mask.shape) > 0.1 * rng.random((len(rows), 1))  # leave out a few words
            mask[:, 0] = 1
            step(x, mask, goal[rows], kind[rows].astype(np.int32), weight[rows].astype(np.float32))
    kept = {name: v.numpy() for name, v in variables.items() if not name.startswith("kind")}
    return Head({"mean": mean, "spread": spread, **kept})
