"""Teams, over HTTP: a real server, the trained assistant behind it, and a double of Microsoft's side before it."""

from __future__ import annotations

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Optional

import pytest

from bot.__main__ import Stop, _messengers
from bot.channels.phrases import phrases
from bot.channels.teams import access
from tests.bot.web import files
from tests.teams.conftest import Server
from tests.teams.microsoft import BOT, OTHER_TENANT, SECRET, TENANT, Microsoft
from tests.teams.view import seen, spoken

pytestmark = pytest.mark.slow

WRITES = list[tuple[str, str, dict[str, Any]]]


class Someone:
    """A member of staff in one chat."""

    def __init__(self, server: Server, name: str = "", chat: str = "", kind: str = "personal") -> None:
        self.server, self.microsoft = server, server.microsoft
        self.name = name or uuid.uuid4().hex
        self.chat = chat or f"a:{self.name}"
        self.kind = kind

    def activity(self, text: Optional[str] = None, **more: Any) -> dict[str, Any]:
        """Something they do here."""
        made = self.microsoft.activity(text)
        made["from"] = {"id": f"29:{self.name}", "name": "Anna Example", "aadObjectId": f"object-{self.name}"}
        made["conversation"] = {"id": self.chat, "conversationType": self.kind, "tenantId": TENANT}
        return {**made, **more}

    def writes(self) -> WRITES:
        """What was written to the chat, typing aside."""
        return [w for w in self.microsoft.writes() if w[2]["chat"] == self.chat]

    def do(self, activity: dict[str, Any], answers: int = 1) -> WRITES:
        """Do it, and wait for so many messages or changes; those."""
        before = len(self.writes())
        assert self.server.post(activity) == 200
        self.microsoft.wait(lambda _: len(self.writes()) >= before + answers)
        return self.writes()[before:]

    def say(self, text: str, answers: int = 1, **more: Any) -> WRITES:
        """Say something, and wait for the answer."""
        if self.kind != "personal":
            at = "<at>Inclusion Guide</at>"
            mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Inclusion Guide"}, "text": at}
            text, more["entities"] = f"{at} {text}", [mention, *more.get("entities", [])]
        return self.do(self.activity(text, **more), answers)

    def press(self, title: str, on: tuple[str, str, dict[str, Any]], answers: int = 1) -> WRITES:
        """Press a button of a message."""
        return self.do(self.pressing(title, on), answers)

    def pressing(self, title: str, on: tuple[str, str, dict[str, Any]]) -> dict[str, Any]:
        """What comes when a button is pressed."""
        data = dict(seen([on[2]]).buttons)[title]
        return self.activity(value=data, replyToId=on[1])

    def greeted(self) -> "Someone":
        """They have added the app and said where they are."""
        self.do(self.activity(type="installationUpdate", action="add"))
        self.say("area Staffordshire")
        return self


@pytest.fixture
def anna(server: Server) -> Someone:
    return Someone(server)


def words(writes: WRITES) -> str:
    return "\n\n".join(spoken(activity) for _, _, activity in writes)


# --------------------------------------------------------------------------------------------------------- the door


def test_nobody_else_is_let_in_and_nothing_is_said_to_them(server: Server, anna: Someone) -> None:
    hello, good = anna.activity("hello"), server.microsoft.token
    assert server.post(hello, None) == 401
    assert server.post(hello, "forged") == 403
    assert server.post(hello, good(aud="another")) == 403
    stranger = {"channelData": {"tenant": {"id": OTHER_TENANT}}}
    assert server.post({**hello, **stranger}) == 403
    for body in (b"", b"{", b"[]", b"null", b'"x"', b"{}", b'{"type": "message"}', b"\xff\xfe"):
        assert server.post(body) == 400, body
    for part in ("conversation", "recipient", "from", "serviceUrl"):
        assert server.post({**hello, part: None}) == 400, part
    assert server.post({**hello, "text": "x" * 200_000}) == 413
    assert anna.writes() == []


