"""What is said in Telegram and how it looks: answers, commands, what is no plain message."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from bot.channels import messenger
from bot.channels.phrases import phrases
from knowledge.render import words
from tests.bot.web import files
from tests.telegram.conftest import FOURTH, Bot
from tests.telegram.double import Double, Teacher

# ------------------------------------------------------------------------------------------------- words and answers


def test_the_first_answer_says_what_not_to_type_and_the_next_does_not(bot: Bot, teacher: Teacher) -> None:
    teacher.says(FOURTH)
    first, answer, *rest = bot.answers()
    assert "Please don't type a pupil's name" in first.text
    assert "not from Telegram" in first.text
    assert rest[-1].buttons
    assert "4 suspensions in Staffordshire: what schools are expected to do" in answer.text
    assert answer.text.startswith("School staff · Staffordshire · 4 suspensions\n")
    teacher.says("who can help?")
    assert "don't type" not in bot.answers()[0].text


def test_an_answer_has_its_sources_folded_its_links_and_its_buttons(bot: Bot, known: Teacher, double: Double) -> None:
    known.says("what is a managed move?")
    (answer,) = bot.answers()
    assert re.search(r"<blockquote expandable><b>Where this comes from:</b>\n•", answer.data["text"])
    assert '<a href="https://www.gov.uk/government/publications/school-exclusion">' in answer.data["text"]
    assert answer.data["link_preview_options"] == {"is_disabled": True}
    assert "Walk me through it" in answer.buttons
    assert "typing" in [c.data.get("action") for c in double.of("sendChatAction")]


def test_what_a_person_typed_is_never_markup(bot: Bot, known: Teacher) -> None:
    known.says("walk me through stage 4 please")
    bot.settled()
    known.press("Considered, not now")
    bot.settled()
    known.says("because <b>she</b> & <i>we & they")
    bot.settled()
    known.says("/summary")
    (note,) = bot.answers()
    assert "because <b>she</b> & <i>we & they" in note.text


def test_a_long_answer_comes_whole_and_in_order(bot: Bot, known: Teacher) -> None:
    known.says("/summary")
    bot.settled()
    known.says("what are schools expected to do after 5 suspensions in Staffordshire?")
    parts = bot.answers()
    words = "\n".join(p.text for p in parts)
    assert words.index("5 or more suspensions") < words.index("Where this comes from:")
    assert all(not p.buttons for p in parts[:-1])
    assert parts[-1].buttons


def test_danger_is_answered_at_once_with_nothing_beside_it(bot: Bot, teacher: Teacher) -> None:
    teacher.says("a pupil told me he wants to kill himself tonight. what must the letter say?")
    (answer,) = bot.answers()
    assert answer.text.index("phone 999") < answer.text.index("ring 999"), "numbers stand before steps"
    assert list(answer.buttons) == [words()["buttons"][name] for name in ("not_meant", "answer_too")]
    teacher.press(words()["buttons"]["answer_too"])
    first, *rest = bot.answers()
    assert "Before we begin" in first.text
    assert "send the notice" in " ".join(part.text for part in rest)


def test_personal_details_are_taken_out_before_anything_is_kept(bot: Bot, known: Teacher, folder: Path) -> None:
    known.says("his mum is on 07700 900123, what now?")
    assert "phone number" in bot.answers()[0].text
    assert b"900123" not in files(folder)


# ---------------------------------------------------------------------------------------------------------- commands


def test_the_menu_has_every_command_and_the_empty_chat_a_description(bot: Bot, double: Double) -> None:
    menu = bot.until(lambda: double.of("setMyCommands"))[-1].data["commands"]
    assert [c["command"] for c in menu] == list(phrases()["commands"])
    said = double.of("setMyDescription")[-1].data["description"]
    assert "don't type a pupil's name" in said
    assert len(said) <= 512


def test_a_link_sets_area_and_role(bot: Bot, teacher: Teacher) -> None:
    teacher.says("/start staffordshire_governor")
    (welcome,) = bot.answers()
    assert "I take you for: Governor or clerk · Staffordshire." in welcome.text
    teacher.says("what do we have to do after 4 suspensions?")
    assert bot.answers()[0].text.startswith("Governor or clerk · Staffordshire")


def test_a_link_that_says_nothing_known_is_a_plain_start(bot: Bot, teacher: Teacher) -> None:
    teacher.says("/start nowhere_king")
    (welcome,) = bot.answers()
    assert "Which area is your school in?" in welcome.text
    assert "Staffordshire" in welcome.buttons


def test_the_area_is_asked_once_and_remembered_for_every_pupil(bot: Bot, teacher: Teacher) -> None:
    teacher.says("/start")
    bot.settled()
    teacher.press("Staffordshire")
    assert "School staff · Staffordshire" in bot.answers()[-1].text
    teacher.says("/pupil new")
    (new,) = bot.answers()
    assert new.text.startswith("Pupil B\n")
    teacher.press("4 suspensions")
    bot.settled()
    teacher.says("what is expected of us?")
    assert bot.answers()[0].text.startswith("Pupil B · School staff · Staffordshire · 4 suspensions")


def test_every_command_answers(bot: Bot, known: Teacher) -> None:
    known.says(FOURTH)
    bot.settled()
    for name, expected in {
        "start": "I tell school staff",
        "help": "What you can type:",
        "checklist": "You have no checklist open",
        "stage": "Which stage is Pupil A at?",
        "stage 3": "3 suspensions",
        "area": "Which area is your school in?",
        "area suffolk": "Suffolk",
        "role": "Who are you in this?",
        "role governor or clerk": "Governor or clerk",
        "contacts": "Who can help:",
        "pupil": "Pupil A (you are here)",
        "summary": "Pupil A: summary of",
        "reset": "Pupil A is cleared",
        "delete": "This cannot be undone.",
    }.items():
        known.says(f"/{name}")
        assert expected in "\n".join(c.text for c in bot.answers()), name


def test_a_stage_is_asked_for_only_where_there_are_stages(bot: Bot, teacher: Teacher) -> None:
    teacher.says("/start hackney_school")
    bot.settled()
    teacher.says("/stage")
    assert "no staged pathway for Hackney" in bot.answers()[0].text


# --------------------------------------------------------------------------------------------- what is no plain message

PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 1, "height": 1}]
VOICE = {"file_id": "f", "file_unique_id": "u", "duration": 1}
STICKER = {**PHOTO[0], "type": "regular", "is_animated": False, "is_video": False}


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"photo": PHOTO}, "picture"),
        ({"voice": VOICE}, "voice"),
        ({"sticker": STICKER}, "sticker"),
        ({"document": {"file_id": "f", "file_unique_id": "u"}}, "file"),
        ({"location": {"latitude": 1.0, "longitude": 1.0}}, "other"),
    ],
)
def test_what_it_cannot_read_is_answered_with_what_it_can(
    fields: dict[str, Any], kind: str, bot: Bot, known: Teacher
) -> None:
    known.says(**fields)
    (answer,) = bot.answers()
    assert answer.text == f"{phrases()['take'][kind]} {phrases()['take']['words']}"


def test_the_words_below_a_picture_are_answered(bot: Bot, known: Teacher) -> None:
    known.says(photo=PHOTO, caption=FOURTH)
    first, answer, *_ = bot.answers()
    assert "can't look at pictures" in first.text
    assert "what schools are expected to do" in answer.text
    known.says(photo=PHOTO, caption="she says she will kill herself")
    (crisis,) = bot.answers()
    assert "999" in crisis.text


def test_an_edited_message_is_not_read_again(bot: Bot, known: Teacher, double: Double) -> None:
    double.push(edited_message=known.message("fifth suspension", edit_date=1))
    assert bot.answers()[0].text == phrases()["take"]["edited"]


def test_what_only_telegram_says_is_not_answered(bot: Bot, known: Teacher) -> None:
    known.says(pinned_message=known.message("x"))
    known.says(delete_chat_photo=True)
    assert bot.answers() == []


def test_a_message_that_is_too_long_is_answered_so(bot: Bot, known: Teacher) -> None:
    known.says("what now? " * 405)
    assert "longer than I can read" in bot.answers()[0].text


def test_too_many_at_once_are_told_so_once(bot: Bot, known: Teacher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bot.server.channel._messenger, "_limit", messenger.Limit(2))
    for _ in range(5):
        known.says("/help")
    assert [c.text for c in bot.answers()].count(phrases()["often"]) == 1
