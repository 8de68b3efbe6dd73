"""What can be sent in Teams: files, edits, commands."""

from __future__ import annotations

import pytest

from bot.channels.phrases import phrases
from knowledge import render
from tests.bot.web import files
from tests.teams.conftest import Server
from tests.teams.microsoft import TENANT
from tests.teams.someone import Someone, words
from tests.teams.view import seen, spoken

pytestmark = pytest.mark.slow

# ---------------------------------------------------------------------------------------------------- what it can take


@pytest.mark.parametrize(
    ("attached", "named"),
    [
        ([{"contentType": "image/png"}], "picture"),
        ([{"contentType": "audio/mp3"}], "voice"),
        ([{"contentType": "application/vnd.microsoft.teams.file.download.info", "name": "letter.pdf"}], "file"),
        ([{"contentType": "text/html", "content": "<img>"}], "other"),
    ],
)
def test_what_it_cannot_read_it_says_so(anna: Someone, attached: list[dict[str, str]], named: str) -> None:
    anna.greeted()
    (told,) = anna.do(anna.activity(attachments=attached))
    assert spoken(told[2]).startswith(phrases()["take"][named])
    assert "type your question" in spoken(told[2])


def test_what_a_message_answers_is_no_file(anna: Someone) -> None:
    anna.greeted()
    quoted = [{"contentType": "messageReference", "content": "{}"}, {"contentType": "text/html", "content": "x"}]
    (answer,) = anna.say("what is a managed move?", attachments=quoted)
    assert "managed move" in spoken(answer[2])


def test_words_beside_a_file_are_answered(anna: Someone) -> None:
    anna.greeted()
    attached = [{"contentType": "text/html", "content": "<p>x</p>"}, {"contentType": "image/*"}]
    both = words(anna.say("what is a managed move?", 2, attachments=attached))
    assert phrases()["take"]["picture"] in both
    assert "A managed move" in both


def test_an_edited_message_is_told_to_be_sent_anew(anna: Someone) -> None:
    anna.greeted()
    change = {"channelData": {"tenant": {"id": TENANT}, "eventType": "editMessage"}, "type": "messageUpdate"}
    (told,) = anna.do(anna.activity("what is a managed move", id="5", **change))
    assert spoken(told[2]) == phrases()["take"]["edited"]


def test_an_overlong_message_is_told_so(anna: Someone) -> None:
    anna.greeted()
    assert "longer than I can read" in words(anna.say("words " * 667))


# --------------------------------------------------------------------------------------------------------- commands


def test_the_commands_as_words(anna: Someone) -> None:
    anna.greeted()
    for said, expected in (
        ("help", "What you can type:"),
        ("stage 4", "4 suspensions"),
        ("Stage", "Which stage is Pupil A at?"),
        ("role Governor or clerk", "Governor"),
        ("role", "Who are you in this?"),
        ("area", "Which area is your school in?"),
        ("checklist", "checklist"),
        ("contacts", "Who can help:"),
        ("pupil new", "This is Pupil B"),
        ("pupil a", "You are at Pupil A now."),
        ("/pupil", "Your pupils here:"),
        ("reset", "Pupil A is cleared"),
    ):
        assert expected in words(anna.say(said)), said


@pytest.mark.parametrize(
    "text", ["stage fright in exams, is that SEN?", "help me with a managed move", "area manager?"]
)
def test_a_question_that_begins_like_a_command_stays_a_question(anna: Someone, text: str) -> None:
    anna.greeted()
    said = words(anna.say(text))
    assert "What you can type:" not in said
    assert "Which" not in said.splitlines()[0]


def test_delete_asks_first_and_then_nothing_is_left(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.say("ZEBRAFISH, what is a managed move?")
    (sure,) = anna.say("delete")
    anna.press("No, keep it", sure)
    assert b"ZEBRAFISH" in files(server.folder)
    (done,) = anna.press("Yes, delete it", sure)
    assert "kept by Microsoft Teams" in spoken(done[2])
    assert b"ZEBRAFISH" not in files(server.folder)
    # the address goes once the answer is out
    anna.microsoft.wait(lambda _: anna.chat.encode() not in files(server.folder))
    assert anna.name.encode() not in files(server.folder)


def test_a_crisis_stands_alone(anna: Someone) -> None:
    (answer,) = anna.say("a pupil of mine says she wants to kill herself. what must the letter say?")
    shown = seen([answer[2]])
    assert "tel:999" in shown.links
    titles = [render.words()["buttons"][name] for name in ("not_meant", "answer_too")]
    assert [title for title, _ in shown.buttons] == titles
    assert shown.words.index("Phone 999") < shown.words.index("What to do now:")
    assert "999" in answer[2]["summary"]
    _, asked = anna.press(titles[1], answer, answers=2)
    assert "send the notice" in seen([asked[2]]).words