@pytest.mark.parametrize(
    "activity",
    [
        {"type": "typing"},
        {"type": "messageReaction", "reactionsAdded": [{"type": "like"}]},
        {"type": "messageDelete"},
        {"type": "conversationUpdate", "membersAdded": [{"id": BOT}]},
        {"type": "installationUpdate", "action": "remove"},
        {"type": "installationUpdate", "action": "add-upgrade"},
        {"type": "event", "name": "application/vnd.microsoft.readReceipt"},
        {"type": "invoke", "name": "adaptiveCard/action", "value": {"action": 1}},
        {"type": "something new"},
        {"type": "message", "id": None, "text": "hello"},
    ],
)
def test_what_is_no_question_is_taken_quietly(server: Server, anna: Someone, activity: dict[str, Any]) -> None:
    assert server.post(anna.activity(**activity)) == 200
    assert anna.say("help")  # and nothing came before it
    assert len(anna.writes()) == 1


@pytest.mark.parametrize(
    "odd",
    [
        {"text": 7},
        {"entities": "x", "attachments": "x"},
        {"entities": [None, {"type": "mention"}, {"type": "mention", "mentioned": "x", "text": 1}]},
        {"value": {"payload": 7}},
        {"value": "not json", "text": None},
        {"channelData": {"tenant": {"id": TENANT}, "eventType": 7}},
        {"attachments": [None, {"contentType": None}]},
    ],
)
def test_an_odd_activity_gets_an_answer_and_no_fault(anna: Someone, odd: dict[str, Any]) -> None:
    assert anna.do(anna.activity(**{"text": "hello", **odd}))


# --------------------------------------------------------------------------------------------------- first words


def test_who_adds_the_app_is_told_what_it_is_and_what_not_to_type_and_asked_for_the_area_once(anna: Someone) -> None:
    added = anna.activity(type="installationUpdate", action="add")
    (welcome,) = anna.do(added)
    said = spoken(welcome[2])
    assert "Please don't type a pupil's name" in said
    assert "'delete' removes it sooner: from our server, not from Microsoft Teams." in said
    assert "ring 999" in said
    anna.press("Staffordshire", welcome)
    assert anna.server.post(added) == 200  # delivered again
    said = words(anna.say("what do we have to do after the fourth suspension?"))
    assert "School staff · Staffordshire · 4 suspensions" in said
    assert len(anna.writes()) == 3


def test_who_was_never_greeted_hears_what_not_to_type_before_the_first_answer(anna: Someone) -> None:
    first, answer = anna.say("what is a managed move?", 2)
    assert "Please don't type a pupil's name" in spoken(first[2])
    assert "managed move" in spoken(answer[2])
    assert len(anna.say("and what is a PSP?")) == 1


def test_an_answer_is_a_card_with_its_sources_after_a_sign_that_one_is_being_made(anna: Someone) -> None:
    anna.greeted()
    (answer,) = anna.say("what is a managed move?")
    shown = seen([answer[2]])
    assert shown.faults == []
    assert shown.links
    assert "Where this comes from" in spoken(answer[2])
    assert any(w[2]["chat"] == anna.chat for w in anna.microsoft.writes("typing"))


# ----------------------------------------------------------------------------------------------------- handled once


def test_a_message_that_comes_twice_is_answered_once(server: Server, anna: Someone) -> None:
    anna.greeted()
    asked, before = anna.activity("what is a managed move?"), len(anna.writes())
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(server.post, [asked] * 6)) == {200}
    anna.microsoft.wait(lambda _: len(anna.writes()) > before)
    anna.say("help")  # a second answer would have come before this one
    assert len(anna.writes()) == before + 2


def test_a_checklist_is_ticked_in_its_card_and_a_double_press_counts_once(anna: Someone) -> None:
    anna.greeted()
    anna.say("4 suspensions")
    (begun,) = anna.say("walk me through it")
    (ticked,) = anna.press("Done", begun)
    assert ticked[:2] == ("PUT", begun[1])
    assert "1 of 30 answered" in spoken(ticked[2])
    (told,) = anna.press("Done", begun)  # the card as it was before
    assert spoken(told[2]) == phrases()["press"]["old"]
    (again,) = anna.press("Tell me more", ticked)
    assert again[:2] == ("PUT", begun[1])
    (typed,) = anna.say("done")
    assert typed[0] == "POST"
    assert "2 of 30 answered" in spoken(typed[2])
    (stopped,) = anna.press("Stop", typed)
    assert stopped[:2] == ("PUT", typed[1])
    assert "Still open" in spoken(stopped[2]) or "Not looked at" in spoken(stopped[2])


