"""The plainest words of danger in other languages, and knowing which language a message is in."""

from __future__ import annotations

import pytest
from ruamel.yaml import YAML

from bot.nlu.crisis import KINDS
from bot.nlu.languages import ENGLISH, FOLDER, foreign_signs, language, languages, unreviewed, worrying_emoji

KIND = {"suicide-or-self-harm", "child-disclosing", "domestic-abuse", "emergency-now", "exploitation-or-missing"}
OTHERS = [lang.code for lang in languages() if lang.code != ENGLISH]
# the dozen most spoken by families in England, and four more
WANTED = {"pl", "ro", "pa", "ur", "pt", "es", "ar", "bn", "gu", "it", "tr", "so", "uk", "ta", "fr", "lt"}


def entry(code: str) -> dict:
    loaded: dict = YAML(typ="safe").load((FOLDER / f"{code}.yml").read_text(encoding="utf-8"))
    return loaded


def test_every_language_wanted_has_a_file_that_asks_for_a_native_speaker() -> None:
    assert set(OTHERS) == WANTED
    assert {f"{code}.yml" for code in OTHERS} == set(unreviewed())


@pytest.mark.parametrize("code", OTHERS)
def test_every_kind_has_words_in_every_language_and_each_is_found(code: str) -> None:
    words = entry(code)
    assert set(words["page"]) == KIND <= set(KINDS.values())
    for tier, page in (("page", True), ("gentle", False)):
        for kind, phrases in words[tier].items():
            for phrase in phrases:
                assert (kind, page) in foreign_signs(phrase.replace("*", "")), phrase


CRIES = [
    ("pl", "chcę się zabić", "suicide-or-self-harm"),
    ("pl", "moj syn powiedzial w szkole ze nie chce juz zyc", "suicide-or-self-harm"),
    ("ro", "baiatul meu spune ca vrea sa moara", "suicide-or-self-harm"),
    ("pa", "ਮੇਰਾ ਪੁੱਤਰ ਕਹਿੰਦਾ ਹੈ ਕਿ ਉਹ ਮਰਨਾ ਚਾਹੁੰਦਾ ਹੈ", "suicide-or-self-harm"),
    ("ur", "میں مرنا چاہتا ہوں", "suicide-or-self-harm"),
    ("ur", "mera beta kehta hai woh marna chahta hai", "suicide-or-self-harm"),
    ("pt", "o meu filho diz que quer morrer", "suicide-or-self-harm"),
    ("es", "quiero morir", "suicide-or-self-harm"),
    ("ar", "أريد أن أموت", "suicide-or-self-harm"),
    ("ar", "ابني يقول انه يريد ان يموت", "suicide-or-self-harm"),
    ("bn", "আমি আর বাঁচতে চাই না", "suicide-or-self-harm"),
    ("gu", "મારે મરી જવું છે", "suicide-or-self-harm"),
    ("it", "mia figlia dice che vuole morire", "suicide-or-self-harm"),
    ("tr", "ölmek istiyorum", "suicide-or-self-harm"),
    ("so", "waxaan rabaa inaan dhinto", "suicide-or-self-harm"),
    ("uk", "я більше не хочу жити", "suicide-or-self-harm"),
    ("ta", "எனக்கு சாக வேண்டும்", "suicide-or-self-harm"),
    ("fr", "je ne veux plus vivre", "suicide-or-self-harm"),
    ("lt", "nebenoriu gyventi", "suicide-or-self-harm"),
    ("pl", "tata mnie bije jak mnie zawieszą", "child-disclosing"),
    ("es", "mi esposo me pega y no sé qué hacer", "domestic-abuse"),
    ("ar", "زوجي يضربني كل يوم", "domestic-abuse"),
    ("tr", "kızım eve gelmedi nerede bilmiyorum", "exploitation-or-missing"),
    ("it", "mio figlio non respira chiamate un'ambulanza", "emergency-now"),
]


@pytest.mark.parametrize(("code", "text", "kind"), CRIES, ids=[text for _, text, _ in CRIES])
def test_a_cry_is_understood_and_its_language_known(code: str, text: str, kind: str) -> None:
    assert (kind, True) in foreign_signs(text)
    assert language(text) == code


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("pl", "dzień dobry, mój syn został zawieszony w szkole, co mam zrobić"),
        ("ro", "bună ziua, fiul meu a fost exmatriculat, ce pot să fac"),
        ("ur", "میرا بیٹا اسکول سے نکالا گیا ہے"),
        ("ar", "ابني مطرود من المدرسة ماذا أفعل"),
        ("es", "hola, mi hijo fue expulsado de la escuela, ¿qué puedo hacer?"),
        ("so", "wiilkayga iskuulka ayaa laga eryay maxaan sameeyaa"),
        ("zh", "我的儿子被学校停学了"),
        ("hi", "मेरे बेटे को स्कूल से निकाल दिया"),
    ],
)
def test_an_ordinary_question_in_another_language_is_known_for_what_it_is(code: str, text: str) -> None:
    assert language(text) == code
    assert not [kind for kind, page in foreign_signs(text) if page]


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
