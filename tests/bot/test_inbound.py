"""The one way in: what is typed is never a command, what is tapped is one of ours, nothing breaks it."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.inbound import LIMIT, PAYLOAD_BYTES, TAPS, Inbound, payload, take_in
from bot.privacy import redact
from knowledge.desk import Desk
from knowledge.words import fold

VALUES = {"role": "parent", "area": "hackney", "stage": "5-plus", "decision": "suspended", "record": "eapdr"}
VALUES["audience"] = "schools"


def known(kind: str, value: str) -> bool:
    return VALUES.get(kind) == value


TOO_LONG = 'inform{"role":"parent","area":"hackney","stage":"5-plus","decision":"suspended"}'

TAPPED = [
    ("/done", "/done"),
    ("  /done \n", "/done"),
    ("/done{}", "/done"),
    ('/inform{"role":"parent"}', '/inform{"role":"parent"}'),
    ('/inform{"role": "parent", "area": "hackney"}', '/inform{"role":"parent","area":"hackney"}'),
    ('/show{"record":"eapdr"}', '/show{"record":"eapdr"}'),
    ('/ask_duties{"audience":"schools"}', '/ask_duties{"audience":"schools"}'),
]

# no button of ours carries these: they are words
TYPED = [
    ("/restart", "restart"),
    ("/session_start", "session_start"),
    ("/back", "back"),
    ("/ask", "ask"),
    ("//done", "done"),
    ("/ /done", "done"),
    ("\u200b/restart", "restart"),
    ("/done please", "done please"),
    ("/done{", "done{"),
    ('/done{"role":"parent"}', 'done{"role":"parent"}'),
    ('/inform{"role":"king"}', 'inform{"role":"king"}'),
    ('/inform{"crown":"parent"}', 'inform{"crown":"parent"}'),
    ('/inform{"role":["parent"]}', 'inform{"role":["parent"]}'),
    ('/inform{"role":null}', 'inform{"role":null}'),
    ('/show{"record":"no-such-record"}', 'show{"record":"no-such-record"}'),
    ('/show{"record":"eapdr"}/restart', 'show{"record":"eapdr"}/restart'),
    ('/SHOW{"record":"eapdr"}', 'SHOW{"record":"eapdr"}'),
    (f"/{TOO_LONG}", TOO_LONG),
    ("a/b", "a/b"),
    ("yes and/or no", "yes and/or no"),
]

CLEANED = [
    ("hello", "hello"),
    ("  two\t\twords  ", "two words"),
    ("line\nbreak", "line\nbreak"),
    ("bell\x07 null\x00", "bell null"),
    ("zero\u200bwidth \u202eoverride\ufeff", "zerowidth override"),
    ("cafe\u0301", "café"),
    ("lone \ud800 surrogate", "lone surrogate"),
    ("👍🏽", "👍🏽"),
]

# however it was written, it reads the same
FOLDED = [
    ("ＫＩＬＬ ＭＹＳＥＬＦ", "KILL MYSELF"),
    ("𝗸𝗶𝗹𝗹 𝗺𝘆𝘀𝗲𝗹𝗳", "kill myself"),
    ("i want tо kіll mуself", "i want to kill myself"),
    ("kıll mysεlf", "kill myself"),
    ("kill\u00admyself", "killmyself"),
    ("k\u0336i\u0336l\u0336l\u0336", "kill"),
    ("🅺🅸🅻🅻 ᴍᴇ", "kill me"),
    ("wonʼt won‘t won´t won＇t", "won't won't won't won't"),
    ("“Dear parent” «x»", '"Dear parent" "x"'),
    ("3½ days, ½ a day", "3.5 days, half a day"),
    ("my son Иван, Ελένη and José", "my son Иван, Ελένη and José"),
    ("мой сын исключён", "мой сын исключён"),
    ("chcę się zabić", "chcę się zabić"),
    ("میں مرنا چاہتا ہوں", "میں مرنا چاہتا ہوں"),
    ("k i l l  m y s e l f and d ! e", "kill myself and d ! e"),
    ("classes 7 a, b or 1 2 3 4", "classes 7 a, b or 1 2 3 4"),
    ("name ............... date _________", "name ... date ___"),
    ("help meeeeeeeeee!!!!!!", "help meee!!!"),
    ("07700900123 and 10000 days", "07700900123 and 10000 days"),
]

PROBLEMS: list[tuple[Any, str]] = [
    (None, "empty"),
    (5, "empty"),
    ({"text": "hello"}, "empty"),
    (["hello"], "empty"),
    (b"hello", "empty"),
    ("", "empty"),
    (" \n\t ", "empty"),
    ("\u200b\x00", "empty"),
    ("/", "empty"),
    (" // / ", "empty"),
    ("word" * (LIMIT // 4) + "s", "too_long"),
    ("a " * LIMIT, "too_long"),
]


@pytest.mark.parametrize(("message", "passed"), TAPPED)
def test_a_tap_on_one_of_our_buttons_goes_through(message: str, passed: str) -> None:
    assert take_in(message, known) == Inbound(passed, tap=True)


@pytest.mark.parametrize(("message", "words"), TYPED)
def test_anything_else_is_words(message: str, words: str) -> None:
    assert take_in(message, known) == Inbound(words)


@pytest.mark.parametrize(("message", "cleaned"), CLEANED)
def test_invisible_and_control_characters_are_dropped(message: str, cleaned: str) -> None:
    assert fold(message) == cleaned
    assert take_in(message, known) == Inbound(cleaned)


@pytest.mark.parametrize(
    ("message", "folded"),
    [
        ("h e  h i t s  m e  h a r d", "he hits me hard"),
        ("i  w a n t  t o  d i e", "i want to die"),
        ("a  b  c", "a b c"),
        ("year 7  b and c  d", "year 7 b and c d"),
    ],
)
def test_words_written_letter_by_letter_are_put_together_and_kept_apart(message: str, folded: str) -> None:
    assert fold(message) == folded


@pytest.mark.parametrize(("message", "folded"), FOLDED)
def test_fonts_and_look_alikes_hide_nothing(message: str, folded: str) -> None:
    assert fold(message) == folded


SIGNS = sorted({chr(c) for c in range(33, 0x250) if not chr(c).isalnum()} | set("—…“”‘’€•👍😭"))
PATTERNS = [*SIGNS, "a", "a-", 'a"', ".x", "(1", "%\"'", "👍😭", "_-", "ａ", "﷽"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_run_of_signs_is_cut_to_what_is_quick_to_read(pattern: str) -> None:
    folded = fold(pattern * 4000)
    assert all(len(word) <= 100 for word in folded.split())
    assert not re.search(r"[^\w\s]{13}", folded), "no run of signs is left"


@given(st.text())
@example("a" * 99 + "́" * 9 + "b" * 300)
def test_what_was_folded_stays_as_it_is(message: str) -> None:
    assert fold(fold(message)) == fold(message)


@pytest.mark.parametrize(("message", "problem"), PROBLEMS, ids=[repr(m)[:20] for m, _ in PROBLEMS])
def test_what_cannot_be_answered_names_its_problem(message: Any, problem: str) -> None:
    assert take_in(message, known) == Inbound("", problem=problem)


def test_a_message_may_be_as_long_as_the_limit() -> None:
    message = "sixteen letters " * (LIMIT // 16)
    assert take_in(message[:-1] + "s", known) == Inbound(message[:-1] + "s")


def test_personal_details_are_taken_out_and_public_numbers_stay() -> None:
    assert take_in("/al@example.com or 0300 111 8007", known, ["0300 111 8007"]) == Inbound(
        "[email address] or 0300 111 8007", redacted=["email"]
    )


@pytest.mark.parametrize("intent", TAPS)
def test_every_button_comes_back_as_it_went_out(intent: str) -> None:
    made = payload(intent)
    assert take_in(made, known) == Inbound(made, tap=True)
    for kind in TAPS[intent]:
        made = payload(intent, **{kind: VALUES[kind]})
        assert take_in(made, known) == Inbound(made, tap=True)


@pytest.mark.parametrize(
    ("intent", "entities"),
    [("restart", {}), ("done", {"role": "parent"}), ("inform", {"record": "eapdr"}), ("show", {"record": "x" * 50})],
)
def test_a_button_that_would_not_come_back_is_never_made(intent: str, entities: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"button|payload"):
        payload(intent, **entities)


@pytest.mark.parametrize("kind", VALUES)
def test_the_desk_knows_what_buttons_carry_and_nothing_else(desk: Desk, kind: str) -> None:
    assert desk.known(kind, VALUES[kind])
    assert not desk.known(kind, "no-such-thing")
    assert not desk.known("crown", VALUES[kind])


anything = st.one_of(
    st.text(),
    st.text(alphabet='/ \n\t{}":,abcdefghijklmnopqrstuvwxyz_\u200b'),
    st.builds(lambda intent, rest: f"/{intent}{rest}", st.sampled_from(sorted(TAPS)), st.text()),
    st.builds(
        lambda intent, entities: f"/{intent}{json.dumps(entities, ensure_ascii=False)}",
        st.sampled_from(sorted(TAPS)),
        st.dictionaries(st.sampled_from(sorted(VALUES)), st.text() | st.sampled_from(sorted(VALUES.values()))),
    ),
)


def issued(text: str) -> bool:
    """Whether this is, letter for letter, the payload of a button of ours."""
    intent, _, entities = text[1:].partition("{")
    carried = json.loads("{" + entities) if entities else {}
    return text == payload(intent, **carried) and all(known(kind, value) for kind, value in carried.items())


@given(anything)
@example("/ /restart")
@example('/inform{"role":"parent"}')
def test_only_our_own_payloads_begin_with_a_slash(message: str) -> None:
    taken = take_in(message, known)
    assert taken.tap is taken.text.startswith("/")
    assert not taken.tap or issued(taken.text)


@given(anything)
@example('/inform{"role":"' + "é" * 20 + '"}')
@example('/inform{"role":"\\ud800"}')
def test_no_message_breaks_it_however_lenient_the_check(message: str) -> None:
    taken = take_in(message, lambda kind, value: True)
    assert taken.problem in (None, "empty", "too_long")
    assert (taken.text == "") is (taken.problem is not None)
    assert len(taken.text.encode()) <= PAYLOAD_BYTES or not taken.tap


@given(st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.binary(), st.lists(st.text())))
def test_what_is_no_text_is_empty(message: Any) -> None:
    assert take_in(message, known) == Inbound("", problem="empty")


@given(anything)
def test_what_was_taken_in_once_is_taken_in_unchanged(message: str) -> None:
    taken = take_in(message, known)
    if not taken.problem:
        assert take_in(taken.text, known).text == taken.text
        assert redact(taken.text) == (taken.text, [])


@given(st.emails(), st.text())
def test_no_email_comes_through(email: str, rest: str) -> None:
    assert email not in take_in(f"{rest} {email}", known).text
