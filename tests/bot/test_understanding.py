"""What was learnt from messages: it belongs to data and code, and is read from every message as the contract has it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.shared.nlu.training_data.message import Message

from bot.engine import model
from bot.nlu import understanding as reading
from bot.nlu.learn import fit
from bot.nlu.learn.messages import STATES, Written, entries, files, fingerprint, messages, needs
from knowledge import clock
from knowledge.words import plain

ALIKE = 0.5  # two messages that share so many of their words in a row are one message
MEGABYTES = 10


@pytest.fixture(scope="module")
def learnt() -> reading.Understanding:
    return reading.understanding()


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    return dict(json.loads(reading.CARD.read_text()))


# ------------------------------------------------------------------------------------------------ the messages


def test_every_message_is_marked_in_words_that_exist() -> None:
    texts = set()
    for path in files():
        for entry in entries(path):
            where = f"{path.parent.name}/{path.name}: {entry['text'][:60]!r}"
            assert set(entry) == {"text", "needs", "asks", "role", "situation", "acts"}, where
            assert entry["needs"], where
            assert set(entry["needs"]) <= set(needs()), where
            assert folded(entry["asks"]) in folded(entry["text"]), where
            assert entry["text"] not in texts, f"{where} stands there twice"
            texts.add(entry["text"])


def folded(text: str) -> str:
    return re.sub(r"\s+", " ", text or "").strip()


def test_every_fact_and_value_is_one_of_the_table_of_facts() -> None:
    situation = pytest.importorskip("knowledge.situation", reason="the table of facts is not there yet")
    for m in messages():
        for fact, value, state in m.facts:
            assert state in STATES
            assert fact in situation.facts(), m.text
            values = situation.facts()[fact].values
            assert not values or value in values, f"{fact}: {value} in {m.text!r}"


def test_every_need_has_messages_of_every_writer_that_is_through() -> None:
    for writer in {m.writer for m in messages()}:
        own = [m for m in messages() if m.writer == writer]
        have = {need for m in own for need in m.needs}
        assert set(needs()) <= have or len(own) < 2050, f"{writer} has nothing for {sorted(set(needs()) - have)}"


def test_no_two_writers_have_the_same_message() -> None:
    owner: dict[str, Written] = {}
    for m in messages():
        for run in runs(m.text):
            other = owner.setdefault(run, m)
            assert other.writer == m.writer or alike(other, m) < ALIKE, f"{m.text!r} is {other.text!r}"


def runs(text: str) -> list[str]:
    """A message's runs of six words; all its words where it has no more."""
    words = re.findall(r"[a-z0-9]+", plain(text))
    return [" ".join(words[i : i + 6]) for i in range(max(len(words) - 5, 1))]


def alike(one: Written, two: Written) -> float:
    """The share of their runs that two messages have in common."""
    both = set(runs(one.text)), set(runs(two.text))
    return len(both[0] & both[1]) / len(both[0] | both[1])


# ------------------------------------------------------------------------------------- weights, data and code


def test_what_was_learnt_belongs_to_the_data_and_the_code(card: dict[str, Any]) -> None:
    assert card["fingerprint"] == fingerprint(), "data/messages or bot/nlu/learn changed: run ./run learn"


def test_the_code_still_reads_as_it_did_when_it_was_learnt(learnt: reading.Understanding, card: dict[str, Any]) -> None:
    for text, need, chance in card["probes"]:
        first = learnt.read(text)["needs"][0]
        assert first[0] == need, f"{text!r}: run ./run learn"
        assert first[1] == pytest.approx(chance, abs=0.02), f"{text!r}: run ./run learn"


def test_damaged_weights_are_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "understanding.npz"
    broken.write_bytes(reading.WEIGHTS.read_bytes()[:-1])
    monkeypatch.setattr(reading, "WEIGHTS", broken)
    reading.understanding.cache_clear()
    with pytest.raises(reading.NotLearnt, match="damaged"):
        reading.understanding()
    reading.understanding.cache_clear()


def test_what_was_learnt_is_small() -> None:
    assert sum(path.stat().st_size for path in reading.LEARNT.iterdir()) < MEGABYTES * 1e6


def test_new_weights_do_not_ask_for_a_training(monkeypatch: pytest.MonkeyPatch) -> None:
    before = model.inputs()
    counted: list[Path] = []
    read = Path.read_bytes

    def noted(path: Path) -> bytes:
        counted.append(path)
        return read(path)

    monkeypatch.setattr(Path, "read_bytes", noted)
    assert model.inputs() == before
    names = {path.relative_to(model.ROOT).as_posix() for path in counted}
    assert {"config.yml", "bot/nlu/intents.py", "data/nlu/kinds.yml"} <= names
    assert not [name for name in names if name.startswith(model.APART)]


# ------------------------------------------------------------------------------------------- what is understood


