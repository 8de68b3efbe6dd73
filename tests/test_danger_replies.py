"""What is answered to danger, over the REST channel: whole pages, the question behind them, denials, numbers to ring.

What the detector finds is given where a test is about the reply and not about the finding.
"""

from __future__ import annotations

import re
from typing import Any, Callable

import pytest
from ruamel.yaml import YAML

from knowledge import danger, place
from knowledge.render import words
from knowledge.store import Knowledge

Talk = Callable[[], Any]
Detect = Callable[..., str]
SUICIDE, DISCLOSING, DOMESTIC = "suicide-or-self-harm", "child-disclosing", "domestic-abuse"
EXPLOITATION, EMERGENCY = "exploitation-or-missing", "emergency-now"
NOT_MEANT, TOO = words()["buttons"]["not_meant"], words()["buttons"]["answer_too"]
CHILD = '/inform{"role":"child"}'
PARENT = '/inform{"role":"parent"}'


@pytest.fixture
def detect(agent: Any, monkeypatch: pytest.MonkeyPatch) -> Detect:
    """Says what the detector finds in a message; in one that is not named it finds what it finds."""
    made: dict[str, dict[str, Any]] = {}
    parse = agent.processor.parse_message

    async def parsed(message: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        read: dict[str, Any] = dict(await parse(message, *args, **kwargs))
        if read["text"] not in made:
            return read
        ranking = [r for r in read["intent_ranking"] if r["name"] != "crisis"]
        read |= {"crisis": None, "intent": ranking[0], "intent_ranking": ranking} | made[read["text"]]
        if (read["crisis"] or {}).get("page"):
            top = {"name": "crisis", "confidence": 0.9}
            read |= {"intent": top, "intent_ranking": [top, *ranking]}
        return read

    monkeypatch.setattr(agent.processor, "parse_message", parsed)

    def detect(text: str, *kinds: str, page: bool = True, plain: tuple[str, ...] | None = None, **more: Any) -> str:
        crisis = {"kinds": list(kinds), "page": page} | ({} if plain is None else {"plain": list(plain)})
        made[text] = ({"crisis": crisis} if kinds or not page else {}) | more
        return text

    return detect


def page_of(reply: dict[str, Any], *kinds: str) -> str:
    """The text of a page for exactly these kinds."""
    assert reply["custom"]["status"] == "crisis", reply
    assert reply["custom"]["records"] == list(kinds)
    return str(reply["text"])


# ------------------------------------------------------------------------------------------------------- several kinds


@pytest.mark.parametrize("role", ["child", "parent", "school", "unknown"])
def test_two_kinds_make_one_page_with_both_numbers_and_nothing_twice(
    role: str, talk: Talk, detect: Detect, knowledge: Knowledge
) -> None:
    person = talk()
    if role != "unknown":
        person('/inform{"role":"%s"}' % role)
    text = page_of(person(detect("things are bad here", SUICIDE, DOMESTIC)), SUICIDE, DOMESTIC)
    wanted = {s for kind in (SUICIDE, DOMESTIC) for s in knowledge.safeguarding[kind].roles[role].services}
    numbers, steps = text.split(words()["labels"]["who"])[1].split(knowledge.safeguarding[SUICIDE].heading)
    shown = [line for line in numbers.splitlines() if line.startswith("- ")]
    titles = [line.split(": phone")[0].split(": text")[0] for line in shown]
    assert len(titles) == len(set(titles))
    for service in wanted:
        assert sum(knowledge.services[service].title in line for line in shown) == 1, service
    told = [line for line in steps.splitlines() if line[:1].isdigit()]
    assert len({line[3:] for line in told}) == len(told) <= 10
    assert knowledge.safeguarding[DOMESTIC].heading in steps
    assert text.count("nobody is reading this live") == 1


def test_a_page_is_in_the_order_of_safe_words_numbers_steps(talk: Talk, knowledge: Knowledge) -> None:
    text = page_of(talk()("I want to kill myself"), SUICIDE)
    said = knowledge.safeguarding[SUICIDE].roles["unknown"]
    places = [text.index(part) for part in (said.lead, words()["labels"]["who"], "phone 999", said.steps[0])]
    assert places == sorted(places)


# ------------------------------------------------------------------------------------------------ what fits every child

FRIGHTENING = ("nude", "marry", "marriage", "fgm", "genital", "sexual", "run away", "missing", "carry, sell", "ceop")


def test_no_page_of_a_child_opens_with_what_was_not_seen(talk: Talk, detect: Detect, knowledge: Knowledge) -> None:
    message = "school locked my phone in a safe and im 13"
    for kind in knowledge.safeguarding:
        for role in (CHILD, '/inform{"area":"hackney"}'):
            person = talk()
            person(role)
            text = page_of(person(detect(message, kind)), kind).lower()
            assert [word for word in FRIGHTENING if word in text] == [], kind


@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("a boy shared a nude of me round school", "Report Remove"),
        ("they want to make me marry my cousin", "Forced Marriage Unit"),
        ("i am scared they will do fgm to me", "FGM"),
        ("خالتي تقول انهم راح يختنوها في العطلة", "0800 028 3550"),
        ("ma famille veut me marier de force cet été", "Forced Marriage Unit"),
        ("they make me carry drugs on the train", "fearless.org"),
        ("he is 24 and an older man", "CEOP"),
        ("ive run away from home", "Missing People"),
    ],
)
def test_a_special_part_appears_where_it_was_seen(message: str, said: str, talk: Talk, detect: Detect) -> None:
    person = talk()
    person(CHILD)
    assert said in page_of(person(detect(message, DISCLOSING)), DISCLOSING)


