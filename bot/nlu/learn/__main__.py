"""./run learn: learn from data/messages what a message is about, and write it to bot/nlu/learnt/."""

from __future__ import annotations

import hashlib
import io
import json
import sys
import time
from typing import Any, Iterable, Sequence

import numpy as np
from scipy.sparse import hstack
from sklearn.feature_extraction.text import CountVectorizer

from bot.nlu import understanding as reading
from bot.nlu.learn import fit, measure, questions
from bot.nlu.learn.messages import fingerprint, messages, phrases
from knowledge import clock, place
from knowledge.encoder import WEIGHTS, shared_encoder

PROBES = 40  # messages whose scores are kept, to see later that code and weights still belong together
CACHE = "learn-vectors.npz"


def main() -> int:
    """Learn, measure on writers left out, write; with the word `questions` only what the questions of guides teach."""
    if sys.argv[1:] == ["questions"]:
        learn_questions()
        return 0
    started = time.monotonic()
    left_out, found = figures()
    write(left_out, fit.Heads.fit(left_out.every, left_out.marks), found)
    step(f"written: {reading.WEIGHTS.stat().st_size / 1e6:.1f} MB", started)
    learn_questions()
    return 0


def learn_questions() -> None:
    """Learn which question of a guide is put, and print how often that is right for a phrasing left out."""
    started = time.monotonic()
    for name, value in questions.learn(embed).items():
        step(f"the right question of a guide first, {name}: {value:.1%}", started)


def figures() -> tuple[measure.LeftOut, dict[str, Any]]:
    """Learn from all writers but one, each in turn, and print how well that reads the one; nothing is written."""
    started = time.monotonic()
    corpus = fit.Corpus.of([*messages(), *phrases()], embed)
    step(f"{len(messages())} messages and {len(phrases())} phrases read", started)
    left_out = measure.LeftOut.of(corpus)
    step("learnt from all writers but one, each in turn", started)
    found = measure.every(left_out)
    measure.show(found)
    return left_out, found


def step(text: str, started: float) -> None:
    print(f"[{time.monotonic() - started:4.0f} s] {text}", flush=True)


def embed(texts: Sequence[str]) -> np.ndarray:
    """The meanings of texts; those read before are kept in a file, and what is new is read with its progress shown."""
    path = place.home() / CACHE
    held = _held(path)
    missing = sorted({t for t in texts if t not in held}, key=len)
    encoder = shared_encoder(place.home())
    for start in range(0, len(missing), 640):
        some = missing[start : start + 640]
        held.update(zip(some, encoder(some)))
        if sys.stdout.isatty():
            print(
                f"\r  {start + len(some)} of {len(missing)} sentences read", end="\n" if some[-1] is missing[-1] else ""
            )
    if missing:
        order = list(held)
        np.savez(path, texts=np.array("\x00".join(order)), vectors=np.stack([held[t] for t in order]))
    return np.stack([held[t] for t in texts])


def _held(path: Any) -> dict[str, np.ndarray]:
    if not path.exists():
        return {}
    with np.load(path, allow_pickle=False) as kept:
        return dict(zip(str(kept["texts"]).split("\x00"), kept["vectors"]))


def write(left_out: measure.LeftOut, heads: fit.Heads, figures: dict[str, Any]) -> None:
    """Write weights and card."""
    corpus = left_out.every
    asking = fit.Asking.fit(messages())
    scores, marks, learnt_from = left_out.scores, left_out.marks, left_out.corpus.messages
    kept = io.BytesIO()
    np.savez_compressed(
        kept,
        words=np.array("\n".join(_ordered(heads.features.words.vocabulary_))),
        letters=np.array("\n".join(_ordered(heads.features.letters.vocabulary_))),
        words_idf=heads.features.words.idf_.astype(np.float16),
        letters_idf=heads.features.letters.idf_.astype(np.float16),
        centre=heads.features.centre.astype(np.float16),
        turn=heads.features.turn.astype(np.float16),
        **reading.packed("meanings", heads.dense),
        **reading.packed("shares", heads.shares),
        **_terms(corpus.texts, heads.features),
        start=heads.start.astype(np.float16),
        asking=np.array("\n".join(asking.weights)),
        asking_weights=np.array(list(asking.weights.values()), np.float16),
    )
    reading.LEARNT.mkdir(exist_ok=True)
    reading.WEIGHTS.write_bytes(kept.getvalue())
    card: dict[str, Any] = {
        "command": "./run learn",
        "learnt_on": clock.today().isoformat(),
        "fingerprint": fingerprint(),
        "checksum": hashlib.sha256(kept.getvalue()).hexdigest(),
        "encoder": WEIGHTS,
        "messages": {w: int((corpus.writers == w).sum()) for w in sorted({m.writer for m in messages()})},
        "figures": figures,
        "columns": heads.ends(),
        "needs": {
            "ids": marks.needs,
            "chance": left_out.chance,
            "asked_by": fit.asked_by(learnt_from, marks),
        },
        "role": {
            "names": marks.roles,
            "sharpness": fit.role_sharpness(scores["role"], learnt_from, marks),
        },
        "acts": {"names": marks.acts, "chance": fit.act_chances(left_out.every_act, corpus.messages, marks)},
        "situation": {"values": trusted(fit.thresholds(scores["situation"], learnt_from, marks), figures)},
        "asks": {"from": asking.least},
    }
    card["probes"] = _probes(corpus, dict(np.load(io.BytesIO(kept.getvalue()))), card)
    reading.CARD.write_text(json.dumps(card, indent=1) + "\n", encoding="utf-8")


def trusted(labels: list[dict[str, Any]], figures: dict[str, Any]) -> list[dict[str, Any]]:
    """The values of facts that were right often enough where points were set and tried on different writers."""
    found = figures["situation"]
    return [each for each in labels if found.get(each["fact"], [0.0])[0] >= fit.EACH_PRECISION]


def _terms(texts: Sequence[str], features: fit.Features) -> dict[str, np.ndarray]:
    """Which words and letter groups each message has, as gaps between their columns, and how often."""
    views = (
        (reading.WORDS, features.words.vocabulary_),
        (reading.LETTERS, features.letters.vocabulary_),
    )
    counts = hstack([CountVectorizer(vocabulary=v, **options).fit_transform(texts) for options, v in views], "csr")
    counts.sort_indices()
    gaps = np.diff(counts.indices, prepend=0)
    starts = counts.indptr[:-1][np.diff(counts.indptr) > 0]
    gaps[starts] = counts.indices[starts]
    return {
        "gaps": np.ascontiguousarray(gaps.astype("<u4").view(np.uint8).reshape(-1, 4).T),
        "counts": np.minimum(counts.data, 255).astype(np.uint8),
        "sizes": np.diff(counts.indptr).astype(np.uint16),
    }


def _ordered(vocabulary: dict[str, int]) -> Iterable[str]:
    return sorted(vocabulary, key=lambda word: vocabulary[word])


def _probes(corpus: fit.Corpus, weights: dict[str, np.ndarray], card: dict[str, Any]) -> list[list[Any]]:
    """Some messages with their likeliest need and its chance, as read from what was written."""
    learnt = reading.Understanding(weights, card)
    some = corpus.messages[:: max(len(corpus.messages) // PROBES, 1)]
    return [[m.text, *learnt.read(m.text)["needs"][0]] for m in some]


if __name__ == "__main__":
    sys.exit(main())
