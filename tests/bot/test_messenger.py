"""What messengers share: answers owed until they are out, what is remembered of a person, and failures."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path
from typing import Any, Awaitable, Callable, Iterator

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage

from bot import people_command
from bot.channels import messenger as messengers
from bot.channels import worker
from bot.channels.messenger import Later, Messenger, Part, Showing, Undeliverable
from bot.channels.phrases import phrases
from bot.channels.staff import Press, command_of, person_of, pseudonym
from bot.people import database, stores
from bot.people.pupils import MOST, Pupils
from bot.replies import Reply
from knowledge.render import words
from tests.bot.damage import tear
from tests.bot.messengers import SECRET, KeepingClient, Person
from tests.serving import stores_in

Go = Callable[[Awaitable[Any]], Any]


@pytest.fixture(autouse=True)
def own_databases(agent: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**stores_in(tmp_path), "INCLUSION_GUIDE_SECRET": SECRET}.items():
        if name != "TRACKER_URL":
            monkeypatch.setenv(name, value)
    monkeypatch.setattr(messengers, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(worker, "PAUSE", 0.01)


@pytest.fixture
def go(loop: asyncio.AbstractEventLoop) -> Go:
    return loop.run_until_complete


@pytest.fixture
def client() -> KeepingClient:
    return KeepingClient()


@pytest.fixture
def begin(agent: Any, client: KeepingClient, go: Go) -> Iterator[Callable[..., Messenger]]:
    """Start a messenger over this test's databases; stopped at the end."""
    started: list[Messenger] = []

    def make(handle: Callable[[UserMessage], Awaitable[Any]] | None = None) -> Messenger:
        started.append(Messenger("test", client, handle or agent.handle_message, lambda: agent, "Test"))
        return started[-1]

    yield make
    for each in started:
        go(each.stop())


@pytest.fixture
def sam(begin: Callable[..., Messenger], client: KeepingClient, request: pytest.FixtureRequest) -> Person:
    """A person, new in each test."""
    return Person(begin(), client, request.node.name)


def test_no_text_that_is_sent_twice_is_sent_twice(sam: Person, client: KeepingClient, go: Go) -> None:
    go(sam.say("hello", id="77"))
    shown = len(client.shown)
    go(sam.say("hello", id="77"))
    assert len(client.shown) == shown


def test_what_cannot_be_sent_now_is_sent_later_from_where_it_stopped(
    sam: Person, client: KeepingClient, go: Go
) -> None:
    client.fails = [None, Later(), Later(0.01), OSError("SECRETWORDS")]
    said = go(sam.say("hello"))
    assert said.count("Before we begin") == 1
    assert len(client.shown) == 2
    assert client.sends == 5


def test_an_answer_that_can_never_be_sent_is_given_up(sam: Person, client: KeepingClient, go: Go) -> None:
    client.fails = [Undeliverable()]
    assert go(sam.say("/help")) == ""
    assert go(sam.say("/help"))


def test_an_answer_of_yesterday_is_not_sent_any_more(sam: Person, client: KeepingClient, go: Go) -> None:
    client.fails = [Later()] * 3
    go(sam.messenger.take(sam.update("/help")))
    with database.engine().begin() as connection:
        connection.execute(sa.text("UPDATE updates SET received = received - 90000"))
    assert go(sam.say("/pupil")).startswith("Your pupils here")


def test_what_was_waiting_and_owed_when_the_server_ended_is_done_after_the_next_start(
    begin: Callable[..., Messenger], sam: Person, client: KeepingClient, go: Go
) -> None:
    go(sam.say("/start staffordshire_school"))

    async def stop_in_between() -> None:
        await sam.messenger.stop()
        await sam.messenger.take(sam.update("fourth suspension, what is expected?", id="901"))
        await sam.messenger.take(sam.update("/help", id="902"))

    shown = len(client.shown)
    go(stop_in_between())
    assert len(client.shown) == shown
    sam.messenger = begin()

    async def again() -> None:
        sam.messenger.recover()
        await sam.messenger.take(sam.update("fourth suspension, what is expected?", id="901"))

    go(again())
    go(sam.say("/pupil"))
    assert [s.reply.status for s in client.shown[shown:]].count("answered") == 1
    assert len(client.shown) == shown + 3


