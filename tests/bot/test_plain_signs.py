"""Plain words are a sign whatever the trained part thinks; words that only sound alike, and denied ones, are not."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest

from bot.nlu.crisis import KINDS
from bot.nlu.signs import data, plain_sign, plain_words
from bot.nlu.spelling import legible


def pages(text: str) -> list[str]:
    """The kinds for which a message's plain words are enough for a page."""
    return [sign.kind for sign in plain_words(text).signs if sign.page]


def every(key: str) -> list[Any]:
    return [pytest.param(sign, text, id=text) for sign in data()["signs"] for text in sign[key]]


@pytest.mark.parametrize(("sign", "text"), every("like"))
def test_what_each_sign_is_to_match_it_matches(sign: dict[str, Any], text: str) -> None:
    found = plain_words(text)
    if sign.get("page", True) is True or sign["page"] == "alone":
        assert sign["kind"] in pages(text)
    else:
        assert found.gentle
        assert not pages(text)


@pytest.mark.parametrize(("sign", "text"), every("unlike"))
def test_what_only_sounds_alike_is_no_page(sign: dict[str, Any], text: str) -> None:
    assert pages(text) == []


def test_every_sign_is_of_a_kind_with_words_of_its_own() -> None:
    assert {sign["kind"] for sign in data()["signs"]} <= set(KINDS.values())


@pytest.mark.parametrize(
    "text",
    [
        "this will be the end of my life as a free woman",
        "they found a knife in his bag last term",
        "I could have killed him for answering back",
        "dad hits the roof whenever the school rings",
        "he takes his tablets every morning before school",
        "my ex hit me with a bill for the solicitor",
    ],
)
def test_ordinary_words_stay_ordinary(text: str) -> None:
    assert plain_sign(text) is None


# ------------------------------------------------------------------------------------------------ slips and disguises


@pytest.mark.parametrize(
    "text",
    [
        "i want to kil myself",
        "i wanna kil my self",
        "i want to klil myself",
        "going to kill myslef",
        "k i l l  m y s e l f",
        "k.i.l.l m.y.s.e.l.f",
        "killmyself",
        "i want to d!e",
        "i want to d1e",
        "k1ll myself",
        "k!ll mys3lf",
        "k*ll myself",
        "$uicidal and i cant tell mum",
        "feeling sucidal",
        "unal1ve myself",
        "i want to dieeee",
        "want to commit suiside",
    ],
)
def test_slips_and_signs_for_letters_are_read_through(text: str) -> None:
    assert pages(text) == ["suicide-or-self-harm"] * len(pages(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "how do I get up the hill to the school",
        "the bill for the broken kiln",
        "he rapped in the talent show",
        "we have 3 kids in Y7, Y8 and Y9, the 4th is 11yrs, back b4 2moro",
        "is his skill with tables noted",
        "Year 7, 4 days, £35 for the trip!",
        "the breeding of rabbits in science",
        "a b c d e f g is on the wall",
        "i.e. the S.E.N.D. team at H.Q.",
        "twists and writs",
    ],
)
def test_ordinary_words_are_not_bent_to_ones_that_matter(text: str) -> None:
    assert pages(text) == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("1 w4nt h1m d34d wh3n h3 c0m3s h0m3", "want him dead when he comes home"),
        ("pl34s3 h3lp my d4d h1ts me", "please help my dad hits me"),
    ],
)
def test_a_message_written_with_figures_for_letters_is_read_as_it_is_meant(text: str, meant: str) -> None:
    assert meant in legible(text)


def test_one_word_with_a_figure_changes_no_other() -> None:
    assert legible("see u l8er about the m33ting in b4") == "see u l8er about the m33ting in b4"


def test_reading_changes_no_ordinary_word() -> None:
    text = "the tables were messing with his timetable and he killed time in the breach"
    assert legible(text) == text


# ------------------------------------------------------------------------------------ denied, over, a way of speaking


@pytest.mark.parametrize(
    "text",
    [
        "he is not suicidal",
        "she isn't suicidal, she just hates that school",
        "he has never said he wants to die",
        "I don't think he would hurt himself",
        "hes not being exploited",
        "caller denies being suicidal",
        "there is no sign of self harm",
        "she doesn't want to die",
    ],
)
def test_what_is_denied_is_no_page(text: str) -> None:
    assert pages(text) == []


def test_a_denied_kind_leaves_the_others() -> None:
    assert pages("hes not being exploited he wants to die") == ["suicide-or-self-harm"]


@pytest.mark.parametrize(
    "text",
    [
        "im not ok i want to die",
        "he isn't eating and he wants to die",
        "no one listens, im suicidal",
        "not sure but he keeps cutting himself",
    ],
)
def test_a_no_that_belongs_to_something_else_denies_nothing(text: str) -> None:
    assert pages(text) == ["suicide-or-self-harm"] * len(pages(text)) != []


