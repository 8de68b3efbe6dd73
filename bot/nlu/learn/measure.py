"""How well needs, roles and values are found in messages of a writer who was not learnt from."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from bot.nlu import understanding as reading
from bot.nlu.learn import fit
from bot.nlu.learn.messages import Written, needs
from knowledge.terms import Bm25
from knowledge.words import plain

LENGTHS = {"up to 15 words": (0, 15), "16 to 50": (16, 50), "more": (51, 10**6)}
Figures = dict[str, Any]


@dataclasses.dataclass
class LeftOut:
    """Every message's scores by heads that learnt from the other writers, and by plain search."""

    every: fit.Corpus  # with phrases that have no need
    corpus: fit.Corpus
    marks: fit.Marks
    scores: dict[str, np.ndarray]
    every_act: np.ndarray
    chance: list[float]
    idle: np.ndarray  # the chance of the likeliest need of each phrase that has none

    @classmethod
    def of(cls, corpus: fit.Corpus) -> LeftOut:
        marks = fit.Marks.of(corpus.messages)
        scores = fit.left_out(corpus, marks)
        by_role = fit.by_role(scores, corpus.messages, marks)
        chance = fit.need_chance(by_role, corpus.messages, marks)
        asking = np.array([bool(m.needs) for m in corpus.messages])
        idle = reading.need_chances(by_role[~asking], chance)[:, :-1].max(axis=1, initial=0.0)
        own = {name: rows[asking] for name, rows in scores.items()}
        return cls(corpus, corpus.some(np.flatnonzero(asking)), marks, own, scores["acts"], chance, idle)

    def needs(self) -> dict[str, Figures]:
        """For each way of finding them: the share of messages with a marked need first, among two, among three."""
        ways = {
            "learnt": fit.by_role(self.scores, self.corpus.messages, self.marks),
            "learnt, role known": fit.by_role(self.scores, self.corpus.messages, self.marks, known=True),
            "learnt, without roles": self.scores["needs"],
            "nearest message (frozen)": nearest(self.corpus, self.marks),
            "BM25 over what needs ask": by_title(self.corpus, self.marks),
        }
        return {name: self._found(scores) for name, scores in ways.items()}

    def _found(self, scores: np.ndarray) -> Figures:
        messages = self.corpus.messages
        best = np.argsort(-scores[:, : len(self.marks.needs) - 1], axis=1)[:, :3]
        hits = np.array([[self.marks.needs[i] in m.needs for i in row] for row, m in zip(best, messages)])
        shares = np.stack([hits[:, :n].any(axis=1) for n in (1, 2, 3)], axis=1)
        lengths = np.array([len(m.text.split()) for m in messages])
        found = {"all": _share(shares)}
        found |= {f"writer {w}": _share(shares[self.corpus.writers == w]) for w in sorted(set(self.corpus.writers))}
        found |= {name: _share(shares[(lengths >= a) & (lengths <= b)]) for name, (a, b) in LENGTHS.items()}
        return found

    def chances(self) -> list[tuple[str, float, float]]:
        """Reliability: of the first needs with a chance in a range, their number, mean chance, share that is marked."""
        scores = fit.by_role(self.scores, self.corpus.messages, self.marks)
        chance = reading.need_chances(scores, self.chance)
        chance = chance[:, :-1]
        first = chance.argmax(axis=1)
        right = np.array([self.marks.needs[i] in m.needs for i, m in zip(first, self.corpus.messages)])
        top = chance.max(axis=1)
        rows = []
        for low in np.arange(0, 1, 0.2):
            inside = (top >= low) & (top < low + 0.2)
            if inside.any():
                rows.append((f"{inside.sum()}", float(top[inside].mean()), float(right[inside].mean())))
        return rows

    def roles(self) -> Figures:
        """The share of messages whose role is found, by writer; and of those whose chance is at least 0.7."""
        messages, marks, found = self.corpus.messages, self.marks, {}
        sharpness = fit.role_sharpness(self.scores["role"], messages, marks)
        chances = reading.softmax(self.scores["role"] * sharpness)
        right = np.array([marks.roles[i] == m.role for i, m in zip(chances.argmax(axis=1), messages)])
        known = np.array([m.role in marks.roles for m in messages])
        sure = known & (chances.max(axis=1) >= 0.7)
        for name, rows in self._groups().items():
            found[name] = [_mean(right[rows & known]), _mean(right[rows & sure]), _mean(sure[rows & known])]
        return found

    def acts(self) -> Figures:
        """Precision and recall of each act at an even chance."""
        found = {}
        curves = fit.act_chances(self.every_act, self.every.messages, self.marks)
        for column, act in enumerate(self.marks.acts):
            a, b = curves[column]
            told = reading.sigmoid(a * self.every_act[:, column] + b) >= 0.5
            found[act] = _precision(told, np.array([act in m.acts for m in self.every.messages]))
        return found

    def situation(self) -> Figures:
        """Precision and recall of values; the points from which they are told come from the other writers alone."""
        told: dict[str, list[int]] = {}
        unmarked = fit.silent(self.corpus.messages)
        messages, scores, writers = self.corpus.messages, self.scores["situation"], self.corpus.writers
        for writer in sorted(set(writers)):
            own, others = np.flatnonzero(writers == writer), np.flatnonzero(writers != writer)
            labels = fit.thresholds(scores[others], [messages[i] for i in others], self.marks)
            for i in own:
                values = [v for v in reading.told(scores[i], labels) if (writer, v["fact"]) not in unmarked]
                count_values(messages[i], values, told)
        return {name: [n[0] / max(n[0] + n[1], 1), n[0] / max(n[2], 1), *n] for name, n in sorted(told.items())}

    def asks(self) -> Figures:
        """The share of messages in which the part that asks is found: most of its words, or rightly nothing."""
        found: dict[str, list[float]] = {}
        for writer in sorted(set(self.corpus.writers)):
            others = [m for m in self.corpus.messages if m.writer != writer]
            asking = fit.Asking.fit(others)
            for m in self.corpus.messages:
                if m.writer == writer:
                    told = reading.asking_part(m.text, asking.weights, asking.least)
                    for name in ("all", f"writer {writer}"):
                        found.setdefault(name, []).append(float(same(told, m.asks)))
        return {name: _mean(np.array(hits)) for name, hits in sorted(found.items())}

    def _groups(self) -> dict[str, np.ndarray]:
        writers = self.corpus.writers
        every = {"all": np.ones(len(writers), bool)}
        return every | {f"writer {w}": writers == w for w in sorted(set(writers))}


