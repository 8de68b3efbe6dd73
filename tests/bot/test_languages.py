"""The plainest words of danger in other languages, and knowing which language a message is in."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from bot.nlu.crisis import KINDS
from bot.nlu.languages import ENGLISH, foreign_signs, language, languages, worrying_emoji
from knowledge import place
from knowledge.check import unreviewed_words
from tests.conftest import ROOT

KIND = {"suicide-or-self-harm", "child-disclosing", "domestic-abuse", "emergency-now", "exploitation-or-missing"}
OTHERS = [lang.code for lang in languages() if lang.code != ENGLISH]
# the dozen most spoken by families in England, and four more
WANTED = {"pl", "ro", "pa", "ur", "pt", "es", "ar", "bn", "gu", "it", "tr", "so", "uk", "ta", "fr", "lt"}


def entry(code: str) -> dict:
    loaded: dict = YAML(typ="safe").load((place.danger_words() / f"{code}.yml").read_text(encoding="utf-8"))
    return loaded


def test_every_language_wanted_has_a_file_that_asks_for_a_native_speaker() -> None:
    assert set(OTHERS) == WANTED
    waiting = unreviewed_words(place.danger_words())
    assert {f"{code}.yml" for code in OTHERS} == {line.split(":")[0] for line in waiting}


@pytest.mark.parametrize("code", OTHERS)
def test_every_kind_has_words_in_every_language_and_each_is_found(code: str) -> None:
    words = entry(code)
    assert set(words["page"]) == KIND <= set(KINDS.values())
    for tier, page in (("page", True), ("gentle", False)):
        for kind, phrases in words[tier].items():
            for phrase in phrases:
                assert (kind, page) in foreign_signs(phrase.replace("*", "")), phrase


CASES = YAML(typ="safe").load((ROOT / "tests/crisis/languages.yml").read_text(encoding="utf-8"))


def test_every_language_has_a_cry_and_an_ordinary_question() -> None:
    assert {case["language"] for case in CASES["danger"]} == {case["language"] for case in CASES["safe"]} == WANTED


@pytest.mark.parametrize("case", CASES["danger"], ids=lambda case: case["text"])
def test_a_cry_is_understood_and_its_language_known(case: dict) -> None:
    assert set(case["kinds"]) & {kind for kind, page in foreign_signs(case["text"]) if page}
    assert language(case["text"]) == case["language"]


@pytest.mark.parametrize("case", CASES["safe"], ids=lambda case: case["text"])
def test_an_ordinary_question_in_another_language_is_known_for_what_it_is(case: dict) -> None:
    assert language(case["text"]) == case["language"]
    assert not [kind for kind, page in foreign_signs(case["text"]) if page]


@pytest.mark.parametrize(("code", "text"), [("zh", "我的儿子被学校停学了"), ("hi", "मेरे बेटे को स्कूल से निकाल दिया")])
def test_a_script_alone_tells_some_languages(code: str, text: str) -> None:
    assert language(text) == code


@pytest.mark.parametrize(
    "text",
    [
        "my son was suspended for four days, what can I do",
        "main menu",
        "take care now",
        "pex",
        "la duties stage 2",
        "hi",
        "1234",
        "who is the SENCO at St Mary's, Ms Costa or Mr Ali",
        "ok",
        "",
    ],
)
def test_english_and_what_is_no_language_have_none(text: str) -> None:
    assert language(text) is None
    assert foreign_signs(text) == []


def test_denied_words_are_no_page_in_another_language() -> None:
    assert ("suicide-or-self-harm", True) not in foreign_signs("on nie chce się zabić")


@pytest.mark.parametrize("text", ["😭🔪🩸", "💊💊💊", "🔫", "😭😴", "⚰️", "😢👋"])
def test_signs_of_danger_without_words_are_worrying(text: str) -> None:
    assert worrying_emoji(text)


@pytest.mark.parametrize("text", ["😀", "👍🏽", "😂😂", "🎉", "🔪 art knife", "?!", "🙏"])
def test_other_signs_are_not(text: str) -> None:
    assert not worrying_emoji(text)