def test_a_card_that_is_gone_is_sent_anew(anna: Someone) -> None:
    anna.greeted()
    anna.say("4 suspensions")
    (begun,) = anna.say("walk me through it")
    anna.microsoft.troubles.append(404)
    (ticked,) = anna.press("Done", begun)
    assert ticked[0] == "POST"
    (next_,) = anna.press("Done", ticked)
    assert next_[:2] == ("PUT", ticked[1])


def test_a_button_that_is_none_of_ours_is_answered_kindly(anna: Someone) -> None:
    anna.greeted()
    (help_,) = anna.say("help")
    token = json.loads(json.dumps(seen([anna.say("contacts")[0][2]]).buttons or [("", {"token": "x"})]))[0][1]["token"]
    for data, said in (
        ({"payload": "/restart", "token": token}, ("unknown", "gone")),
        ({"payload": '/inform{"area":"atlantis"}', "token": token}, ("unknown", "gone")),
        ({"payload": "/walk", "token": "deadbeef"}, ("gone",)),
        ({"payload": "/walk"}, ("gone",)),
    ):
        (told,) = anna.do(anna.activity(value=data, replyToId=help_[1]))
        assert spoken(told[2]) in [phrases()["press"][name] for name in said]


# ------------------------------------------------------------------------------------------------ groups and channels


@pytest.mark.parametrize("kind", ["groupChat", "channel"])
def test_among_others_it_answers_only_who_calls_it(server: Server, kind: str) -> None:
    chat = f"19:{uuid.uuid4().hex}@thread.tacv2"
    megan = Someone(server, "", f"{chat};messageid=1" if kind == "channel" else chat, kind)
    assert server.post(megan.activity("what is a managed move?")) == 200
    (welcome,) = megan.do(megan.activity(type="installationUpdate", action="add"))
    assert "Everyone in the group can read it" in spoken(welcome[2])
    megan.say("area Hackney")
    (answer,) = megan.say("what is a managed move?")
    assert answer[2]["chat"] == megan.chat
    assert len(megan.writes()) == 3
    assert "What you can type" in words(megan.say(""))


def test_in_a_group_each_has_their_own_and_nobody_presses_anothers_buttons(server: Server) -> None:
    chat = f"19:{uuid.uuid4().hex}@thread.v2"
    megan, adele = Someone(server, "", chat, "groupChat"), Someone(server, "", chat, "groupChat")
    megan.greeted()
    megan.say("4 suspensions")
    (begun,) = megan.say("walk me through it")
    (told,) = adele.press("Done", begun)
    assert spoken(told[2]) == phrases()["press"]["other"]
    (ticked,) = megan.press("Done", begun)
    assert "1 of 30 answered" in spoken(ticked[2])


def test_a_thread_of_a_channel_goes_on_where_another_was(server: Server) -> None:
    chat = f"19:{uuid.uuid4().hex}@thread.tacv2"
    one = Someone(server, "", f"{chat};messageid=1", "channel").greeted()
    one.say("4 suspensions")
    two = Someone(server, one.name, f"{chat};messageid=2", "channel")
    assert "Step 1 of 30" in words(two.say("walk me through it"))


def test_the_names_of_people_who_are_mentioned_are_not_kept(server: Server, anna: Someone) -> None:
    anna.greeted()
    mention = {"type": "mention", "mentioned": {"id": "29:zed"}, "text": "<at>Zebedee Unusual</at>"}
    anna.say("<at>Zebedee Unusual</at> has a 4th suspension &amp; what is a managed move?", entities=[mention])
    anna.say("and <at id='3'>Yolanda Unusual</at>, what is a PSP?")
    kept = files(server.folder)
    assert b"Unusual" not in kept
    assert b"[name]" in kept


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
    assert "longer than I can read" in words(anna.say("x" * 4001))


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
    (answer,) = anna.say("a pupil of mine says she wants to kill herself")
    shown = seen([answer[2]])
    assert "tel:999" in shown.links
    assert shown.buttons == []
    assert "999" in answer[2]["summary"]