def count_values(m: Written, values: list[dict[str, Any]], told: dict[str, list[int]]) -> None:
    """Add to right, wrong and marked of each fact."""
    marked = {label for label in m.facts if fit.has_head(label[0])}
    for label in values:
        right = (label["fact"], label["value"], label["state"]) in marked
        for name in ("all", f"writer {m.writer}", label["fact"]):
            told.setdefault(name, [0, 0, 0])[0 if right else 1] += 1
    for fact, _, _ in marked:
        for name in ("all", f"writer {m.writer}", fact):
            told.setdefault(name, [0, 0, 0])[2] += 1


def same(told: str, marked: str) -> bool:
    """Whether two parts of a message share most of their words."""
    one, two = plain(told).split(), plain(marked).split()
    if not one or not two:
        return not one and not two
    both = len(set(one) & set(two))
    return both >= 0.5 * min(len(set(one)), len(set(two)))


def nearest(corpus: fit.Corpus, marks: fit.Marks) -> np.ndarray:
    """Each need by its nearest message of another writer: the encoder as it comes, nothing learnt."""
    vectors = reading.unit(corpus.whole)
    scores = np.full((len(vectors), len(marks.needs)), -1.0, np.float32)
    for writer in set(corpus.writers):
        own, others = (np.flatnonzero((corpus.writers == writer) == mine) for mine in (True, False))
        near = vectors[own] @ vectors[others].T
        for column, need in enumerate(marks.needs):
            having = [k for k, i in enumerate(others) if need in corpus.messages[i].needs]
            scores[own, column] = near[:, having].max(axis=1) if having else -1
    return scores


def by_title(corpus: fit.Corpus, marks: fit.Marks) -> np.ndarray:
    """Each need by the words of what it asks."""
    index = Bm25([plain(needs().get(need, need)) for need in marks.needs])
    scores = np.zeros((len(corpus.messages), len(marks.needs)), np.float32)
    for row, text in enumerate(corpus.texts):
        columns, values = index(text)
        scores[row] = index.rows[:, columns] @ values
    return scores


def _share(hits: np.ndarray) -> list[float]:
    return [_mean(hits[:, n]) for n in range(hits.shape[1])]


def _mean(values: np.ndarray) -> float:
    return round(float(values.mean()), 4) if len(values) else 0.0


def _precision(told: np.ndarray, marked: np.ndarray) -> list[float]:
    both = float((told & marked).sum())
    return [both / max(float(told.sum()), 1), both / max(float(marked.sum()), 1), int(marked.sum())]


def every(left_out: LeftOut) -> Figures:
    """All figures, as they stand on the card."""
    values = left_out.situation()
    kept = [n for fact, n in values.items() if n[0] >= fit.EACH_PRECISION and fact in fit.facts(left_out.marks)]
    right, wrong, marked = (sum(n[column] for n in kept) for column in (2, 3, 4))
    values["of facts kept"] = [right / max(right + wrong, 1), right / max(marked, 1), right, wrong, marked]
    return {
        "needs": left_out.needs(),
        "chances": left_out.chances(),
        "no need": [len(left_out.idle), *(_mean(left_out.idle >= least) for least in (0.3, 0.5, 0.7))],
        "role": left_out.roles(),
        "acts": left_out.acts(),
        "asks": left_out.asks(),
        "situation": values,
    }


def show(figures: Figures) -> None:
    """Print them."""
    print("\nneeds, by a writer not learnt from: a marked one first, among two, among three")
    for way, groups in figures["needs"].items():
        print(f"  {way}")
        for name, shares in groups.items():
            print(f"    {name:16} " + "  ".join(f"{s:6.1%}" for s in shares))
    print("chance of the first need: messages, mean chance, share right")
    for many, chance, right in figures["chances"]:
        print(f"    {many:>6}  {chance:.2f}  {right:.2f}")
    many, *shares = figures["no need"]
    likely = ", ".join(f"{least}: {share:.1%}" for least, share in zip((0.3, 0.5, 0.7), shares))
    print(f"of {many} phrases without a need, a need has at least a chance of {likely}")
    print("role: right; right where at least 0.7 sure; share so sure")
    for name, shares in figures["role"].items():
        print(f"    {name:16} " + "  ".join(f"{s:6.1%}" for s in shares))
    print("acts: precision, recall, marked")
    for act, (precision, recall, marked) in figures["acts"].items():
        print(f"    {act:16} {precision:6.1%}  {recall:6.1%}  {marked}")
    print("the part that asks: " + ", ".join(f"{name} {share:.1%}" for name, share in figures["asks"].items()))
    print("values told: precision, recall, right, wrong, marked")
    for name, (precision, recall, right, wrong, marked) in figures["situation"].items():
        print(f"    {name:24} {precision:6.1%}  {recall:6.1%}  {right:5} {wrong:4} {marked:5}")
    print()
