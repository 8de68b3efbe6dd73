"""The REST channel's contract, over HTTP: a real server on this machine, the trained assistant behind it."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import socket
import uuid
from pathlib import Path
from typing import Any, Awaitable, Callable, Iterator

import httpx
import pytest
from rasa.core.channels import channel
from sanic import Sanic
from sanic.response import text

from actions.manners import ActionGreet
from actions.questions import ActionAnswer
from bot.channels.rest import OTHERS, RestChannel
from bot.channels.staff import person_of
from bot.channels.tokens import begin
from bot.inbound import LIMIT, PAYLOAD_BYTES
from bot.people_command import MESSENGERS
from bot.replies import RESTS_ON_RECORDS, STATUSES
from tests.conftest import ROOT

Sanic.test_mode = True  # several apps in one process

WEBHOOK = "/webhooks/rest/webhook"
SECRET = "ZEBRAFISH"  # a word of the person's, which no log line may repeat
MESSAGES = [
    "hello",
    "what is a managed move?",
    "I'm a mum in Stafford, he's had 4 suspensions. what am I asked to do?",
    "I'm a head in Hackney, third suspension, what is expected of us?",
    "what am I meant to do?",
    "walk me through it",
    "can I speak to a person?",
    "what's the weather like tomorrow?",
    "asdkjh qwlkej",
    "I want to kill myself",
    "I live in Wales, can they suspend him?",
    "what happens next?",
    "",
    "/",
]


class Server:
    """A server on this machine with the REST channel, and a client for it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, on_new_message: Callable[[Any], Awaitable[Any]]) -> None:
        self._loop = loop
        self._app = Sanic(f"rest_{uuid.uuid4().hex}", configure_logging=False)
        self._app.ctx.agent = None
        self._app.add_route(lambda _: text("here"), "/")  # Sanic starts with no app that has no route
        register(self._app, on_new_message)
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self._server = loop.run_until_complete(self._start(listener))

    async def _start(self, listener: socket.socket) -> Any:
        server = await self._app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        await server.startup()
        await server.start_serving()
        return server

    def close(self) -> None:
        self._server.close()
        self._loop.run_until_complete(self._server.wait_closed())

    def send(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        async def go() -> httpx.Response:
            async with httpx.AsyncClient(timeout=30) as client:
                return await client.request(method, self.url + path, **kwargs)

        return self._loop.run_until_complete(go())

    def post(self, body: Any) -> httpx.Response:
        return self.send("POST", WEBHOOK, json=body)

    def say(self, message: Any, sender: str | None = None) -> list[dict[str, Any]]:
        """The messages that answer `message`."""
        answer = self.post({"sender": sender or uuid.uuid4().hex, "message": message})
        assert answer.status_code == 200, answer.text
        messages: list[dict[str, Any]] = answer.json()
        return messages


def register(app: Sanic, on_new_message: Callable[[Any], Awaitable[Any]]) -> None:
    """The channel, registered as Rasa registers it, with `on_new_message` in place of Rasa's own handler."""
    rest = RestChannel()
    blueprint = rest.blueprint(on_new_message)
    rest.blueprint = lambda _: blueprint  # type: ignore[method-assign,assignment]
    channel.register([rest], app, route="/webhooks/")


@pytest.fixture(scope="module")
def server(agent: Any, loop: asyncio.AbstractEventLoop) -> Iterator[Server]:
    made = Server(loop, agent.handle_message)
    yield made
    made.close()


def assert_shape(messages: Any, sender: str) -> None:
    """One message of the contract's shape."""
    assert isinstance(messages, list)
    assert len(messages) == 1
    (message,) = messages
    assert set(message) <= {"recipient_id", "text", "custom", "buttons"}
    assert message["recipient_id"] == sender
    assert isinstance(message["text"], str)
    assert message["text"].strip()
    custom = message["custom"]
    assert set(custom) == {"status", "records", "needs", "scope"}
    assert custom["status"] in STATUSES
    assert isinstance(custom["records"], list)
    assert all(isinstance(r, str) for r in custom["records"])
    assert isinstance(custom["scope"], dict)
    assert set(custom["scope"]) <= {"area", "audience", "stage", "role"}
    if custom["status"] in RESTS_ON_RECORDS:
        assert custom["records"]
    for button in message.get("buttons", []):
        assert set(button) == {"title", "payload"}
        assert button["payload"].startswith("/")
        assert len(button["payload"].encode()) <= PAYLOAD_BYTES


def assert_error(messages: list[dict[str, Any]]) -> None:
    """The reply of a failure: what to do, and a button."""
    (message,) = messages
    assert message["custom"] == {"status": "error", "records": [], "needs": [], "scope": {}}
    assert "something went wrong" in message["text"]
    assert "999" in message["text"]
    assert [b["title"] for b in message["buttons"]] == ["Someone to talk to"]


# ------------------------------------------------------------------------------------------------------------- shape


@pytest.mark.parametrize("message", MESSAGES)
def test_every_answer_has_the_contracts_shape(message: str, server: Server) -> None:
    sender = uuid.uuid4().hex
    assert_shape(server.say(message, sender), sender)


def test_the_text_holds_the_whole_answer_contacts_and_sources_included(server: Server) -> None:
    (message,) = server.say("I'm a mum in Stafford, what is the number for SENDIASS?")
    assert "Who can help:" in message["text"]
    assert "https://www.staffs-iass.org" in message["text"]
    (message,) = server.say("what is a managed move?")
    assert "Where this comes from:" in message["text"]
    assert "Suspension and permanent exclusion: statutory guidance, Department for Education" in message["text"]


def test_the_scope_names_area_audience_and_stage(server: Server) -> None:
    (message,) = server.say("I'm a mum in Stafford, he's had 4 suspensions. what am I asked to do?")
    assert message["custom"] == {
        "status": "answered",
        "records": ["staffs-4-parents"],
        "needs": [],
        "scope": {"area": "staffordshire", "audience": "parents", "stage": "4", "role": "parent"},
    }


def test_a_conversation_goes_on_under_one_sender_and_not_another(server: Server) -> None:
    sender = uuid.uuid4().hex
    server.say("I'm a SENCO in Stafford, 4 suspensions", sender)
    assert server.say("what is expected of us?", sender)[0]["custom"]["records"] == ["staffs-4-schools"]
    assert server.say("what is expected of us?")[0]["custom"]["status"] == "asks_role"


def test_the_payload_of_a_button_can_be_sent_as_the_message(server: Server) -> None:
    sender = uuid.uuid4().hex
    (asked,) = server.say("what is expected of us?", sender)
    payload = next(b["payload"] for b in asked["buttons"] if b["title"] == "School staff")
    (answer,) = server.say(payload, sender)
    assert answer["custom"]["status"] == "asks_area"
    assert answer["custom"]["scope"]["role"] == "school"


def test_two_at_once_get_their_own_answers(server: Server, loop: asyncio.AbstractEventLoop) -> None:
    async def both() -> list[Any]:
        async with httpx.AsyncClient(timeout=30) as client:
            bodies = [{"sender": uuid.uuid4().hex, "message": m} for m in ("what is a managed move?", "hello") * 4]
            answers = await asyncio.gather(*(client.post(server.url + WEBHOOK, json=b) for b in bodies))
            return [(b, a.json()) for b, a in zip(bodies, answers)]

    for body, messages in loop.run_until_complete(both()):
        assert_shape(messages, body["sender"])
        expected = "smalltalk" if body["message"] == "hello" else "answered"
        assert messages[0]["custom"]["status"] == expected


def test_the_channel_says_that_it_is_there(server: Server) -> None:
    answer = server.send("GET", "/webhooks/rest/")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


# ------------------------------------------------------------------------------------------------------------ input


@pytest.mark.parametrize(
    "body",
    [
        [],
        ["sender", "message"],
        "hello",
        7,
        None,
        {},
        {"message": "hello"},
        {"sender": "", "message": "hello"},
        {"sender": "  ", "message": "hello"},
        {"sender": None, "message": "hello"},
        {"sender": 7, "message": "hello"},
        {"sender": {"id": 1}, "message": "hello"},
        {"sender": "a" * 201, "message": "hello"},
    ],
    ids=repr,
)
def test_a_request_without_an_object_or_a_sender_is_told_what_to_send(body: Any, server: Server) -> None:
    answer = server.post(body)
    assert answer.status_code == 400
    assert "sender" in answer.json()["error"]


@pytest.mark.parametrize("content", [b"", b"{", b"not json", b'{"sender": "a", "message": ', b"\xff\xfe"])
def test_a_body_that_is_no_json_is_told_what_to_send(content: bytes, server: Server) -> None:
    answer = server.send("POST", WEBHOOK, content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "Send JSON" in answer.json()["error"]


@pytest.mark.parametrize(
    "message", [7, 1.5, True, None, [], ["hello"], {"text": "hello"}, "", "   ", "\n\t", "\u0000\u200b"]
)
def test_a_message_without_words_gets_a_reply_that_says_so(message: Any, server: Server) -> None:
    sender = uuid.uuid4().hex
    messages = server.say(message, sender)
    assert_shape(messages, sender)
    assert messages[0]["custom"]["status"] == "error"
    assert "didn't get any words" in messages[0]["text"]


def test_a_missing_message_gets_a_reply_that_says_so(server: Server) -> None:
    messages = server.post({"sender": "a"}).json()
    assert_shape(messages, "a")
    assert "didn't get any words" in messages[0]["text"]


def test_other_fields_are_let_be(server: Server) -> None:
    answer = server.post({"sender": "a", "message": "hello", "metadata": {"x": 1}, "message_id": 7, "stream": True})
    assert answer.status_code == 200
    assert_shape(answer.json(), "a")


def test_metadata_sent_from_outside_is_not_taken_for_ours(server: Server) -> None:
    body = {"sender": uuid.uuid4().hex, "message": "hello", "metadata": {"redacted": ["phone"]}}
    assert "I left out" not in server.post(body).json()[0]["text"]


@pytest.mark.parametrize(("length", "fits"), [(LIMIT, True), (LIMIT + 1, False), (50_000, False)])
def test_a_message_may_be_so_long_and_no_longer(length: int, fits: bool, server: Server) -> None:
    question = "What does the suspension letter have to say? "
    (message,) = server.say((question * (length // len(question) + 1))[: length - 1] + "?")
    assert ("longer than I can read" in message["text"]) is not fits
    assert (message["custom"]["status"] == "error") is not fits


def test_a_personal_detail_is_neither_in_the_answer_nor_kept(server: Server, agent: Any, loop: Any) -> None:
    sender = uuid.uuid4().hex
    (message,) = server.say("ring me on 07700 900123. what is a managed move?", sender)
    assert "900123" not in message["text"]
    tracker = loop.run_until_complete(agent.tracker_store.retrieve(sender))
    assert "900123" not in "".join(str(e.as_dict()) for e in tracker.events)


def test_the_name_of_the_sender_may_hold_anything(server: Server) -> None:
    for sender in ("anna b", "ünïcödé", "'; DROP TABLE events; --", "../../etc", "<b>"):
        assert_shape(server.say("hello", sender), sender)


@pytest.mark.parametrize(
    "sender", ["\ud800", "a\u0000b", "a\u202eb", "a\nb", "web-0123", "TEAMS-0123", "call-0123", "aside-anna"], ids=ascii
)
def test_a_sender_that_could_not_be_kept_or_is_another_channels_is_refused(sender: str, server: Server) -> None:
    body = json.dumps({"sender": sender, "message": "hello"})
    answer = server.send("POST", WEBHOOK, content=body, headers={"content-type": "application/json"})
    assert answer.status_code == 400
    assert "sender" in answer.json()["error"]
    assert_shape(server.say("hello", "anna"), "anna")


def test_no_other_channel_names_its_conversations_as_a_sender_may_be_named() -> None:
    secret = "a secret of the tests, long enough to sign with"
    names = [begin().conversation, *(person_of(channel, secret, "4711") for channel in MESSENGERS)]
    assert all(name.startswith(OTHERS) for name in names)


@pytest.mark.parametrize("number", ["\ud800", "a\u0000b", "x" * 5000])
def test_the_id_of_a_message_that_could_not_be_kept_is_let_be(number: str, server: Server) -> None:
    body = json.dumps({"sender": uuid.uuid4().hex, "message": "hello", "message_id": number})
    answer = server.send("POST", WEBHOOK, content=body, headers={"content-type": "application/json"})
    assert answer.json()[0]["custom"]["status"] == "smalltalk"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_only_json_is_answered_as_any_page_may_send_the_rest(kind: str, server: Server) -> None:
    body = json.dumps({"sender": "anna", "message": "hello"})
    answer = server.send("POST", WEBHOOK, content=body, headers={"content-type": kind})
    assert answer.status_code == 415
    assert "Content-Type: application/json" in answer.json()["error"]


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), ("http://localhost:3000", 200), (None, 200)]
)
def test_pages_that_may_not_use_the_chat_may_not_use_this(origin: str | None, status: int, server: Server) -> None:
    headers = {"Origin": origin} if origin else {}
    body = {"sender": "anna", "message": "hello"}
    assert server.send("POST", WEBHOOK, json=body, headers=headers).status_code == status


@pytest.mark.parametrize("where", [ROOT / "README.md", ROOT / "bot" / "__main__.py"], ids=lambda path: path.name)
def test_the_request_that_is_shown_is_one_that_is_answered(where: Path) -> None:
    shown = re.search(r"curl -s .*", where.read_text(encoding="utf-8"))
    assert shown
    assert "-H 'Content-Type: application/json'" in shown.group()


def test_only_post_is_answered(server: Server) -> None:
    assert server.send("GET", WEBHOOK).status_code == 405
    assert server.send("PUT", WEBHOOK, json={"sender": "a", "message": "hello"}).status_code == 405


# ----------------------------------------------------------------------------------------------------- switched off


@pytest.mark.parametrize("value", ["off", "OFF", "0", "false", "no"])
def test_switched_off_there_is_no_channel(
    value: str, agent: Any, loop: asyncio.AbstractEventLoop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_REST", value)
    server = Server(loop, agent.handle_message)
    try:
        assert server.post({"sender": "a", "message": "hello"}).status_code == 404
        assert server.send("GET", "/webhooks/rest/").status_code == 404
    finally:
        server.close()


# --------------------------------------------------------------------------------------------------------- failures


def fail(*_: Any, **__: Any) -> Any:
    raise RuntimeError(f"the person said {SECRET}")


async def fail_later(*_: Any, **__: Any) -> Any:
    raise RuntimeError(f"the person said {SECRET}")


def logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Everything that was logged, whichever way."""
    records = "\n".join(r.getMessage() + str(r.exc_text or "") + str(r.exc_info or "") for r in caplog.records)
    return records + "".join(capfd.readouterr())


def test_a_failing_action_gives_an_error_reply_and_a_log_line_without_the_persons_words(
    server: Server,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sender = uuid.uuid4().hex
    server.say("I'm a SENCO in Stafford, 4 suspensions", sender)
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(ActionAnswer, "reply", fail)
        assert_error(server.say(f"what is a managed move? {SECRET}", sender))
    lines = logged(caplog, capfd)
    assert "action_answer failed: RuntimeError" in lines
    assert "test_rest.py" in lines, "where it failed"
    assert SECRET not in lines
    # what was told before the failure is still known
    assert server.say("what is expected of us?", sender)[0]["custom"]["records"] == ["staffs-4-schools"]


def test_the_button_of_an_error_works(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    sender = uuid.uuid4().hex
    with monkeypatch.context() as broken:
        broken.setattr(ActionGreet, "reply", fail)
        (message,) = server.say("hello", sender)
    (answer,) = server.say(message["buttons"][0]["payload"], sender)
    assert answer["custom"]["status"] == "offers_person"


def test_a_crisis_whose_own_action_fails_still_names_999(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    from actions.crisis import ActionCrisis

    with monkeypatch.context() as broken:
        broken.setattr(ActionCrisis, "reply", fail)
        (message,) = server.say("I want to kill myself")
    assert message["custom"]["status"] == "error"
    assert "999" in message["text"]


@pytest.mark.parametrize("operation", ["save", "_retrieve"])
def test_a_failing_store_of_conversations_gives_an_error_reply_too(
    operation: str,
    server: Server,
    agent: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    sender = uuid.uuid4().hex
    server.say("I'm a SENCO in Stafford, 4 suspensions", sender)
    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(agent.tracker_store, operation, fail_later)
        assert_error(server.say(f"what is a managed move? {SECRET}", sender))
    lines = logged(caplog, capfd)
    assert "RuntimeError" in lines
    assert SECRET not in lines
    # the lock is free again, and nothing was lost
    assert server.say("what is expected of us?", sender)[0]["custom"]["records"] == ["staffs-4-schools"]


def test_an_assistant_that_says_nothing_gives_an_error_reply(loop: asyncio.AbstractEventLoop) -> None:
    async def silent(_: Any) -> None:
        return None

    server = Server(loop, silent)
    try:
        assert_error(server.say("hello"))
    finally:
        server.close()