@pytest.mark.parametrize("role", ["child", "parent", "school", "governor", "professional", "unknown"])
def test_a_missing_child_brings_the_police_before_any_charity(role: str, talk: Talk, detect: Detect) -> None:
    person = talk()
    if role != "unknown":
        person('/inform{"role":"%s"}' % role)
    text = page_of(person(detect("he has run away and is missing", EXPLOITATION)), EXPLOITATION)
    numbers = [line for line in text.splitlines() if line.startswith("- ")]
    assert "999" in numbers[0]
    assert "101" in numbers[1]


@pytest.mark.parametrize("question", ["missing people number", "who do i ring when a child runs away, missing people?"])
def test_the_police_come_first_where_the_charity_for_the_missing_is_asked_for(question: str, talk: Talk) -> None:
    reply = talk()(question)
    if reply["custom"]["status"] == "crisis":
        numbers = reply["text"]
    else:
        assert reply["custom"]["records"] == ["missing-people"], reply
        numbers = reply["text"].split(words()["labels"]["who"])[1]
    assert numbers.index("phone 999") < numbers.index("phone 101") < numbers.index("116 000")


# ---------------------------------------------------------------------------------------------- the question behind it


QUESTION = "I'm a mum in Stafford, 4th suspension, i feel awful. what must the letter say?"


@pytest.mark.parametrize("button", [NOT_MEANT, TOO])
def test_a_button_gives_the_answer_that_the_page_put_aside(button: str, talk: Talk, detect: Detect) -> None:
    person = talk()
    page_of(person(detect(QUESTION, SUICIDE)), SUICIDE)
    answer = person.tap(button)
    assert answer["custom"]["status"] == "answered"
    assert answer["custom"]["records"][0] == "written-notice-contents"
    # what the message said of the situation is known from then on
    assert person("what are we asked to do?")["custom"]["records"] == ["staffs-4-parents"]


def test_the_question_behind_a_page_is_answered_as_without_one(talk: Talk, detect: Detect) -> None:
    question = "how long can he be suspended for"
    plainly = talk()(question)
    person = talk()
    page_of(person(detect(f"{question}?", SUICIDE)), SUICIDE)
    page_of(person(detect(question, SUICIDE)), SUICIDE)
    assert person.tap(NOT_MEANT)["custom"] == plainly["custom"]


