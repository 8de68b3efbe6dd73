"""A message from which personal details were taken is answered as it would have been, and the person is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

from bot import inbound
from bot.privacy import redact
from tests.conftest import Conversation
from tests.eval.personal import Case

PLANTED = YAML(typ="safe").load((Path(__file__).parent.parent / "privacy" / "planted.yml").read_text(encoding="utf-8"))


def answer(message: dict[str, Any]) -> tuple[str, list[str]]:
    return message["custom"]["status"], sorted(message["custom"].get("records") or [])


def test_what_was_left_out_changes_answers_less_than_the_words_did(
    talk: Callable[[], Conversation], monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [(plain, Case.of(marked).text) for plain, marked in PLANTED]
    assert len(cases) == 60
    expected = [answer(talk()(plain)) for plain, _ in cases]
    left_out = [answer(talk()(written)) for _, written in cases]
    monkeypatch.setattr(inbound, "redact", lambda text, numbers=(): (text, []))
    as_written = [answer(talk()(written)) for _, written in cases]

    def same(answers: list[tuple[str, list[str]]]) -> int:
        return sum(a == b for a, b in zip(answers, expected))

    assert same(left_out) >= same(as_written)
    neither = [c for c, a, b, e in zip(cases, left_out, as_written, expected) if a[0] not in (b[0], e[0])]
    assert len(neither) <= 3, neither


@pytest.mark.parametrize(
    ("typed", "note"),
    [
        ("my son tyler got suspended", "I left out the name you typed. That is not kept."),
        (
            "my son tyler, dob 12/03/2011, ring 07700 900123",
            "I left out the name, date of birth and phone number you typed.",
        ),
    ],
)
def test_the_person_is_told_what_was_left_out(say: Conversation, typed: str, note: str) -> None:
    assert note in say(typed)["text"]


def test_a_name_is_in_no_event_of_the_conversation(say: Conversation, agent: Any, loop: Any) -> None:
    say("my son tyler got suspended in hackney, his head is Mrs Okonkwo")
    tracker = loop.run_until_complete(agent.tracker_store.retrieve(say.sender))
    kept = str([event.as_dict() for event in tracker.events]).lower()
    assert "suspended" in kept
    assert "tyler" not in kept
    assert "okonkwo" not in kept


def test_every_planted_detail_is_found() -> None:
    for _, marked in PLANTED:
        case = Case.of(marked)
        assert redact(case.text)[1], marked
