"""The web chat's contract, over HTTP: a real server process, the trained assistant behind it."""

from __future__ import annotations

import gzip
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Iterator

import httpx
import jwt
import pytest

from bot.channels.phrases import phrases
from bot.channels.tokens import DAY, begin
from bot.channels.tokens import Tokens as Signer
from bot.inbound import CHAT_LIMIT
from bot.replies import STATUSES, Reply, as_text
from tests.bot.web import Event, Tab, answers, files, process, run_alone, words
from tests.serving import stores_in

pytestmark = pytest.mark.slow

PARENT = "I'm a mum in Stafford, he's had 4 suspensions. what am I asked to do?"
SECRET = "ZEBRAFISH"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("web")


@pytest.fixture(scope="module")
def url(folder: Path) -> Iterator[str]:
    with process(folder) as (address, _):
        yield address


@pytest.fixture
def tab(url: str) -> Tab:
    return Tab(run_alone, url)


# ------------------------------------------------------------------------------------------------ script and pages


def test_the_script_is_one_file_for_any_page_and_is_not_sent_twice(url: str) -> None:
    first = httpx.get(f"{url}/widget.js", headers={"Origin": "https://school.example", "Accept-Encoding": "gzip"})
    assert first.status_code == 200
    assert first.headers["content-type"].startswith("text/javascript")
    assert first.headers["cache-control"] == "public, max-age=300"
    assert first.headers["access-control-allow-origin"] == "*"
    assert first.headers["content-encoding"] == "gzip"
    plain = httpx.get(f"{url}/widget.js", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert plain.content == first.content
    assert len(gzip.compress(plain.content)) < 40_000
    again = httpx.get(f"{url}/widget.js", headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert again.content == b""
    assert httpx.get(f"{url}/widget.js", headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize("path", ["/", "/chat"])
def test_the_pages_run_nothing_but_our_own_script(path: str, url: str) -> None:
    page = httpx.get(url + path)
    assert page.status_code == 200
    assert "/widget.js" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline" not in policy
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert "camera=()" in page.headers["permissions-policy"]
    assert "<style" not in page.text
    assert " style=" not in page.text


def test_the_full_page_says_whom_to_call_where_no_script_runs(url: str) -> None:
    page = httpx.get(f"{url}/chat").text
    assert "tel:999" in page
    assert page.count("tel:") > 2


# --------------------------------------------------------------------------------------------------------- session


def test_a_session_begins_with_what_a_person_needs_to_know(tab: Tab) -> None:
    given = tab.session
    assert given["events"] == []
    assert given["cursor"] == "0"
    assert given["limit"] == CHAT_LIMIT
    assert given["keep_days"] == 28
    said = " ".join(given["start"]["text"])
    for needed in ("suspended or permanently excluded", "not a person", "names", "28 days", "999"):
        assert needed in said
    assert given["labels"]["area"]["staffordshire"] == "Staffordshire"
    assert given["labels"]["stage"]["staffordshire"]["4"] == "4 suspensions"
    assert given["labels"]["role"]["parent"] == "Parent or carer"


def test_every_button_of_the_first_words_is_answered(tab: Tab) -> None:
    for button in tab.session["start"]["buttons"]:
        fresh = Tab(run_alone, tab.url)
        event = fresh.ask(payload=button["payload"])
        assert event["reply"]["status"] != "error"
        assert fresh.again()["events"][0]["title"] == button["title"]


def test_a_token_is_good_for_a_day_or_for_as_long_as_a_conversation_is_kept(tab: Tab) -> None:
    assert tab.session["expires"] == pytest.approx(time.time() + DAY, abs=60)
    kept = tab.open(token=tab.token, keep=True)
    assert kept["expires"] == pytest.approx(time.time() + 28 * DAY, abs=60)


def test_a_session_goes_on_with_its_token_and_begins_anew_with_another(tab: Tab) -> None:
    tab.ask("what is a managed move?")
    before = tab.again()
    assert [e["type"] for e in before["events"]] == ["said", "reply"]
    assert before["cursor"] == before["events"][-1]["id"]
    assert tab.open(token="nonsense")["events"] == []


@pytest.mark.parametrize(("presets", "warned"), [({"area": "staffordshire", "role": "parent"}, 0), ({"area": "x"}, 1)])
def test_what_the_host_page_says_of_its_reader_is_known_and_not_shown(
    presets: dict[str, str], warned: int, url: str
) -> None:
    tab = Tab(run_alone, url, **presets)
    assert len(tab.session["warnings"]) == warned
    event = tab.ask("4 suspensions. what do I have to do?")
    assert (event["reply"]["records"] == ["staffs-4-parents"]) is not bool(warned)
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


# -------------------------------------------------------------------------------------------- messages and answers


def test_a_message_is_answered_with_the_whole_reply(tab: Tab) -> None:
    message = tab.send(PARENT)
    heard = tab.hear(lambda heard: bool(answers(heard, message)))
    assert all(e == {"type": "typing", "message": message} for e in heard[:-2])
    said, reply = heard[-2:]
    assert set(said) == {"id", "type", "message", "text", "title"}
    assert (said["type"], said["message"], said["text"], said["title"]) == ("said", message, PARENT, None)
    assert set(reply) == {"id", "type", "message", "reply", "text"}
    assert reply["message"] == message
    assert int(reply["id"]) > int(said["id"])
    assert reply["reply"]["status"] in STATUSES
    assert reply["reply"]["records"] == ["staffs-4-parents"]
    assert reply["reply"]["sources"]
    assert as_text(Reply.from_dict(reply["reply"])) == reply["text"]


def test_a_button_is_pressed_by_its_payload_and_shown_by_its_title(tab: Tab) -> None:
    asked = tab.ask("what is expected of us?")
    answer = tab.tap(asked, "School staff")
    assert answer["reply"]["scope"]["role"] == "school"
    said = [e for e in tab.again()["events"] if e["type"] == "said"][-1]
    assert (said["text"], said["title"]) == (None, "School staff")


def test_a_choice_that_no_answer_offered_is_shown_by_its_name(tab: Tab) -> None:
    tab.ask(payload='/inform{"area":"hackney"}')
    assert tab.again()["events"][0]["title"] == "Hackney"


@pytest.mark.parametrize("typed", ["/done", '/inform{"area":"hackney"}', "/restart", " // /walk"])
def test_typed_words_are_never_a_command(typed: str, tab: Tab) -> None:
    tab.ask(typed)
    said = tab.again()["events"][0]
    assert (said["text"], said["title"]) == (typed.lstrip(" /"), None)


@pytest.mark.parametrize("payload", ["/restart", '/inform{"area":"mars"}', "done", "", 7, '/inform{"x":"y"}'])
def test_a_payload_that_is_none_of_our_buttons_is_refused(payload: Any, tab: Tab) -> None:
    answer = tab.call("POST", "/web/message", json={"id": str(uuid.uuid4()), "payload": payload})
    assert answer.status_code == 400
    assert "button" in answer.json()["error"]
    assert tab.again()["events"] == []


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"id": "1", "text": "hello"},
        {"id": 7, "text": "hello"},
        {"id": None, "text": "hello"},
        {"text": "hello"},
        {"id": str(uuid.uuid4())},
        {"id": str(uuid.uuid4()), "text": "hello", "payload": "/done"},
        {"id": str(uuid.uuid4()), "text": ""},
        {"id": str(uuid.uuid4()), "text": "  \u200b"},
        {"id": str(uuid.uuid4()), "text": 7},
        {"id": str(uuid.uuid4()), "text": "words " * (CHAT_LIMIT // 6 + 1)},
        [],
        "hello",
        None,
    ],
    ids=repr,
)
def test_a_message_out_of_shape_is_refused_with_a_sentence(body: Any, tab: Tab) -> None:
    answer = tab.call("POST", "/web/message", json=body)
    assert answer.status_code == 400
    assert set(answer.json()) == {"error"}
    assert len(answer.json()["error"].split()) > 3
    assert tab.again()["events"] == []


def test_the_longest_message_fits_also_in_another_script(tab: Tab) -> None:
    assert tab.ask("क" * CHAT_LIMIT)["type"] == "reply"


@pytest.mark.parametrize("size", [8 * 1024 + 1, 90_000, 200_000])
def test_what_is_too_large_is_refused(size: int, tab: Tab) -> None:
    answer = tab.call("POST", "/web/message", content=b"x" * size)
    assert answer.status_code == 413
    assert "less" in answer.json()["error"]


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"null"])
def test_what_is_no_json_is_refused(content: bytes, tab: Tab) -> None:
    answer = tab.call("POST", "/web/message", content=content)
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


