"""Which words of a message are its writer's own."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from knowledge.desk import Desk
from knowledge.letters import of_self, own_words

# a message, and what of it is the writer's own
MESSAGES = [
    ("Dear parent, we have suspended Sam. I am the headteacher. What must the letter say?", ""),
    ("Dear Parents and Carers\nWe are a school that cares.\nYours sincerely\nMrs Smith, Headteacher", ""),
    (
        "Dear Headteacher: I'm his mum and I object.\n\nKind regards,\nAnna\n\nIs that a good letter?",
        "Is that a good letter?",
    ),
    ("Dear Mr Jones,\nYour son has been suspended.\n\nCan they do that?", "Can they do that?"),
    ("We got this. Dear parent, I am the head of year.", "We got this."),
    ("To the parents of Sam:\nI am the deputy head.", ""),
    ("Hi parents, I'm the SENCO.", ""),
    ("To whom it may concern: I am his social worker.", ""),
    ("> I am the headteacher\nwhat does that mean?", "what does that mean?"),
    ('she wrote "I am the safeguarding lead here" what is that?', "she wrote   what is that?"),
    ("she wrote “I am the safeguarding lead here” what is that?", "she wrote   what is that?"),
    ("is this right?\n---------- Forwarded message ---------\nFrom: Head\nI am the head.", "is this right?"),
    ("is this right?\nOn Mon, 3 Mar 2025 at 10:12, Office <o@s.example> wrote:\nI am the head.", "is this right?"),
    ("is this right?\nFrom: Office\nSent: Monday\nI am the head.", "is this right?"),
    # the writer's own, and whole
    ("I'm his mum, what now?", "I'm his mum, what now?"),
    ("Dear team, I am a governor.", "I am a governor."),
    ("Dear Sir/Madam, I am the mother of a boy in year 9", "I am the mother of a boy in year 9"),
    ("oh dear, I'm his mum", "oh dear, I'm his mum"),
    ("Dear me, I'm his mum", "Dear me, I'm his mum"),
    ('I am a "SENCO" here', 'I am a "SENCO" here'),
    ("my dear daughter was excluded. I'm her dad", "my dear daughter was excluded. I'm her dad"),
    ("thanks, I'm his mum", "thanks, I'm his mum"),
]


@pytest.mark.parametrize(("text", "own"), MESSAGES)
def test_letters_quotes_and_forwarded_messages_are_somebody_elses(text: str, own: str) -> None:
    assert own_words(text) == own


@pytest.mark.parametrize(
    ("text", "role"),
    [
        ("Dear parent, what must the letter about a suspension say?", None),
        ("Dear Headteacher,\nI am writing about our pupil.\n\nYours sincerely\nA. Head", None),
        ('the letter says "I am the headteacher of this school", is that enough?', None),
        ("I'm a SENCO. A parent sent us this. Dear Headteacher, I'm his mum and I object.", "school"),
        ("Dear Mrs Head, I am the teacher.\n\nKind regards\nJo\n\nI'm his mum, is that all right?", "parent"),
    ],
)
def test_a_role_is_read_from_the_writers_own_words(text: str, role: str | None, desk: Desk) -> None:
    assert desk.reader.read(text).role == role


@pytest.mark.parametrize(
    ("text", "is_so"),
    [
        ("I'm a school governor", True),
        ("hello, I am his social worker", True),
        ("deputy head", True),
        ("SENCO here", True),
        ("a parent of the boy says she was not told, what now?", False),
        ("Dear Sir, I am his mother", False),
        ("parent?", False),
        ("", False),
    ],
)
def test_a_statement_about_oneself_is_told_from_one_about_others(text: str, is_so: bool) -> None:
    assert of_self(text) is is_so


@pytest.mark.parametrize(
    "letter",
    [
        "Dear Parent/Carer,\nI am the head of year. Sam is suspended.\n\nYours sincerely\nA. Head\n\nis that right?",
        'the letter says "I am the headteacher and I have decided to suspend Sam", is that right?',
    ],
)
def test_a_parent_who_pastes_the_schools_letter_stays_a_parent(letter: str, talk: Callable[[], Any]) -> None:
    person = talk()
    person("I'm his mum, the school is in Stafford")
    person(letter)
    answer = person("he's had 4 suspensions, what do we have to do?")
    assert answer["custom"]["scope"]["role"] == "parent"