@pytest.mark.parametrize("said", ["hello there", "I want to kill myself", "he hits me with a belt every night"])
@pytest.mark.parametrize("on", [NOT_MEANT, TOO, "no"])
def test_a_message_without_a_question_leads_to_a_kind_line_and_the_ways_on(
    said: str, on: str, talk: Talk, detect: Detect
) -> None:
    person = talk()
    person(detect(said, SUICIDE))
    reply = person(on) if on == "no" else person.tap(on)
    assert "116 123" in reply["text"]
    assert reply["custom"]["status"] == "smalltalk"
    assert reply["text"].startswith(words()["manners"]["nothing_asked"])
    assert {"/ask_next", "/person"} <= {b["payload"] for b in reply["buttons"]}


@pytest.mark.parametrize("button", [NOT_MEANT, TOO])
@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("dzień dobry, mój syn został zawieszony w szkole, co mam zrobić", "out_of_scope"),
        ("what is the best recipe for a lemon cake", "out_of_scope"),
        ("we live in glasgow, how many days can he be suspended", "not_covered"),
    ],
)
def test_a_question_that_cannot_be_answered_is_declined_and_not_said_to_be_none(
    said: str, status: str, button: str, talk: Talk, detect: Detect
) -> None:
    plainly = talk()(said)
    assert plainly["custom"]["status"] == status
    person = talk()
    page_of(person(detect(said, SUICIDE)), SUICIDE)
    assert person.tap(button)["text"].startswith(plainly["text"].split("\n\n")[0])


def test_the_page_of_a_pressed_button_has_the_two_buttons_too(talk: Talk) -> None:
    person = talk()
    page_of(person("/danger"), "unsure")
    assert person.tap(NOT_MEANT)["text"].startswith(words()["manners"]["nothing_asked"])


def test_a_decline_below_the_gentle_line_says_whom_to_ring_about_it_and_999_once(talk: Talk, detect: Detect) -> None:
    question = "what is the best recipe for a lemon cake"
    assert talk()(question)["custom"]["status"] == "out_of_scope"
    reply = talk()(detect(question, DOMESTIC, page=False))
    assert reply["custom"]["status"] == "out_of_scope"
    assert "0808 2000 247" in reply["text"]
    assert reply["text"].count("999") == 3  # in the gentle line, and as name and number of the service
    other = talk()(detect(question, page=False))
    assert "116 123" in other["text"]


def test_who_presses_the_button_of_the_gentle_line_reads_what_it_was_about(talk: Talk, detect: Detect) -> None:
    person = talk()
    person(CHILD)
    person(detect("how many days can they suspend me for", EXPLOITATION, page=False))
    assert "Childline" in page_of(person("/danger"), "unsure", EXPLOITATION)
    later = talk()
    page_of(later("/danger"), "unsure")


# -------------------------------------------------------------------------------------------------------------- denials


@pytest.mark.parametrize(
    "denial",
    [
        "no i didnt mean that",
        "hes not being exploited",
        "No, he's fine, it's about the suspension",
        "nothing like that",
    ],
)
@pytest.mark.parametrize("found_again", [False, True])
def test_a_denial_is_answered_and_brings_no_page_again(
    denial: str, found_again: bool, talk: Talk, detect: Detect
) -> None:
    person = talk()
    page_of(person(detect(QUESTION, EXPLOITATION, plain=())), EXPLOITATION)
    if found_again:
        detect(denial, EXPLOITATION, plain=())
    answer = person(denial)
    assert answer["custom"]["records"][0] == "written-notice-contents", answer