def test_a_personal_detail_is_neither_shown_nor_kept(tab: Tab, folder: Path) -> None:
    event = tab.ask("ring me on 07700 900456. what is a managed move?")
    assert "I left out the phone number" in event["text"]
    assert "[phone number]" in tab.again()["events"][0]["text"]
    assert b"900456" not in files(folder)


def test_a_word_of_danger_is_answered_at_once(tab: Tab) -> None:
    assert tab.ask("I want to kill myself")["reply"]["status"] == "crisis"


# ---------------------------------------------------------------------------------------------------- exactly once


def test_the_same_id_twice_is_one_message(tab: Tab) -> None:
    message = tab.send("what is a managed move?")
    tab.answer(message)
    again = tab.call("POST", "/web/message", json={"id": message, "text": "what is a managed move?"})
    assert again.status_code == 202
    assert again.json() == {"id": message, "state": "done"}
    tab.send("and what is an EHC plan?", id=message)
    tab.ask("hello")
    events = tab.again()["events"]
    assert [e["type"] for e in events] == ["said", "reply"] * 2
    assert len(answers(events, message)) == 1


def test_many_at_once_are_answered_each_once_and_in_order(tab: Tab) -> None:
    said = [f"what is a managed move? ({n})" for n in range(8)]
    ids = [tab.send(text) for text in said]
    ids += [tab.send(said[0], id=ids[0]), tab.send(said[7], id=ids[7])]
    events = tab.hear(lambda heard: bool(answers(heard, ids[7])))
    assert [e["text"] for e in events if e["type"] == "said"] == said
    kept = [e["message"] for e in events if e["type"] == "reply"]
    assert kept == ids[:8]


