"""A message in clauses, and what the trained part learns from."""

from __future__ import annotations

import itertools

import pytest

from bot.nlu.clauses import STRETCH, pairs, spans, stretches
from bot.nlu.crisis import KINDS
from bot.nlu.danger import written
from knowledge.words import plain


def clauses(text: str) -> list[str]:
    return [text[start:end].strip() for start, end in spans(text)]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("he was sent home. what now?", ["he was sent home", "what now"]),
        ("he hits her and she hides in the shed", ["he hits her", "and she hides in the shed"]),
        ("dad hits me and runs", ["dad hits me and runs"]),
        ("hi", ["hi"]),
        ("", []),
        ("?!", []),
    ],
)
def test_a_message_is_read_in_its_clauses(text: str, parts: list[str]) -> None:
    assert clauses(text) == parts


def test_what_runs_on_without_a_stop_is_read_in_overlapping_parts() -> None:
    text = " ".join(f"word{i}" for i in range(60))
    found = spans(text)
    assert len(found) > 2
    assert all(two[0] < one[1] for one, two in itertools.pairwise(found))
    assert found[-1][1] == len(text)


def test_neighbouring_clauses_are_read_together_too() -> None:
    text = "he came home late. he was bleeding"
    assert [text[start:end] for start, end in pairs(spans(text), text)] == [text]


def test_a_long_message_is_cut_between_clauses_and_nothing_of_it_is_lost() -> None:
    text = " ".join(f"this is what happened on day {i} of it." for i in range(40))
    parts = stretches(text)
    assert len(parts) > 1
    assert all(len(part.text.split()) <= STRETCH for part in parts)
    assert all(text[part.start :].startswith(part.text) for part in parts)
    read = {part.text[start:end].strip() for part in parts for start, end in part.spans}
    assert {f"this is what happened on day {i} of it" for i in range(40)} == read


def test_every_message_written_for_the_detector_has_its_kinds_and_the_words_that_show_them() -> None:
    examples = written()
    danger = [example for example in examples if example.kinds]
    assert len(danger) >= 700
    assert len(examples) - len(danger) >= 900
    for example in danger:
        assert set(example.kinds) <= set(KINDS.values()), example.text
        assert {kind for kind, _ in example.marks} == set(example.kinds), example.text
        for _, words in example.marks:
            assert words in plain(example.text), words
