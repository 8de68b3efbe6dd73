"""Telegram, over a double of its Bot API: real updates in, real calls out, and whatever may fail between."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any, Iterator

import httpx
import pytest
from sanic import Sanic

from bot.channels import messenger, telegram
from bot.channels import telegram_settings as settings_of
from bot.channels.phrases import phrases
from bot.channels.staff import person_of, place_of
from bot.people import database, stores
from bot.people.updates import Updates
from tests.bot.telegram_double import BAD_GATEWAY, FLOOD, TOKEN, Call, Double, Fault, Teacher, refusal
from tests.bot.web import InProcess, files
from tests.serving import stores_in

Sanic.test_mode = True  # several apps in one process
FOURTH = "fourth suspension in Staffordshire, what must we do?"
_users = iter(range(700_000_001, 800_000_000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("telegram")


@pytest.fixture(scope="module")
def settings(folder: Path, agent: Any) -> Iterator[pytest.MonkeyPatch]:
    """Databases of these tests alone, and no long waiting."""
    with pytest.MonkeyPatch.context() as patch:
        env = stores_in(folder)
        env.pop("TRACKER_URL")
        for name, value in {**env, settings_of.TOKEN: TOKEN}.items():
            patch.setenv(name, value)
        patch.delenv(settings_of.WEBHOOK, raising=False)
        patch.setattr(messenger, "FIRST_PAUSE", 0.05)
        patch.setattr(messenger, "UPDATES_A_MINUTE", 10_000)
        patch.setattr(telegram, "FIRST_PAUSE", 0.05)
        patch.setattr(settings_of, "PATIENCE", 0.7)
        yield patch


@pytest.fixture(scope="module")
def double(settings: pytest.MonkeyPatch) -> Iterator[Double]:
    made = Double()
    settings.setenv(settings_of.API, made.url)
    yield made
    made.close()


class Bot:
    """The channel in this process, and waiting for what it does."""

    def __init__(self, loop: asyncio.AbstractEventLoop, agent: Any, double: Double) -> None:
        self.double, self._loop = double, loop
        self.server = InProcess(loop, agent, on=telegram.TelegramChannel())

    def until(self, condition: Any, seconds: float = 30) -> Any:
        """Let it work until something is so."""

        async def go() -> Any:
            end = asyncio.get_running_loop().time() + seconds
            while not (found := condition()):
                assert asyncio.get_running_loop().time() < end, "it did not happen"
                await asyncio.sleep(0.02)
            return found

        return self._loop.run_until_complete(go())

    def settled(self) -> None:
        """Wait until every update is taken in and nothing is owed."""
        channel = self.server.channel

        def done() -> bool:
            last = max((u["update_id"] for u in self.double.updates if isinstance(u, dict)), default=0)
            taken = not last or self.double.asked_from > last
            return taken and not Updates(database.engine()).owed("telegram") and not channel._aside

        self.until(done)

    def answers(self, update: Any = None) -> list[Call]:
        """What was shown for the updates that are not answered yet."""
        before = len(self.double.calls)
        self.settled()
        return [c for c in self.double.calls[before:] if c.method in ("sendmessage", "editmessagetext")]

    def close(self) -> None:
        self.server.close()


@pytest.fixture(scope="module")
def bot(loop: asyncio.AbstractEventLoop, agent: Any, double: Double) -> Iterator[Bot]:
    made = Bot(loop, agent, double)
    yield made
    made.close()


@pytest.fixture
def teacher(bot: Bot, double: Double) -> Teacher:
    """Somebody new."""
    double.faults.clear()
    return Teacher(double, next(_users))


@pytest.fixture
def known(bot: Bot, teacher: Teacher) -> Teacher:
    """Somebody who has been greeted, in Staffordshire."""
    teacher.says("/start staffordshire_school")
    bot.settled()
    return teacher


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
    teacher.says("a pupil told me he wants to kill himself tonight")
    (answer,) = bot.answers()
    assert "ring 999" in answer.text
    assert answer.buttons == {}
    teacher.says("hello")
    assert "Before we begin" in bot.answers()[0].text


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


# ------------------------------------------------------------------------------------------------------------- walking


def walk(bot: Bot, teacher: Teacher) -> Call:
    """The first step of a walk."""
    teacher.says("/stage 4")
    bot.settled()
    teacher.press("Walk me through it")
    return bot.answers()[-1]


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


# -------------------------------------------------------------------------------------------------------------- groups

GROUP = -100_200_300


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
    colleague = Teacher(double, next(_users), GROUP - 1)
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


# -------------------------------------------------------------------------------------------------------- what may fail


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


# ---------------------------------------------------------------------------------------------------------- forgetting


def test_delete_forgets_everything_of_the_person_and_says_what_it_cannot(
    bot: Bot, known: Teacher, double: Double, folder: Path, agent: Any
) -> None:
    known.says("a ZEBRAFISH question about a managed move")
    known.says("/pupil new")
    here = Teacher(double, known.user, GROUP - 9)
    here.says("@guide_bot a ZEBRAFISH in the group, what now?")
    bot.settled()
    person = person_of("telegram", stores_in(folder)["INCLUSION_GUIDE_SECRET"], str(known.user))
    conversations = stores.conversations(person)
    assert len(conversations) == 3
    known.says("/delete")
    (sure,) = bot.answers()
    assert "3 conversations" in sure.text
    known.press("No, keep it", sure)
    assert "Nothing was deleted" in bot.answers()[0].text
    known.press("Yes, delete it", sure)
    (done,) = bot.answers()
    assert "our copy alone" in done.text
    assert "Telegram" in done.text
    assert stores.conversations(person) == []
    trackers = agent.tracker_store
    assert not any(any(stores.export(trackers, c).values()) for c in conversations)
    assert b"ZEBRAFISH" not in files(folder)
    assert person.encode() not in files(folder)
    known.press("Yes, delete it", sure)
    assert bot.answers() == []
    known.says("hello")
    assert "Before we begin" in bot.answers()[0].text


def test_no_telegram_id_is_kept_or_logged(
    bot: Bot,
    known: Teacher,
    folder: Path,
    agent: Any,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    known.says(FOURTH)
    bot.settled()
    stores.scrub(database.engine())
    raw = str(known.user).encode()
    assert raw not in files(folder)
    person = person_of("telegram", stores_in(folder)["INCLUSION_GUIDE_SECRET"], str(known.user))
    (conversation,) = stores.conversations(person)
    events = str(stores.export(agent.tracker_store, conversation)).encode()
    assert raw not in events
    assert conversation.startswith("telegram-")
    assert str(known.user) not in "".join(capfd.readouterr()) + caplog.text
    assert person != person_of("telegram", "another secret", str(known.user))
    assert place_of("telegram", "s", "1") != person_of("telegram", "s", "1")


# ------------------------------------------------------------------------------------------------------------- webhook


@pytest.fixture
def hooked(
    loop: asyncio.AbstractEventLoop, agent: Any, double: Double, settings: pytest.MonkeyPatch, bot: Bot
) -> Iterator[InProcess]:
    bot.settled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(settings_of.WEBHOOK, "https://guide.example/")
        server = InProcess(loop, agent, on=telegram.TelegramChannel())
        bot.until(lambda: double.webhook)
        yield server
        server.close()
        double.webhook = {}


def post(bot: Bot, server: InProcess, body: Any, secret: str | None) -> int:
    headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}

    async def go() -> int:
        async with httpx.AsyncClient() as client:
            content = body if isinstance(body, bytes) else None
            sent = {"content": content} if content is not None else {"json": body}
            return (await client.post(server.url + settings_of.PATH, headers=headers, **sent)).status_code

    return int(bot._loop.run_until_complete(go()))


def test_by_webhook_only_telegram_is_let_in_and_each_update_is_answered_once(
    hooked: InProcess, bot: Bot, double: Double
) -> None:
    teacher = Teacher(double, next(_users))
    assert double.webhook["url"] == "https://guide.example/webhooks/telegram/webhook"
    secret = double.webhook["secret_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", secret)
    update = {"update_id": 5_000_001, "message": teacher.message("/help")}
    before = len(double.shown)
    for wrong in (None, "", "wrong", secret[:-1]):
        assert post(bot, hooked, update, wrong) == 403
    for bad in (b"{", b"[]", b'"x"', b'{"update_id": "x"}'):
        assert post(bot, hooked, bad, secret) == 400
    assert post(bot, hooked, update, secret) == 200
    assert post(bot, hooked, update, secret) == 200
    bot.until(lambda: len(double.shown) > before)
    bot.settled()
    assert len(double.shown) == before + 1
    assert post(bot, hooked, {"update_id": 5_000_002, "message": {"chat": 0}}, secret) == 200


def test_an_update_that_could_not_be_kept_is_refused_so_that_it_comes_again(
    hooked: InProcess, bot: Bot, double: Double, monkeypatch: pytest.MonkeyPatch
) -> None:
    teacher, secret = Teacher(double, next(_users)), double.webhook["secret_token"]
    update = {"update_id": 5_000_003, "message": teacher.message("/help")}

    def fail(*_: Any) -> bool:
        raise OSError

    with monkeypatch.context() as failing:
        failing.setattr(Updates, "begin", fail)
        assert post(bot, hooked, update, secret) == 503
    before = len(double.shown)
    assert post(bot, hooked, update, secret) == 200
    bot.until(lambda: len(double.shown) > before)


def test_without_a_webhook_s_setting_its_address_takes_nothing(bot: Bot) -> None:
    assert post(bot, bot.server, {"update_id": 1}, "x") == 404


# ------------------------------------------------------------------------------------------------------------ settings


def state(patch: pytest.MonkeyPatch, **env: str) -> tuple[bool, str]:
    for name, value in env.items():
        patch.setenv(name, value)
    return asyncio.run(settings_of.state())


def test_the_state_is_one_clear_sentence(double: Double, monkeypatch: pytest.MonkeyPatch) -> None:
    say = phrases()["telegram"]["start"]
    assert state(monkeypatch) == (True, say["polling"].format(name="guide_bot"))
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="123:wrong") == (False, say["refused"])
    assert "123:wrong" not in say["refused"]
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="no token at all") == (False, say["refused"])
    assert state(monkeypatch, INCLUSION_GUIDE_TELEGRAM_TOKEN="  ") == (False, say["off"])
    gone = {settings_of.TOKEN: TOKEN, settings_of.API: "http://127.0.0.1:9"}
    assert state(monkeypatch, **gone) == (True, say["unreachable"])


@pytest.mark.parametrize("address", ["http://guide.example", "guide.example", "https://"])
def test_a_webhook_that_telegram_could_not_reach_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings_of.WEBHOOK, address)
    with pytest.raises(settings_of.BadWebhook, match="https"):
        settings_of.webhook()


def test_a_refused_token_leaves_the_rest_of_the_server_running(
    loop: asyncio.AbstractEventLoop,
    agent: Any,
    double: Double,
    bot: Bot,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setenv(settings_of.TOKEN, "123:wrong")
    server = InProcess(loop, agent, on=telegram.TelegramChannel())
    bot.until(lambda: phrases()["telegram"]["start"]["refused"] in caplog.text)
    assert "123:wrong" not in caplog.text
    server.close()