# ------------------------------------------------------------------------------------------------- when something fails


@pytest.mark.parametrize("trouble", [429, 500, 502, (503, {"Retry-After": "0"}), 412, 401])
def test_an_answer_arrives_in_the_end(anna: Someone, trouble: Any) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([trouble] * (1 if trouble == 401 else 2))
    assert "managed move" in words(anna.say("what is a managed move?"))
    assert len(anna.writes()) == 3


def test_a_send_of_unknown_outcome_is_repeated_once(anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.append("cut")
    first, second = anna.say("what is a managed move?", 2)
    assert first[2]["attachments"] == second[2]["attachments"]
    anna.say("help")
    assert len(anna.writes()) == 5


def test_a_card_that_is_not_taken_is_said_in_words(anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.append(413)
    said = anna.say("what is a managed move?")
    assert "attachments" not in said[0][2]
    assert "managed move" in words(said)


def test_a_chat_that_is_closed_is_given_up_and_the_next_is_answered(anna: Someone, server: Server) -> None:
    anna.greeted()
    anna.microsoft.troubles.append(403)
    assert server.post(anna.activity("what is a managed move?")) == 200
    anna.microsoft.wait(lambda _: not anna.microsoft.troubles)
    assert "What you can type" in words(anna.say("help"))


def test_the_log_has_no_words_no_secret_and_no_token(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([400, 400])
    server.post(anna.activity("QUOKKA what is a managed move?"))
    anna.microsoft.wait(lambda _: not anna.microsoft.troubles)
    forged = anna.microsoft.token(aud="another")
    server.post(anna.activity("QUOKKA"), forged)
    log = "".join(p.read_text(errors="replace") for p in server.folder.glob("log-*"))
    assert "Microsoft Teams: on" in log
    assert "a request was refused" in log
    for never in ("QUOKKA", SECRET, forged, anna.name, "token-1", "Traceback"):
        assert never not in log


def test_what_was_taken_in_is_answered_after_a_kill(server: Server, anna: Someone) -> None:
    anna.greeted()
    anna.microsoft.troubles.extend([503] * 1000)
    assert server.post(anna.activity("what is a managed move?")) == 200
    anna.microsoft.wait(lambda _: len(anna.microsoft.troubles) < 1000)
    server.kill()
    anna.microsoft.troubles.clear()
    before = len(anna.writes())
    server.start()
    anna.microsoft.wait(lambda _: len(anna.writes()) > before)
    anna.say("help")
    assert len(anna.writes()) == before + 2
    assert "managed move" in words(anna.writes()[before:])


# ---------------------------------------------------------------------------------------------------------- the start


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in ("TEAMS_APP", "TEAMS_SECRET", "TEAMS_TENANT", "TELEGRAM_TOKEN"):
        monkeypatch.delenv(f"INCLUSION_GUIDE_{name}", raising=False)
    return monkeypatch


def test_the_start_says_in_a_line_whether_it_is_on(environment: pytest.MonkeyPatch, microsoft: Microsoft) -> None:
    assert "Microsoft Teams: off" in "\n".join(_messengers())
    for name, value in microsoft.env.items():
        environment.setenv(name, value)
    assert asyncio.run(access.state()) == "Microsoft Teams: on, at /webhooks/teams/messages."
    environment.setenv("INCLUSION_GUIDE_TEAMS_SECRET", "another secret")
    line = asyncio.run(access.state())
    assert "The secret is wrong (AADSTS7000215)" in line
    assert "another secret" not in line
    environment.setenv("INCLUSION_GUIDE_TEAMS_LOGIN", "http://127.0.0.1:9")
    assert "cannot be reached" in asyncio.run(access.state())
    environment.setenv("INCLUSION_GUIDE_TEAMS_TENANT", "")
    with pytest.raises(Stop, match="three settings together"):
        _messengers()
