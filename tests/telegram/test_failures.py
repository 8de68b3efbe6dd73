"""Whatever may fail between Telegram and us."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from bot.channels import telegram
from bot.people.updates import Updates
from tests.bot.web import InProcess
from tests.telegram.conftest import Bot, walk
from tests.telegram.double import BAD_GATEWAY, FLOOD, Double, Fault, Teacher, refusal


def test_an_update_that_comes_twice_is_answered_once(bot: Bot, known: Teacher, double: Double) -> None:
    update = known.says("/help")
    assert len(bot.answers()) == 1
    bot._loop.run_until_complete(bot.server.channel._take(update))
    bot._loop.run_until_complete(bot.server.channel._take(update))
    assert bot.answers() == []


@pytest.mark.parametrize("fault", [FLOOD, BAD_GATEWAY, refusal(500, "Internal Server Error")])
def test_an_answer_that_surely_did_not_arrive_is_sent_again_once(
    fault: Fault, bot: Bot, known: Teacher, double: Double
) -> None:
    double.fail("sendMessage", fault)
    known.says("/help")
    (answer,) = bot.answers()
    assert "What you can type" in answer.text


def test_an_answer_whose_fate_is_unknown_is_sent_once_more_and_no_oftener(
    bot: Bot, known: Teacher, double: Double
) -> None:
    lost = Fault(hang=1.0, carried_out=True)
    double.fail("sendMessage", lost, lost, lost)
    known.says("/help")
    assert len(bot.answers()) == 2
    double.faults.clear()


@pytest.mark.parametrize("fault", [Fault(hang=1.0), Fault(garbage=True)])
def test_an_answer_that_was_lost_on_the_way_arrives(fault: Fault, bot: Bot, known: Teacher, double: Double) -> None:
    double.fail("sendMessage", fault)
    known.says("/help")
    assert len(bot.answers()) == 1


def test_a_loss_of_the_network_is_survived(bot: Bot, known: Teacher, double: Double) -> None:
    known.says("/help")
    bot.settled()
    double.down()
    known.says("/help")
    known.says("/pupil")
    bot._loop.run_until_complete(asyncio.sleep(0.5))
    double.up()
    assert [c.text.split("\n")[0][:12] for c in bot.answers()] == ["I tell schoo", "Your pupils "]


def test_words_count_more_than_their_markup(bot: Bot, known: Teacher, double: Double) -> None:
    double.fail("sendMessage", refusal(400, "Bad Request: can't parse entities: byte offset 3"))
    known.says("/help")
    (answer,) = bot.answers()
    assert "parse_mode" not in answer.data
    assert "What you can type" in answer.text


def test_a_chat_that_is_closed_to_it_is_given_up(bot: Bot, known: Teacher, double: Double) -> None:
    double.fail("sendMessage", refusal(403, "Forbidden: bot was blocked by the user"))
    known.says("/help")
    assert bot.answers() == []
    known.says("/help")
    assert len(bot.answers()) == 1


def test_a_walk_s_message_that_is_gone_is_sent_anew(bot: Bot, known: Teacher, double: Double) -> None:
    first = walk(bot, known)
    del double.messages[first.message or 0]
    known.press("Done", first)
    (second,) = bot.answers()
    assert second.method == "sendmessage"
    assert "✅ Make sure the head decides" in second.text


@pytest.mark.parametrize(
    "bad", [{"message": {"chat": 1}}, {"message": []}, {"callback_query": {"id": 3}}, {"poll": "x"}]
)
def test_an_update_that_cannot_be_read_holds_up_nothing(
    bad: dict[str, Any], bot: Bot, known: Teacher, double: Double
) -> None:
    double.push(**bad)
    known.says("/help")
    assert len(bot.answers()) == 1


@pytest.mark.parametrize(
    "fault", [FLOOD, BAD_GATEWAY, Fault(garbage=True), refusal(409, "Conflict: terminated by other getUpdates")]
)
def test_asking_for_updates_goes_on_after_a_failure(fault: Fault, bot: Bot, known: Teacher, double: Double) -> None:
    double.fail("getUpdates", fault)
    known.says("/help")
    assert len(bot.answers()) == 1


def test_an_update_that_could_not_be_kept_is_asked_for_again(
    bot: Bot, known: Teacher, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, fails = Updates.begin, [OSError(), OSError()]

    def failing(*args: Any) -> bool:
        if fails:
            raise fails.pop()
        return begin(*args)

    monkeypatch.setattr(Updates, "begin", failing)
    known.says("/help")
    assert len(bot.answers()) == 1
    assert not fails


def test_what_is_owed_when_the_server_ends_is_sent_after_the_next_start(
    loop: asyncio.AbstractEventLoop, agent: Any, bot: Bot, known: Teacher, double: Double
) -> None:
    walk(bot, known)
    double.fail("sendMessage", *[BAD_GATEWAY] * 1000)
    known.says("what is a managed move?")
    bot.until(lambda: double.tried.count("sendmessage") and len(double.faults["sendmessage"]) < 999)
    bot.close()
    double.faults.clear()
    before = len(double.shown)
    bot.server = InProcess(loop, agent, on=telegram.TelegramChannel())
    bot.settled()
    texts = [c.text for c in double.shown[before:]]
    assert texts[0].startswith("School staff · England\n\nA managed move is")
    assert len(texts) == len(set(texts))