def test_whatever_fails_the_person_gets_an_answer(
    begin: Callable[..., Messenger], client: KeepingClient, go: Go, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(_: UserMessage) -> None:
        raise RuntimeError("SECRETWORDS")

    anna = Person(begin(broken), client, "anna")
    assert words()["manners"]["error"] in go(anna.say("SECRETWORDS what now?"))
    assert "SECRETWORDS" not in caplog.text


def test_a_reply_that_the_client_cannot_show_is_answered_with_the_words_for_a_failure(
    sam: Person, client: KeepingClient, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = client.parts

    def picky(showing: Showing) -> list[Part]:
        if showing.reply.status != "error":
            raise ValueError
        return parts(showing)

    monkeypatch.setattr(client, "parts", picky)
    assert words()["manners"]["error"] in go(sam.say("/help"))


# ------------------------------------------------------------------------------------------------- what is remembered


def test_an_area_told_in_words_is_remembered_and_another_named_in_passing_is_not(sam: Person, go: Go) -> None:
    go(sam.say("I'm a SENCO in Staffordshire, what happens at the third suspension?"))
    go(sam.say("and what does Hackney say about a managed move?"))
    assert "School staff · Staffordshire" in go(sam.say("/help"))
    go(sam.say("/area hackney"))
    assert "School staff · Hackney" in go(sam.say("/help"))


def test_a_role_told_in_words_holds_for_the_next_pupil(sam: Person, client: KeepingClient, go: Go) -> None:
    go(sam.say("/start staffordshire"))
    go(sam.say("I'm a school governor"))
    go(sam.say("/pupil new"))
    go(sam.say("what is expected after 4 suspensions?"))
    assert client.shown[-1].heading == "Pupil B · Governor or clerk · Staffordshire · 4 suspensions"


@pytest.mark.parametrize(
    "words",
    [
        "Dear parent, we have suspended your child. What must the letter about a suspension say?",
        "Dear Headteacher,\nI am his mum and I object.\n\nKind regards\nAnna\n\nwhat must the letter say?",
        'she wrote "I am the mother and I was not told", what must the letter say?',
        "Dear Sir, I am his mother. What must the letter say?",
        "Parent of the boy says she was not told. What must the letter say?",
        "> I am his mum\nwhat must the letter about a suspension say?",
    ],
)
def test_what_somebody_else_wrote_or_is_makes_nobody_a_parent(
    words: str, sam: Person, client: KeepingClient, go: Go
) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say(words))
    go(sam.say("what is expected after 4 suspensions?"))
    assert client.shown[-1].heading == "School staff · Staffordshire · 4 suspensions"
    go(sam.say("/pupil new"))
    go(sam.say("what is expected after 4 suspensions?"))
    assert client.shown[-1].heading == "Pupil B · School staff · Staffordshire · 4 suspensions"


@pytest.mark.parametrize("words", ["/role parent", "I'm his mum", "hello, I am a parent of a boy in year 9"])
def test_a_role_by_command_or_of_oneself_holds_everywhere(
    words: str, sam: Person, client: KeepingClient, go: Go
) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("/pupil new"))
    go(sam.say("what is expected after 4 suspensions?"))
    go(sam.say(words))
    go(sam.say("/pupil a"))
    go(sam.say("what is expected of parents after 4 suspensions?"))
    assert "Parent or carer · Staffordshire" in client.shown[-1].heading
    go(sam.say("/pupil b"))
    go(sam.say("what is expected of parents after 4 suspensions?"))
    assert "Parent or carer · Staffordshire" in client.shown[-1].heading


def test_on_a_damaged_conversation_the_person_is_told_and_answered(
    sam: Person, client: KeepingClient, go: Go, agent: Any
) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("fourth suspension, what is expected?"))
    tear(Path(agent.tracker_store.engine.url.database), stores.conversations(sam.id)[0])
    shown = len(client.shown)
    go(sam.say("what is a managed move?"))
    assert [s.reply.status for s in client.shown[shown:]] == ["error", "answered"]
    assert client.shown[shown].reply.text == words()["manners"]["set_aside"]
    go(sam.say("what is a managed move?"))
    assert len(client.shown) == shown + 3


def test_a_damaged_update_holds_up_nobody(
    begin: Callable[..., Messenger], client: KeepingClient, sam: Person, go: Go
) -> None:
    go(sam.messenger.stop())
    go(sam.messenger.take(sam.update("what is a managed move?", id="911")))
    go(sam.messenger.take(sam.update("/help", id="912")))
    with database.engine().begin() as connection:
        connection.execute(sa.text("UPDATE updates SET work = '{\"addr' WHERE key = '911'"))
    sam.messenger = begin()

    async def again() -> None:
        sam.messenger.recover()

    go(again())
    go(sam.say("/pupil"))
    assert "What you can type" in "".join(s.reply.text for s in client.shown)


def test_starting_again_in_words_leaves_role_and_area_known(sam: Person, client: KeepingClient, go: Go) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("fourth suspension"))
    go(sam.say("start again"))
    go(sam.say("what is expected after 3 suspensions?"))
    assert client.shown[-1].heading == "School staff · Staffordshire · 3 suspensions"


