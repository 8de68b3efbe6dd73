"""Plain words override the trained part; words that only sound alike do not."""

from __future__ import annotations

import pytest

from bot.nlu.crisis import KINDS, plain_sign


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("our headteacher hit a pupil round the face", "allegation-against-staff"),
        ("The TA grabbed my son by the neck", "allegation-against-staff"),
        ("she says she is going to kill herself", "suicide-or-self-harm"),
        ("i keep cutting myself", "suicide-or-self-harm"),
        ("he's taken all his tablets, what's the deadline", "emergency-now"),
        ("she won't wake up", "emergency-now"),
        ("theres a boy in reception, he has a knife right now", "emergency-now"),
        ("my dad hits me when i get suspended", "child-disclosing"),
    ],
)
def test_plain_words_are_a_sign(message: str, kind: str) -> None:
    assert plain_sign(message) == kind
    assert kind in KINDS.values()


@pytest.mark.parametrize(
    "message",
    [
        "he hit a TA with a lunch box",
        "his head hit the floor in PE, is that recorded",
        "my brother beats me at fifa every time",
        "this will be the end of my life as a free woman",
        "they found a knife in his bag last term",
        "I could have killed him for answering back",
        "dad hits the roof whenever the school rings",
    ],
)
def test_words_that_sound_alike_are_not(message: str) -> None:
    assert plain_sign(message) is None