def test_a_message_is_understood_as_the_contract_has_it(learnt: reading.Understanding) -> None:
    message = Message.build("my sons been sent home again and theres no letter. is that even allowed")
    reading.MessageUnderstanding(learnt).process([message])
    understood = message.get(reading.UNDERSTOOD)
    assert "understood" in message.as_dict(only_output_properties=True)
    json.dumps(understood)
    assert set(understood) == {"role", "needs", "acts", "asks", "situation"}
    assert understood["role"][0] == "parent"
    assert len(understood["needs"]) == reading.NEEDS_TOLD
    chances = [chance for _, chance in understood["needs"]]
    assert chances == sorted(chances, reverse=True)
    assert all(0 <= chance <= 1 for chance in chances)
    assert understood["needs"][0][0] == "sent-home-no-letter"
    assert understood["asks"] == "is that even allowed"
    assert understood["acts"]["ask"] > 0.5


@pytest.mark.parametrize("text", ["?", "👍", "a", "1", "\n", "x" * 300, "why " * 900, "ß Ω", "…", "no. no. no. no."])
def test_whatever_is_written_is_read(learnt: reading.Understanding, text: str) -> None:
    understood = learnt.read(text)
    assert understood["asks"] in text
    assert np.isfinite([chance for _, chance in understood["needs"]]).all()


def test_two_needs_of_one_message_may_both_be_likely(learnt: reading.Understanding) -> None:
    two = [m for m in messages() if len(m.needs) == 2][::50]
    likely = [{need for need, chance in learnt.read(m.text)["needs"] if chance >= 0.25} for m in two]
    assert sum(set(m.needs) <= found for m, found in zip(two, likely)) > len(two) / 4


def test_who_is_known_to_write_changes_what_is_likely(learnt: reading.Understanding) -> None:
    understood = learnt.read("fourth suspension in Staffordshire, what is expected at this stage")
    by = {role: learnt.for_role(understood["needs"], understood["role"], role) for role in ("parent", "school")}
    family, school = (dict(map(tuple, by[role])) for role in ("parent", "school"))  # type: ignore[arg-type]
    assert school["staffs-school-stage"] > 0.5
    assert family["staffs-family-stage"] > school["staffs-family-stage"]
    assert family["staffs-school-stage"] <= school["staffs-school-stage"]
    assert all(0 <= chance <= 1 for needs in by.values() for _, chance in needs)
    assert learnt.for_role(understood["needs"], understood["role"], "nobody") == understood["needs"]


@pytest.mark.parametrize("text", ["hi", "thanks", "ok", "no", "who won the football", "im a TA", "can you hear me"])
def test_what_needs_no_answer_has_no_likely_need(learnt: reading.Understanding, text: str) -> None:
    assert learnt.read(text)["needs"][0][1] < 0.3


def test_what_the_card_tells_was_measured_on_writers_left_out(card: dict[str, Any]) -> None:
    found = card["figures"]["needs"]
    first, _, three = found["learnt"]["all"]
    assert first > found["nearest message (frozen)"]["all"][0] + 0.2
    assert first > found["BM25 over what needs ask"]["all"][0] + 0.2
    assert three > first
    assert set(card["messages"]) == {m.writer for m in messages()}
    assert card["learnt_on"] <= clock.today().isoformat()


def test_what_is_kept_reads_as_what_was_fitted(learnt: reading.Understanding) -> None:
    rows = np.random.default_rng(0).standard_normal((50, 9)).astype(np.float32)
    kept = reading.unpacked(reading.packed("rows", rows), "rows")
    assert np.abs(kept - rows).max() < np.abs(rows).max() / 200
    m = messages()[100]
    views = learnt.views(m.text)
    own = learnt._terms(views.columns, views.values)[100]
    assert own == pytest.approx(reading.VIEWS["words"] + reading.VIEWS["letters"], abs=0.01)
    assert (learnt._meanings @ views.meaning)[100] == pytest.approx(views.meaning @ views.meaning, abs=0.02)


def test_heads_learn_what_they_are_shown() -> None:
    rng = np.random.default_rng(0)
    written = [
        Written(writer, f"{word} {n}", (need,), "", "parent", frozenset({"ask"}), frozenset({("letter", value, "is")}))
        for n in range(12)
        for writer in ("one", "two")
        for word, need, value in (("panel", "ask-for-a-review", "yes"), ("lunch", "sent-home-at-lunchtime", "none"))
    ]
    corpus = fit.Corpus.of(written, lambda texts: rng.standard_normal((len(texts), 384)).astype(np.float32))
    marks = fit.Marks.of(written)
    scores = fit.left_out(corpus, marks)
    first = [marks.needs[i] for i in scores["needs"].argmax(axis=1)]
    assert first == [m.needs[0] for m in written]
    labels = fit.thresholds(scores["situation"], written, marks)
    assert {(label["value"], label["right"] >= fit.PRECISION) for label in labels} == {("yes", True), ("none", True)}


def test_the_values_told_are_those_that_the_heads_stand_for(
    learnt: reading.Understanding, card: dict[str, Any]
) -> None:
    every = [(m, learnt.read(m.text)["situation"]) for m in messages()[::80]]
    right = [(fact, *told[:2]) in m.facts for m, values in every for fact, told in values.items()]
    assert len(right) > 15
    assert sum(right) / len(right) > 0.8
    assert {label["right"] >= fit.PRECISION for label in card["situation"]["values"]} == {True}