def test_a_denial_with_another_danger_in_it_brings_only_that_page(talk: Talk, detect: Detect) -> None:
    person = talk()
    person(detect(QUESTION, EXPLOITATION, plain=()))
    said = detect("hes not being exploited he wants to die", SUICIDE, EXPLOITATION, plain=(SUICIDE,))
    page_of(person(said), SUICIDE)
    assert person.tap(TOO)["custom"]["records"][0] == "written-notice-contents"


def test_a_plain_sign_has_its_page_even_in_a_denial(talk: Talk, detect: Detect) -> None:
    person = talk()
    person(detect(QUESTION, SUICIDE, plain=()))
    page_of(person(detect("no, he is not fine, he wants to kill himself", SUICIDE, plain=(SUICIDE,))), SUICIDE)


def test_what_was_denied_comes_back_only_with_a_plain_sign(talk: Talk, detect: Detect, knowledge: Knowledge) -> None:
    person = talk()
    person(detect(QUESTION, SUICIDE, plain=()))
    person.tap(NOT_MEANT)
    person("what is a managed move?")
    weak = person(detect("this is killing me, how long can it last?", SUICIDE, plain=()))
    assert weak["custom"]["status"] != "crisis"
    assert weak["text"].startswith(danger.gentle(knowledge))
    page_of(person(detect("he hits me", DOMESTIC, plain=())), DOMESTIC)
    page_of(person(detect("i will kill myself", SUICIDE, plain=(SUICIDE,))), SUICIDE)


@pytest.mark.parametrize("said", ["hes not breathing", "im not safe here", "she is not ok", "he wont wake up"])
def test_what_is_no_denial_is_none(said: str) -> None:
    assert not danger.denies(said)


# ---------------------------------------------------------------------------------------------------- the gentle line


def test_the_gentle_line_is_not_said_with_every_message(talk: Talk, detect: Detect, knowledge: Knowledge) -> None:
    heavy = "this is so hard. "
    asked = ["how long can it last?", "what is a managed move?", "who must tell us?", "what must the letter say?"]
    for question in asked:
        detect(heavy + question, page=False)
    person, gentle = talk(), danger.gentle(knowledge)
    first, *later = [person(heavy + question) for question in asked]
    assert first["text"].startswith(gentle)
    for reply in later:
        assert gentle not in reply["text"]
        assert "/danger" in [b["payload"] for b in reply["buttons"]]
    person(asked[0])
    person(asked[1])
    assert person(heavy + asked[2])["text"].startswith(gentle)


def test_the_gentle_line_is_said_anew_for_another_kind(talk: Talk, detect: Detect, knowledge: Knowledge) -> None:
    person, gentle = talk(), danger.gentle(knowledge)
    one = detect("it is hard at home. what is a managed move?", DOMESTIC, page=False)
    other = detect("he is so low. how long can it last?", SUICIDE, page=False)
    assert person(one)["text"].startswith(gentle)
    assert person(other)["text"].startswith(gentle)
    assert gentle not in person(one)["text"]


# ---------------------------------------------------------------------------------------------------- a number to ring


@pytest.mark.parametrize(
    "said", ["what is the capital of France", "asdf ghjk qwer", "bye", "done", "carry on", "😭🔪🩸", "???", "🙏"]
)
def test_whoever_leaves_with_nothing_has_a_number_to_ring(said: str, talk: Talk) -> None:
    text = talk()(said)["text"]
    assert "999" in text
    assert "116 123" in text
    assert "0800 1111" in text


def test_a_child_is_told_of_childline_and_an_adult_of_samaritans(talk: Talk) -> None:
    for role, number, other in (("child", "0800 1111", "116 123"), ("school", "116 123", "0800 1111")):
        person = talk()
        person('/inform{"role":"%s"}' % role)
        text = person("what is the capital of France")["text"]
        assert number in text
        assert other not in text