def test_reset_clears_one_pupil_and_no_other(sam: Person, go: Go) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("/stage 4"))
    go(sam.say("/pupil new"))
    go(sam.say("/stage 3"))
    assert go(sam.say("/reset")).startswith("Pupil B is cleared")
    go(sam.say("hello"))
    listed = go(sam.say("/pupil"))
    assert "- Pupil A: Staffordshire · 4 suspensions" in listed
    assert "- Pupil B (you are here): Staffordshire\n" in listed + "\n"


def test_there_are_no_more_pupils_than_a_list_can_hold(sam: Person, go: Go) -> None:
    for _ in range(MOST):
        said = go(sam.say("/pupil new"))
    assert f"You have {MOST} pupils here" in said
    assert "You have no Pupil ZZ here." in go(sam.say("/pupil zz"))
    assert "You are at Pupil C now." in go(sam.say("/pupil c"))


def test_letters_go_on_after_z() -> None:
    pupils = Pupils(database.engine())
    with database.engine().begin() as connection:
        letters = [pupils.add(connection, "p", "here").letter for _ in range(28)]
    assert letters[:2] + letters[-3:] == ["A", "B", "Z", "AA", "AB"]


def test_a_button_pressed_while_the_last_one_is_handled_waits(
    sam: Person, go: Go, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("/stage 4"))
    go(sam.press("Walk me through it"))
    shown = sam.client.shown[-1]
    monkeypatch.setattr(sam.messenger.staff, "busy", lambda _: True)
    assert go(sam.press("Done", shown)) == phrases()["press"]["busy"]


def test_a_payload_that_we_never_issue_does_nothing(sam: Person, go: Go) -> None:
    go(sam.say("/start staffordshire_school"))
    token = sam.client.shown[-1].token
    for payload in ('/inform{"area":"narnia"}', "/restart", "hello", "!", "!pupil nowhere"):
        assert go(sam.say(press=Press(token, payload))) in phrases()["press"].values()


# --------------------------------------------------------------------------------------------------------- whose it is


def test_the_words_of_danger_are_in_no_summary(sam: Person, go: Go) -> None:
    go(sam.say("/start staffordshire_school"))
    go(sam.say("a pupil said he will kill himself"))
    assert "nothing to sum up" in go(sam.say("/summary"))
    go(sam.say("what is a managed move?"))
    note = go(sam.say("/summary"))
    assert "what is a managed move?" in note
    assert "kill" not in note


def test_the_command_finds_all_of_a_person_by_the_platform_s_id(
    agent: Any,
    client: KeepingClient,
    begin: Callable[..., Messenger],
    go: Go,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TRACKER_URL", str(agent.tracker_store.engine.url))
    anna = Person(begin(), client, "x")
    anna.id = person_of("telegram", SECRET, "4711")
    go(anna.say("a ZEBRAFISH question"))
    go(anna.say("/pupil new"))
    assert people_command.main(["export", "telegram:4711"]) == 0
    assert "ZEBRAFISH" in capsys.readouterr().out
    assert people_command.main(["erase", "telegram:4711"]) == 0
    assert stores.conversations(anna.id) == []
    assert people_command.main(["export", "telegram:4711"]) == 1


def test_expired_conversations_are_forgotten_with_the_person(sam: Person, agent: Any, go: Go) -> None:
    go(sam.say("/start staffordshire_school"))
    stores.expire(agent.tracker_store, time.time() + 29 * 86400)
    assert stores.conversations(sam.id) == []
    assert "Which area is your school in?" in go(sam.say("/start"))


def test_pseudonyms_are_keyed_and_differ_by_channel() -> None:
    made = {pseudonym(c, s, i) for c in ("telegram", "teams") for s in ("a", "b") for i in ("1", "2")}
    assert len(made) == 8
    assert all(len(each) <= 40 for each in made)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/help", ("help", "")),
        ("/HELP  ", ("help", "")),
        ("/pupil  new ", ("pupil", "new")),
        ("/start a_b", ("start", "a_b")),
        ("help", None),
        ("/restart", None),
        ("/", None),
        ("", None),
        ("/helpme", None),
    ],
)
def test_commands_are_told_from_words(text: str, command: tuple[str, str] | None) -> None:
    assert command_of(text) == command


def test_every_command_has_a_description_that_a_menu_can_show() -> None:
    for name, text in phrases()["commands"].items():
        assert name.isalpha()
        assert name.islower()
        assert 3 <= len(text) <= 100
    assert Reply("smalltalk", "x").steps == []