def test_the_same_id_in_two_conversations_is_two_messages(tab: Tab) -> None:
    message, other = str(uuid.uuid4()), Tab(run_alone, tab.url)
    assert tab.ask("hello", id=message)["reply"]["status"] == "smalltalk"
    assert other.ask("what is a managed move?", id=message)["reply"]["status"] == "answered"


# ---------------------------------------------------------------------------------------------------------- replay


def test_the_stream_replays_what_came_after_the_cursor(tab: Tab) -> None:
    first, second = tab.ask("hello"), tab.ask("what is a managed move?")
    everything = tab.hear(lambda heard: len(heard) == 4)
    assert words(everything) == words(tab.again()["events"])
    rest = tab.hear(lambda heard: len(heard) == 2, after=first["id"])
    assert rest == everything[2:]
    assert tab.hear(lambda heard: len(heard) == 1, after=everything[2]["id"]) == [second]
    assert tab.hear(lambda heard: len(heard) == 4, after="") == everything
    assert tab.hear(lambda heard: len(heard) == 4, after="nonsense") == everything


def test_nothing_is_replayed_from_another_conversation(tab: Tab) -> None:
    other = Tab(run_alone, tab.url)
    other.ask(f"what is a managed move? {SECRET}")
    tab.ask("hello")
    assert SECRET not in str(tab.again()["events"])
    assert len(tab.again()["events"]) == 2


def test_two_tabs_of_one_conversation_hear_the_same(tab: Tab) -> None:
    other = Tab(run_alone, tab.url, token=tab.token)

    def both_answers(heard: list[Event]) -> bool:
        return len([e for e in heard if e["type"] == "reply"]) == 2

    with ThreadPoolExecutor() as threads:
        listening = [threads.submit(t.hear, both_answers) for t in (tab, other)]
        time.sleep(0.3)
        tab.send("hello")
        other.send("what is a managed move?")
        one, two = (heard.result() for heard in listening)
    assert words(one) == words(two)
    assert [said for kind, said in words(one) if kind == "said"] == ["hello", "what is a managed move?"]


# ---------------------------------------------------------------------------------------------------------- tokens


def forged() -> dict[str, str]:
    claims = {"aud": "web", "sub": "web-1", "exp": int(time.time()) + 1000}
    ours = stores_in(Path())["INCLUSION_GUIDE_SECRET"]
    return {
        "none": "",
        "nonsense": "nonsense",
        "three parts": "a.b.c",
        "another secret": jwt.encode(claims, "another secret that is long enough, surely", algorithm="HS256"),
        "no signature": jwt.encode(claims, "", algorithm="none"),
        "another algorithm": jwt.encode(claims, ours, algorithm="HS512"),
        "expired": jwt.encode({**claims, "exp": int(time.time()) - 1}, ours, algorithm="HS256"),
        "never expires": jwt.encode({k: v for k, v in claims.items() if k != "exp"}, ours, algorithm="HS256"),
        "for something else": jwt.encode({**claims, "aud": "console"}, ours, algorithm="HS256"),
        "of nobody": jwt.encode({k: v for k, v in claims.items() if k != "sub"}, ours, algorithm="HS256"),
    }


