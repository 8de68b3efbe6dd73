"""The bundle as text: its size, what it must not hold, and the data it is made of."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bot.inbound import take_in
from bot.replies import STATUSES, Reply
from bot.widget import bundle, pages
from knowledge import place
from knowledge.check import untranslated
from knowledge.desk import Desk

KILOBYTE = 1000
LANGUAGES = {"tr", "pl", "bn", "ro", "ar", "ur", "so"}


def module(name: str) -> str:
    return (bundle.HERE / "js" / f"{name}.js").read_text(encoding="utf-8")


def test_the_bundle_is_small() -> None:
    assert len(gzip.compress(bundle.script(), 9)) <= 30 * KILOBYTE


def test_every_module_is_in_the_bundle_after_those_it_imports() -> None:
    assert set(bundle.MODULES) == {path.stem for path in (bundle.HERE / "js").glob("*.js")}
    for at, name in enumerate(bundle.MODULES):
        for needed in re.findall(r'^import .* from "\./(\w+)\.js"', module(name), re.M):
            if {name, needed} != {"paper", "parts"}:
                assert needed in bundle.MODULES[:at], f"{name} needs {needed}"


def test_no_two_modules_use_one_name() -> None:
    defined = [
        d
        for m in bundle.MODULES
        for d in re.findall(r"^(?:export )?(?:async )?(?:const|function|class) (\w+)", module(m), re.M)
    ]
    assert len(defined) == len(set(defined)), sorted(d for d in defined if defined.count(d) > 1)


def test_nothing_of_a_module_is_lost_but_imports_exports_and_comments() -> None:
    made = bundle.script().decode()
    assert not re.search(r"^\s*(?:import|export) ", made, re.M)
    for name in bundle.MODULES:
        for line in module(name).splitlines():
            kept = line.removeprefix("export ").strip()
            if kept and not kept.startswith(("import ", "/*", "*", "//")) and " //" not in kept and "*/" not in kept:
                assert kept in made, f"{name}: {kept}"


@pytest.mark.parametrize(
    "never", ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser"]
)
def test_text_never_becomes_markup(never: str) -> None:
    assert never not in bundle.script().decode()


def test_no_address_but_the_neutral_page_and_the_name_of_svg() -> None:
    found = set(re.findall(r"https?://[^\s\"'`\\/]+", bundle.script().decode()))
    assert found <= {"https://www.bbc.co.uk", "http://www.w3.org", "https:", r"https:\/\/[^"}


def test_every_word_is_used() -> None:
    script = "".join(module(name) for name in bundle.MODULES)

    def check(part: dict) -> None:
        for key, value in part.items():
            if key in ("done", "not_yet", "considered", "not_applicable", "open", "offline", "busy", "refused", "lost"):
                continue  # reached by a state's name
            assert re.search(rf"\b{key}\b", script), key
            if isinstance(value, dict):
                check(value)

    check(YAML(typ="safe").load((bundle.HERE / "strings" / "en.yml").read_text(encoding="utf-8")))


# ------------------------------------------------------------------------------------------------------ its data


def test_the_examples_are_replies_and_cover_every_status(desk: Desk) -> None:
    replies = [Reply.from_dict(example["reply"]) for example in pages.examples().values()]
    assert {reply.status for reply in replies} == set(STATUSES)
    for reply in replies:
        for button in reply.buttons:
            assert take_in(button.payload, desk.known).tap or "show" in button.payload, button.payload


def test_a_language_card_is_seen_only_once_a_translator_has_checked_it() -> None:
    every = YAML(typ="safe").load(place.languages().read_text(encoding="utf-8"))["cards"]
    assert {card["code"] for card in every} == LANGUAGES
    assert [card["code"] for card in bundle.cards()] == [c["code"] for c in every if c["checked"] is True]
    assert {c["code"] for c in every if c.get("dir") == "rtl"} == {"ar", "ur"}
    for card in every:
        assert card["name"], card["code"]
        assert any("999" in paragraph for paragraph in card["text"]), card["code"]


def test_the_gate_before_a_launch_lists_the_cards_that_wait(tmp_path: Path) -> None:
    cards = tmp_path / "languages.yml"
    cards.write_text(
        "cards:\n- {code: pl, name: Polski, checked: false}\n- {code: tr, name: Türkçe, checked: true}\n"
        "help:\n  es: {name: español, reviewed: false}\n  fr: {name: français, reviewed: true}\n"
    )
    assert untranslated(cards) == [
        "languages.yml: a translator has to check the card in Polski, then write `checked: true`.",
        "languages.yml: a translator has to check whom to ring in español, then write `reviewed: true`.",
    ]


def test_the_cards_give_only_numbers_that_the_knowledge_holds(desk: Desk) -> None:
    known = {re.sub(r"\D", "", number) for number in [*desk.public_numbers, "999"]}
    for card in YAML(typ="safe").load(place.languages().read_text(encoding="utf-8"))["cards"]:
        for number in re.findall(r"\d[\d ]+\d", " ".join(card["text"])):
            assert re.sub(r"\D", "", number) in known, (card["code"], number)


def test_the_style_sheet_needs_nothing_from_outside() -> None:
    for path in (bundle.HERE / "widget.css", bundle.HERE / "html" / "pages.css"):
        assert not re.search(r"url\(|@import|@font-face", Path(path).read_text(encoding="utf-8"))