@pytest.mark.parametrize(
    "said", ["i can't go on", "i cant go on like this any more", "end it all", "i just want it to stop", "wanna die"]
)
def test_despair_gets_neither_a_goodbye_nor_a_checklist(said: str, talk: Talk, knowledge: Knowledge) -> None:
    reply = talk()(said)
    manners = words()["manners"]
    assert manners["no_walk"] not in reply["text"]
    assert manners["bye"] not in reply["text"]
    assert reply["custom"]["status"] == "crisis" or reply["text"].startswith(danger.gentle(knowledge)), reply


@pytest.mark.parametrize("said", ["😭🔪🩸", "…", "?!?", "💔"])
def test_what_has_no_words_is_not_taken_for_a_no(said: str, talk: Talk) -> None:
    text = talk()(said)["text"]
    assert words()["manners"]["no_words"] in text


def test_a_thumb_up_is_still_a_yes_to_the_step_in_hand(talk: Talk) -> None:
    person = talk()
    person("I'm a social worker in Stafford, three suspensions")
    person("walk me through it")
    assert "Step 2 of 2" in person("👍")["text"]


# ------------------------------------------------------------------------------------------------------ other languages

HELD = YAML(typ="safe").load(place.languages().read_text(encoding="utf-8"))["help"]


@pytest.mark.parametrize("code", list(HELD))
def test_another_language_is_told_in_its_own_words_whom_to_ring(code: str, talk: Talk, detect: Detect) -> None:
    text = talk()(detect("tekst w innym języku", language=code))["text"]
    assert text.startswith("\n".join(HELD[code]["lines"]))
    assert words()["manners"]["not_english"] in text
    for number in ("999", "116 123", "0800 1111"):
        assert any(number in line for line in HELD[code]["lines"])


def test_a_language_of_which_no_words_are_held_is_told_in_english(talk: Talk, detect: Detect) -> None:
    reply = talk()(detect("jokin muu kieli", language="fi"))
    assert reply["text"].startswith(words()["manners"]["not_english"])
    assert "116 123" in reply["text"]
    assert reply["custom"]["status"] == "out_of_scope"


def test_a_cry_in_another_language_has_its_own_words_above_the_page(talk: Talk, detect: Detect) -> None:
    reply = talk()(detect("chcę się zabić", SUICIDE, language="pl"))
    assert page_of(reply, SUICIDE).startswith("\n".join(HELD["pl"]["lines"]))


def test_nothing_in_another_language_is_called_reviewed() -> None:
    assert not any(said["reviewed"] for said in HELD.values())


# ------------------------------------------------------------------------------------------------------------- records


def test_every_number_that_is_pinned_can_be_called_and_999_comes_first(knowledge: Knowledge) -> None:
    for record in knowledge.safeguarding.values():
        for role, said in record.roles.items():
            assert said.pin[0] == "emergency-999", (record.id, role)
            assert all(knowledge.services[name].phone for name in said.pin)
    assert knowledge.safeguarding[EMERGENCY].roles["parent"].pin == ["emergency-999"]
    pinned = danger.page(knowledge, [DOMESTIC], "parent", None, "").contacts
    assert [c["phone"] for c in pinned if c.get("pin")] == ["999", "0808 2000 247"]


def test_the_textphone_is_no_number_to_call(knowledge: Knowledge) -> None:
    for service in knowledge.services.values():
        assert service.phone != "18000", service.id


def test_every_number_in_the_words_for_danger_is_one_of_a_service_we_hold(desk: Any) -> None:
    held = {"".join(filter(str.isdigit, number)) for number in desk.public_numbers}
    for record in desk.knowledge.safeguarding.values():
        told = [*record.roles.values(), *(words for part in record.parts for words in part.roles.values())]
        for said in told:
            text = " ".join([*said.steps, getattr(said, "line", None) or ""])
            for number in re.findall(r"\b(?:999|101|111|116 \d{3}|0\d[\d ]{6,12}\d|\d{5})\b", text):
                assert any(number.replace(" ", "") in known for known in held), (record.id, number)
