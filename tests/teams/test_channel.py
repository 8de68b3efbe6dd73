"""Teams, over HTTP: a real server, the trained assistant behind it, and a double of Microsoft's side before it."""

from __future__ import annotations

import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bot.channels.phrases import phrases
from tests.bot.web import files
from tests.teams.conftest import Server
from tests.teams.microsoft import BOT, OTHER_TENANT, TENANT
from tests.teams.someone import Someone, words
from tests.teams.view import seen, spoken

pytestmark = pytest.mark.slow

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