@pytest.mark.parametrize(
    "text",
    [
        "he was suicidal two years ago but he is fine now",
        "she took an overdose in year 7, all behind us now",
        "he ran away from home when he was nine",
        "my ex used to hit me, he is long gone",
        "my own dad hit me when i was his age",
        "she was self harming in Y8",
        "he took an overdose in spring. he was in hospital. he has been well since",
        "she took an overdose in January, CAMHS until July, discharged and well, back to her old self mum says",
    ],
)
def test_what_is_over_is_at_most_the_gentle_line(text: str) -> None:
    found = plain_words(text)
    assert pages(text) == []
    assert found.gentle


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("he was suicidal last year and now he is suicidal again", "suicide-or-self-harm"),
        ("she was fine last term. now she wants to die", "suicide-or-self-harm"),
        ("a lad we suspended says he is coming back in with a machete", "threat-to-others-or-weapon"),
        ("dad hits me every night. social services closed the case in may", "child-disclosing"),
    ],
)
def test_what_was_and_is_again_is_a_page(text: str, kind: str) -> None:
    assert kind in pages(text)


@pytest.mark.parametrize(
    "text",
    [
        "dad will kill me when he finds out",
        "my mum is going to murder me",
        "the waiting is killing me",
        "mum is going to absolutely kill me when she sees the email",
        "shoot me an email",
        "I am killing myself trying to keep the job going",
        "he is killing himself to pay for a tutor",
        "the head is sorry but her hands are tied",
        "our hands were tied by the policy",
    ],
)
def test_a_way_of_speaking_is_cut_out(text: str) -> None:
    assert pages(text) == []
    assert not re.search(r"kill|\btied", plain_words(text).rest)


@pytest.mark.parametrize(
    "text",
    [
        "he is killing himself tonight",
        "she talks about killing herself to get away from him",
        "she was thinking of killing herself to make it all stop",
    ],
)
def test_words_that_are_also_a_way_of_speaking_are_heard_where_they_are_meant(text: str) -> None:
    assert pages(text) == ["suicide-or-self-harm"]


@pytest.mark.parametrize("text", ["his hands are tied to the bed at night", "her hands are tied behind her back"])
def test_hands_that_are_really_tied_are_left_for_the_trained_part(text: str) -> None:
    assert "hands are tied" in plain_words(text).rest


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("suspended for telling a teacher he wished she was dead", False),
        ("she screamed at her brother that she wishes he was dead", False),
        ("i wish she was dead, that teacher", False),
        ("i wish they were dead, the lot of them", False),
        ("he told his teacher he wishes he was dead", True),
        ("my daughter wishes she was dead", True),
        ("she shouted i wish i was dead and ran off", True),
    ],
)
def test_a_wish_is_a_sign_where_it_is_for_oneself(text: str, meant: bool) -> None:
    assert bool(pages(text)) is meant


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("he broke my ribs last time and dad will kill me when he finds out", "domestic-abuse"),
        ("dad will kill me when he finds out. he hits me with a belt", "child-disclosing"),
        ("mum is going to murder me lol, anyway i want to die", "suicide-or-self-harm"),
        ("dad will kill me when he sees it, my dad hits me every time", "child-disclosing"),
        ("this is killing me and she has taken all her tablets", "emergency-now"),
        ("my nan will kill me if she finds out but my uncle touches me at night", "child-disclosing"),
    ],
)
def test_a_way_of_speaking_hides_no_harm_beside_it(text: str, kind: str) -> None:
    assert kind in pages(text)


# ------------------------------------------------------------------------------------------------------- two at once


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("my husband beats me and i want to die", {"domestic-abuse", "suicide-or-self-harm"}),
        ("she has run away and she says she will kill herself", {"exploitation-or-missing", "suicide-or-self-harm"}),
        ("he has taken all his tablets", {"emergency-now", "suicide-or-self-harm"}),
    ],
)
def test_several_kinds_are_found_at_once(text: str, kinds: set[str]) -> None:
    assert kinds <= set(pages(text))


@pytest.mark.parametrize(
    "text",
    ["i can't go on", "there's no point anymore", "i just want it to stop", "want to end it", "no one would miss me"],
)
def test_an_unclear_cry_is_a_page_where_nothing_else_is_asked(text: str) -> None:
    assert pages(text) == ["suicide-or-self-harm"] * len(pages(text)) != []


def test_an_unclear_cry_in_a_long_question_is_the_gentle_line() -> None:
    text = (
        "I can't go on like this, they ring me at work every single day to fetch him, who can I complain to about it?"
    )
    assert pages(text) == []
    assert plain_words(text).gentle


# -------------------------------------------------------------------------------------------------------- what it costs


def cost(text: str) -> float:
    """The least of three readings, in seconds of this process."""
    times = []
    for _ in range(3):
        before = time.process_time()
        plain_words(text)
        times.append(time.process_time() - before)
    return min(times)


@pytest.mark.parametrize(
    "text",
    [
        "dad has been" + " has been" * 40 + " x",
        "hes is" + " been has been" * 40 + " x",
        "want" + " to just" * 60,
        "he said" + " that he will" * 60,
        "son" + " has has been" * 60 + " run",
        "not" + " really going to want to be" * 40,
        "k " * 300,
        "a-" * 300,
        "d!" * 300,
        "my dad and my " * 60,
        "!1|" * 200,
    ],
    ids=lambda text: text[:24],
)
def test_no_message_costs_much_more_than_another_of_its_length(text: str) -> None:
    ordinary = ("my son was sent home again and nobody wrote to us, what can we do about it now? " * 20)[: len(text)]
    plain_words(ordinary)
    assert cost(text) < 10 * cost(ordinary) + 0.002