@pytest.mark.parametrize("name", list(forged()))
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/web/message"),
        ("GET", "/web/events"),
        ("POST", "/web/feedback"),
        ("GET", "/web/handover"),
        ("POST", "/web/handover"),
        ("DELETE", "/web/conversation"),
    ],
)
def test_nothing_is_done_without_a_token_of_ours(method: str, path: str, name: str, url: str) -> None:
    bad = forged()[name]
    body = {"id": str(uuid.uuid4()), "text": "hello"} if method == "POST" else None
    answer = httpx.request(method, url + path, json=body, headers={"Authorization": f"Bearer {bad}".strip()})
    assert answer.status_code == 401
    assert "start a new one" in answer.json()["error"]


def test_a_changed_token_is_refused_and_begins_a_new_conversation(tab: Tab) -> None:
    tab.ask("hello")
    head, claims, signature = tab.token.split(".")
    other = Signer("another secret that is long enough, surely").sign(begin(), False)[0].split(".")
    for bad in (f"{head}.{other[1]}.{signature}", f"{head}.{claims}.{other[2]}", f"{head}.{claims}."):
        assert tab.call("GET", "/web/handover", headers={"Authorization": f"Bearer {bad}"}).status_code == 401
        assert Tab(run_alone, tab.url, token=bad).session["events"] == []


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "bearer"])
def test_a_header_without_a_token_is_refused(header: str, url: str) -> None:
    assert httpx.get(f"{url}/web/events", headers={"Authorization": header}).status_code == 401


# -------------------------------------------------------------------------------------------------------- feedback


def test_feedback_is_taken_once_for_each_answer_and_redacted(tab: Tab, folder: Path) -> None:
    reply = tab.ask("what is a managed move?")
    body = {"reply": reply["id"], "helpful": False, "reason": f"call me on 07700 900457, {SECRET}1"}
    assert tab.call("POST", "/web/feedback", json=body).status_code == 204
    assert tab.call("POST", "/web/feedback", json={**body, "helpful": True, "reason": None}).status_code == 204
    assert b"900457" not in files(folder)


@pytest.mark.parametrize(
    "change",
    [{"reply": "1"}, {"reply": "x"}, {"reply": None}, {"helpful": "yes"}, {"helpful": None}, {"reason": "x" * 501}],
    ids=repr,
)
def test_feedback_out_of_shape_is_refused(change: dict[str, Any], tab: Tab) -> None:
    reply = tab.ask("what is a managed move?")
    body = {"reply": reply["id"], "helpful": True, "reason": None, **change}
    answer = tab.call("POST", "/web/feedback", json=body)
    assert answer.status_code == 400
    assert answer.json()["error"]


def test_no_feedback_is_taken_on_an_answer_to_danger_or_on_another_s(tab: Tab) -> None:
    crisis = tab.ask("I want to kill myself")
    assert tab.call("POST", "/web/feedback", json={"reply": crisis["id"], "helpful": True}).status_code == 400
    other = Tab(run_alone, tab.url)
    assert other.call("POST", "/web/feedback", json={"reply": crisis["id"], "helpful": True}).status_code == 400


# -------------------------------------------------------------------------------------------------------- handover


def test_without_a_helpline_nothing_is_handed_over(tab: Tab) -> None:
    assert tab.call("GET", "/web/handover").json() == {"available": False, "summary": ""}
    answer = tab.call("POST", "/web/handover", json={"summary": "help", "contact": None})
    assert answer.status_code == 409
    assert "helpline" in answer.json()["error"]


# ------------------------------------------------------------------------------------------------ what others find


def test_what_is_not_there_is_said_so(url: str) -> None:
    assert httpx.get(f"{url}/web/nothing").status_code == 404
    assert httpx.get(f"{url}/web/message").status_code == 405


def test_the_answers_of_the_chat_are_kept_nowhere_on_their_way(tab: Tab) -> None:
    answer = tab.call("POST", "/web/session", json={})
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "set-cookie" not in answer.headers


def test_the_start_says_where_the_chat_is_and_which_messengers_are_off(url: str, folder: Path) -> None:
    printed = next(folder.glob("log-*")).read_text()
    assert f"Open the chat in a browser: {url.replace('127.0.0.1', 'localhost')}" in printed
    assert phrases()["telegram"]["start"]["off"] in printed


def test_the_server_is_ready_when_its_databases_are(url: str) -> None:
    parts = dict.fromkeys(("model", "knowledge", "people", "conversations"), True)
    assert httpx.get(f"{url}/ready").json() == {**parts, "set_aside": 0}


def test_nothing_of_a_person_is_logged(folder: Path, tab: Tab) -> None:
    tab.ask(f"what is a managed move? {SECRET}2")
    assert SECRET.encode() not in b"".join(p.read_bytes() for p in folder.glob("log-*"))
