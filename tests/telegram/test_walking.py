"""The checklist in Telegram, and groups."""

from __future__ import annotations

import pytest

from bot.channels.phrases import phrases
from tests.telegram.conftest import FOURTH, GROUP, Bot, users, walk
from tests.telegram.double import Double, Fault, Teacher

# ------------------------------------------------------------------------------------------------------------- walking


def test_the_walk_is_one_message_whose_ticks_change_in_place(bot: Bot, known: Teacher) -> None:
    first = walk(bot, known)
    assert first.method == "sendmessage"
    assert "👉 Make sure the head decides" in first.text
    known.press("Done", first)
    (second,) = bot.answers()
    assert (second.method, second.message) == ("editmessagetext", first.message)
    assert "Your checklist: 1 of 30 answered" in second.text
    assert "✅ Make sure the head decides" in second.text
    assert "👉 Hear the pupil first" in second.text
    known.press("Not yet", second)
    (third,) = bot.answers()
    assert third.message == first.message
    assert "🕗 Hear the pupil first (Not yet)" in third.text
    known.press("Stop", third)
    (summary,) = bot.answers()
    assert "Your list so far" in summary.text


def test_a_typed_done_is_answered_below_and_the_old_buttons_go(bot: Bot, known: Teacher, double: Double) -> None:
    first = walk(bot, known)
    known.says("done")
    (second,) = bot.answers()
    assert second.method == "sendmessage"
    gone = double.of("editMessageReplyMarkup")[-1]
    assert gone.message == first.message
    assert not gone.data.get("reply_markup")


def test_a_button_of_an_earlier_step_is_answered_kindly_and_ticks_nothing(
    bot: Bot, known: Teacher, double: Double
) -> None:
    first = walk(bot, known)
    known.press("Done", first)
    bot.settled()
    known.press("Done", first)  # a second tap, before the client showed the change
    assert bot.answers() == []
    alert = double.of("answerCallbackQuery")[-1].data
    assert alert["text"] == phrases()["press"]["old"]
    known.says("/checklist")
    assert "👉 Hear the pupil first" in bot.answers()[0].text


@pytest.mark.parametrize(
    "data", ["00000000. done", "nonsense", "00000000. !delete", "x" * 64, '/inform{"area":"hackney"}']
)
def test_a_button_that_is_none_of_ours_does_nothing(data: str, bot: Bot, known: Teacher, double: Double) -> None:
    known.carry(data, 1)
    assert bot.answers() == []
    assert double.of("answerCallbackQuery")[-1].data["text"] in phrases()["press"].values()


def test_a_question_in_the_middle_keeps_the_place(bot: Bot, known: Teacher) -> None:
    walk(bot, known)
    known.press("Done")
    bot.settled()
    known.says("what is a managed move?")
    asked = bot.answers()[-1]
    known.press("Back to my checklist", asked)
    assert "👉 Hear the pupil first" in bot.answers()[-1].text


def test_pupils_walk_side_by_side_and_a_button_leads_back_to_its_own(bot: Bot, known: Teacher) -> None:
    first = walk(bot, known)
    known.press("Done", first)
    (a,) = bot.answers()
    known.says("/pupil new")
    bot.settled()
    known.press("3 suspensions")
    bot.settled()
    known.press("Walk me through it")
    assert bot.answers()[-1].text.startswith("Pupil B · ")
    known.press("Done", a)
    (changed,) = bot.answers()
    assert changed.text.startswith("Pupil A · ")
    assert changed.message == a.message
    known.says("/pupil")
    (listed,) = bot.answers()
    assert "Pupil A (you are here): Staffordshire · 4 suspensions" in listed.text
    assert "Pupil B: Staffordshire · 3 suspensions" in listed.text


def test_the_summary_is_dated_and_can_be_copied_whole(bot: Bot, known: Teacher) -> None:
    walk(bot, known)
    known.press("Done")
    bot.settled()
    known.says("/summary")
    (note,) = bot.answers()
    assert note.data["text"].startswith("<pre>Pupil A: summary of ")
    assert "Done:\n- Make sure the head decides" in note.text
    assert "Where this comes from:" in note.text
    assert note.text.rstrip().endswith(phrases()["note"]["hint"])


def test_there_is_nothing_to_sum_up_before_anything_was_asked(bot: Bot, known: Teacher) -> None:
    known.says("/summary")
    assert "nothing to sum up yet" in bot.answers()[0].text


# -------------------------------------------------------------------------------------------------------------- groups


def test_in_a_group_it_answers_only_when_it_is_meant(bot: Bot, teacher: Teacher, double: Double) -> None:
    here = Teacher(double, teacher.user, GROUP)
    here.says("what happens after the fourth suspension?")
    here.says("/help")
    here.says("/help@other_bot")
    assert bot.answers() == []
    update = here.says("@guide_bot fourth suspension in Staffordshire, what must we do?")
    answer = bot.answers()[1]
    assert "what schools are expected to do" in answer.text
    assert answer.data["reply_parameters"]["message_id"] == update["message"]["message_id"]
    here.says("/help@guide_bot")
    assert "Everyone in the group can read it" in bot.answers()[0].text
    ours = {**here.message("x"), "from": {"id": 123456, "is_bot": True, "first_name": "Guide"}}
    here.says("and after the fifth?", reply_to_message=ours)
    assert bot.answers()


def test_a_group_s_conversation_is_not_the_personal_one(bot: Bot, known: Teacher, double: Double) -> None:
    known.says(FOURTH)
    bot.settled()
    here = Teacher(double, known.user, GROUP - 1)
    here.says("@guide_bot what is expected of us?")
    assert bot.answers()[-1].text.startswith("How many suspensions")
    colleague = Teacher(double, next(users), GROUP - 1)
    colleague.press("4 suspensions")
    assert bot.answers() == []
    assert double.of("answerCallbackQuery")[-1].data["text"] == phrases()["press"]["other"]


def test_a_group_that_becomes_a_larger_one_is_followed(bot: Bot, known: Teacher, double: Double) -> None:
    moved = {
        "ok": False,
        "error_code": 400,
        "description": "group chat was upgraded",
        "parameters": {"migrate_to_chat_id": -77},
    }
    double.fail("sendMessage", Fault(400, moved))
    Teacher(double, known.user, -76).says("@guide_bot /help")
    assert bot.answers()[0].data["chat_id"] == "-77"


def test_topics_are_answered_where_they_were_asked(bot: Bot, known: Teacher, double: Double) -> None:
    here = Teacher(double, known.user, GROUP - 2)
    here.says("@guide_bot /help", is_topic_message=True, message_thread_id=44)
    assert bot.answers()[0].data["message_thread_id"] == "44"
