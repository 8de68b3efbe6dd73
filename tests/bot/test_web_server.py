"""The web chat inside this process: limits, origins, failures, erasing, hand-overs, streams that end."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sanic import Sanic

from bot.channels import web, worker
from bot.channels.hub import MOST
from bot.channels.limits import Limit, neighbourhood
from bot.channels.origins import allowed
from bot.channels.tokens import BadSecret, secret
from bot.channels.web import MESSAGES_A_MINUTE
from bot.people import database
from bot.people.feedback import Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import Inbox
from bot.tracker_store import TrackerStore
from tests.bot.web import OPEN, InProcess, answers, files, until
from tests.serving import stores_in

Sanic.test_mode = True  # several apps in one process

SECRET = "ZEBRAFISH"
Start = Callable[..., InProcess]


@pytest.fixture
def start(
    agent: Any, loop: asyncio.AbstractEventLoop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Start]:
    """Start a server with settings; its people's database is new, the conversations' is the session's."""
    for name, value in {**stores_in(tmp_path), **OPEN}.items():
        if name != "TRACKER_URL":
            monkeypatch.setenv(name, value)
    started: list[InProcess] = []

    def begin(handle: Any = None, **env: str) -> InProcess:
        for name, value in env.items():
            monkeypatch.setenv(name, value)
        started.append(InProcess(loop, agent, handle))
        return started[-1]

    yield begin
    for server in started:
        server.close()


@pytest.fixture
def server(start: Start) -> InProcess:
    """A server with the settings of the tests."""
    return start()


def logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Everything that was logged, whichever way."""
    records = "\n".join(r.getMessage() + str(r.exc_text or "") + str(r.exc_info or "") for r in caplog.records)
    return records + "".join(capfd.readouterr())


# ---------------------------------------------------------------------------------------------------------- limits


def test_a_conversation_may_say_so_much_a_minute_and_another_goes_on(server: InProcess) -> None:
    tab, other = server.tab(), server.tab()
    server.channel._by_conversation = Limit(MESSAGES_A_MINUTE, clock=lambda: 0.0)
    for _ in range(MESSAGES_A_MINUTE):
        tab.send("hello")
    refused = tab.call("POST", "/web/message", json={"id": str(uuid.uuid4()), "text": "hello"})
    assert refused.status_code == 429
    assert refused.json()["retry_after"] == 3
    assert refused.headers["retry-after"] == str(refused.json()["retry_after"])
    assert "wait" in refused.json()["error"]
    assert other.ask("hello")["reply"]["status"] == "smalltalk"
    last = [e for e in tab.hear(lambda heard: len(answers_of(heard)) == MESSAGES_A_MINUTE) if e["type"] == "reply"]
    assert len(last) == MESSAGES_A_MINUTE


def answers_of(heard: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in heard if e["type"] == "reply"]


def test_an_address_may_send_so_much_a_minute_over_all_its_conversations(start: Start) -> None:
    server = start(INCLUSION_GUIDE_ADDRESS_RATE="5")
    tabs = [server.tab() for _ in range(3)]
    codes = [
        tab.call("POST", "/web/message", json={"id": str(uuid.uuid4()), "text": "hello"}).status_code
        for tab in (*tabs, *tabs)
    ]
    assert codes == [202] * 5 + [429]
    assert tabs[0].call("GET", "/web/handover").status_code == 200
    assert tabs[0].call("GET", "/web/handover").status_code == 429


@pytest.mark.parametrize(("proxies", "told_apart"), [("", False), ("1", True)])
def test_addresses_that_a_proxy_names_count_only_where_there_is_one(
    proxies: str, told_apart: bool, start: Start
) -> None:
    server = start(INCLUSION_GUIDE_ADDRESS_RATE="1", INCLUSION_GUIDE_PROXIES=proxies)
    codes = []
    for n in range(4):
        headers = {"X-Forwarded-For": f"203.0.113.{n}"}
        answer = httpx_run(server, "POST", "/web/session", json={}, headers=headers)
        codes.append(answer.status_code)
    assert codes == ([200] * 4 if told_apart else [200, 200, 429, 429])


def httpx_run(server: InProcess, method: str, path: str, **kwargs: Any) -> httpx.Response:
    async def go() -> httpx.Response:
        async with httpx.AsyncClient(base_url=server.url, timeout=20) as client:
            return await client.request(method, path, **kwargs)

    answer: httpx.Response = server.run(go())
    return answer


def test_a_limit_gives_back_what_it_took_and_keeps_no_one_for_ever() -> None:
    now = [0.0]
    limit = Limit(3, clock=lambda: now[0])
    assert [limit.take("a") for _ in range(3)] == [0.0] * 3
    assert limit.take("a") == pytest.approx(20)
    assert limit.take("b") == 0.0
    now[0] = 20
    assert limit.take("a") == 0.0
    assert limit.take("a") == pytest.approx(20)
    for n in range(20_000):
        now[0] += 0.1
        limit.take(f"one of many {n}")
    assert len(limit._full) <= 10_001


def test_an_ipv6_address_counts_with_its_neighbours() -> None:
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff") != neighbourhood("2001:db8:0:1::1")
    assert neighbourhood("192.0.2.1") != neighbourhood("192.0.2.2")
    assert neighbourhood("unix") == "unix"


# --------------------------------------------------------------------------------------------------------- origins

NAMED = "https://www.school.example, https://council.example/"


@pytest.mark.parametrize(
    ("origin", "setting", "may"),
    [
        (None, "", True),
        ("http://localhost:3000", "", True),
        ("http://127.0.0.1", "", True),
        ("http://[::1]:8080", "", True),
        ("https://chat.example", "", True),
        ("https://CHAT.example", "", True),
        ("https://www.school.example", "", False),
        ("https://evil.example", "", False),
        ("null", "", False),
        ("", "", False),
        ("http://localhost.evil.example", "", False),
        ("https://chat.example.evil.example", "", False),
        ("https://www.school.example", NAMED, True),
        ("https://council.example", NAMED, True),
        ("https://chat.example", NAMED, True),
        ("http://www.school.example", NAMED, False),
        ("https://school.example", NAMED, False),
        ("https://www.school.example:8443", NAMED, False),
        ("http://localhost:3000", NAMED, False),
    ],
)
def test_which_pages_may_talk_to_the_chat(
    origin: str | None, setting: str, may: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_ORIGINS", setting)
    assert allowed(origin, "chat.example") is may


def test_a_page_that_may_not_is_told_so_and_reads_nothing(start: Start) -> None:
    server = start(INCLUSION_GUIDE_ORIGINS="https://school.example")
    for method in ("POST", "OPTIONS"):
        answer = httpx_run(server, method, "/web/session", json={}, headers={"Origin": "https://evil.example"})
        assert answer.status_code == 403
        assert "https://evil.example" in answer.json()["error"]
        assert "access-control-allow-origin" not in answer.headers


def test_a_page_that_may_asks_first_and_reads_every_answer(start: Start) -> None:
    server = start(INCLUSION_GUIDE_ORIGINS="https://school.example")
    headers = {"Origin": "https://school.example"}
    asked = httpx_run(server, "OPTIONS", "/web/message", headers={**headers, "Access-Control-Request-Method": "POST"})
    assert asked.status_code == 204
    assert "Authorization" in asked.headers["access-control-allow-headers"]
    assert "DELETE" in asked.headers["access-control-allow-methods"]
    for method, path in (("POST", "/web/session"), ("POST", "/web/message"), ("GET", "/web/events")):
        answer = httpx_run(server, method, path, headers=headers)
        assert answer.headers["access-control-allow-origin"] == "https://school.example", path
        assert "Origin" in answer.headers["vary"]
    tab = server.tab()
    tab.headers |= headers
    assert tab.ask("hello")["type"] == "reply"


# -------------------------------------------------------------------------------------------------------- failures


class Broken:
    """A way to handle messages that fails so often before it works."""

    def __init__(self, agent: Any, times: int, after: bool = False) -> None:
        self._agent, self.left, self._after = agent, times, after

    async def __call__(self, message: Any) -> None:
        if self.left and not self._after:
            self.left -= 1
            raise RuntimeError(f"the person said {SECRET}")
        await self._agent.handle_message(message)
        if self.left:
            self.left -= 1
            raise RuntimeError("after the save")


def test_a_failure_that_passes_is_not_noticed(start: Start, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, 2)).tab()
    assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_a_failure_after_the_save_doubles_nothing(start: Start, agent: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, 1, after=True)).tab()
    assert tab.ask("what is a managed move?")["reply"]["status"] == "answered"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_a_failure_that_stays_is_answered_once_with_what_to_do_and_the_next_message_is_handled(
    start: Start,
    agent: Any,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    tab = start(Broken(agent, worker.TRIES)).tab()
    with caplog.at_level(logging.WARNING):
        logging.getLogger(__name__).warning("here it fails")  # Rasa drops a line that repeats the last one
        message = tab.send(f"what is a managed move? {SECRET}")
        failed = tab.answer(message)
    assert failed["reply"]["status"] == "error"
    assert "999" in failed["text"]
    assert tab.tap(failed, "Someone to talk to")["reply"]["status"] == "offers_person"
    events = tab.again()["events"]
    assert [e["type"] for e in events] == ["said", "reply"] * 2
    assert SECRET in events[0]["text"]
    lines = logged(caplog, capfd)
    assert "RuntimeError" in lines
    assert SECRET not in lines


def test_an_assistant_that_says_nothing_is_answered_for(start: Start) -> None:
    async def silent(_: Any) -> None:
        return None

    tab = start(silent).tab()
    assert tab.ask("hello")["reply"]["status"] == "error"
    assert [e["type"] for e in tab.again()["events"]] == ["said", "reply"]


def test_while_the_conversations_cannot_be_stored_the_person_is_told_and_answered_later(
    start: Start, agent: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "PAUSE", 0.01)
    monkeypatch.setattr(worker, "LONG_PAUSE", 0.3)
    server = start()
    tab = server.tab()
    save = agent.tracker_store.save
    refused: list[int] = []

    async def full(tracker: Any) -> None:
        if len(refused) < worker.TRIES + 2:
            refused.append(1)
            raise OSError(28, "No space left on device")
        await save(tracker)

    monkeypatch.setattr(agent.tracker_store, "save", full)
    message = tab.send("what is a managed move?")
    heard = tab.hear(lambda heard: any("id" in e for e in answers(heard, message)))
    told, kept = answers(heard, message)
    assert "id" not in told
    assert told["reply"]["status"] == "error"
    assert kept["id"]
    assert len(answers(tab.again()["events"], message)) == 1


def test_a_failing_inbox_accepts_nothing(
    server: InProcess, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tab = server.tab()

    def fail(*_: Any) -> None:
        raise RuntimeError(SECRET)

    with monkeypatch.context() as broken, caplog.at_level(logging.WARNING):
        broken.setattr(Inbox, "put", fail)
        answer = tab.call("POST", "/web/message", json={"id": str(uuid.uuid4()), "text": SECRET})
    assert answer.status_code == 500
    assert "999" in answer.json()["error"]
    assert "RuntimeError at" in caplog.text
    assert SECRET not in caplog.text
    assert tab.again()["events"] == []


def test_a_message_that_ends_the_server_each_time_is_given_up(
    start: Start, monkeypatch: pytest.MonkeyPatch, agent: Any
) -> None:
    async def hang(_: Any) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(worker, "_PATIENCE", 0.05)
    server = start(hang)
    tab = server.tab()
    message = tab.send("what is a managed move?")
    for _ in range(worker.FATAL):
        server.run(server.channel._worker.stop())
        assert server.channel._inbox.restart()
    again = start(hang)
    tab.url = again.url
    assert tab.answer(message)["reply"]["status"] == "error"


# --------------------------------------------------------------------------------------------------------- streams


def test_a_quiet_stream_gives_a_sign_of_life(server: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "HEARTBEAT", 0.1)
    tab = server.tab()

    async def listen() -> list[str]:
        lines: list[str] = []
        async with (
            httpx.AsyncClient(timeout=5) as client,
            client.stream("GET", f"{tab.url}/web/events", headers=tab.headers) as stream,
        ):
            assert stream.headers["content-type"].startswith("text/event-stream")
            async for line in stream.aiter_lines():
                lines.append(line)
                if lines.count(": still here") == 3:
                    break
        return lines

    assert set(server.run(listen())) == {": here", ": still here", ""}


def test_a_stream_ends_with_its_token(server: InProcess, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "HEARTBEAT", 0.1)
    tab = server.tab()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 2 * 86400)
    # the token is read by the library's own clock, so that only the stream sees the time go by
    assert tab.hear(lambda heard: False, seconds=5) == []


def test_too_many_streams_of_one_conversation_close_the_oldest(server: InProcess) -> None:
    tab, listeners = server.tab(), server.channel._hub._listeners

    async def crowd() -> list[bool]:
        async with httpx.AsyncClient(timeout=None) as client:

            async def listen() -> None:
                async with client.stream("GET", f"{tab.url}/web/events", headers=tab.headers) as stream:
                    async for _ in stream.aiter_lines():
                        pass

            open_: list[asyncio.Task[None]] = []

            def settled() -> bool:
                closed = sum(task.done() for task in open_)
                return sum(map(len, listeners.values())) == len(open_) - closed == min(len(open_), MOST)

            for _ in range(MOST + 2):
                open_.append(asyncio.create_task(listen()))
                await until(settled)
            ended = [task.done() for task in open_]
            for task in open_:
                task.cancel()
            return ended

    assert server.run(crowd()) == [True, True] + [False] * MOST
    server.run(until(lambda: listeners == {}))


# ----------------------------------------------------------------------------------------------------------- erase


def test_erasing_leaves_nothing_in_any_database(start: Start, agent: Any, tmp_path: Path) -> None:
    mine = f"{SECRET}{uuid.uuid4().hex}"
    server = start(INCLUSION_GUIDE_HELPLINE="The helpline")
    tab, other = server.tab(area="staffordshire"), server.tab()
    reply = tab.ask(f"what is a managed move? {mine}")
    tab.ask(f"I want to kill myself {mine}")
    other.ask(f"what is a managed move? OTHER{mine[::-1]}")
    body = {"reply": reply["id"], "helpful": False, "reason": "too long"}
    assert tab.call("POST", "/web/feedback", json=body).status_code == 204
    handed = {"summary": f"please call, {mine}", "contact": f"{mine} 07700 900000"}
    assert tab.call("POST", "/web/handover", json=handed).status_code == 201
    conversation = server.channel._tokens.read(tab.token)
    assert conversation
    conversations = Path(agent.tracker_store.engine.url.database).parent
    everywhere = (tmp_path, conversations)
    assert all(mine.encode() in files(folder) for folder in everywhere)

    assert tab.call("DELETE", "/web/conversation").status_code == 204

    for folder in everywhere:
        assert mine.encode() not in files(folder)
        assert conversation.conversation.encode() not in files(folder)
    assert tab.again()["events"] == []
    with database.engine().connect() as connection:
        kept = connection.exec_driver_sql("SELECT conversation, reply, helpful, reason FROM feedback").all()
    assert [tuple(row) for row in kept] == [(None, None, 0, "too long")]
    assert len(other.again()["events"]) == 2
    assert mine[::-1].encode() in files(conversations)


def test_erasing_waits_for_what_is_being_handled_and_drops_what_waits(start: Start, agent: Any) -> None:
    async def slow(message: Any) -> None:
        await asyncio.sleep(0.3)
        await agent.handle_message(message)

    server = start(slow)
    tab = server.tab()
    for n in range(4):
        tab.send(f"what is a managed move? {n}")
    assert tab.call("DELETE", "/web/conversation").status_code == 204
    server.run(asyncio.sleep(1.5))
    assert tab.again()["events"] == []
    assert tab.session["waiting"] == []


def test_the_other_tab_is_told_and_its_stream_ends(server: InProcess) -> None:
    tab = server.tab()
    tab.ask("hello")

    async def erase_while_listening() -> list[str]:
        lines: list[str] = []
        async with (
            httpx.AsyncClient(timeout=10, headers=tab.headers, base_url=tab.url) as client,
            client.stream("GET", "/web/events?after=999999999") as stream,
        ):
            await client.delete("/web/conversation")
            async for line in stream.aiter_lines():
                lines.append(line)
        return lines

    assert 'data: {"type": "erased"}' in server.run(erase_while_listening())


def test_after_erasing_a_preset_holds_for_what_comes_next(server: InProcess) -> None:
    tab = server.tab(area="staffordshire", role="parent")
    said = "4 suspensions. what do I have to do?"
    assert tab.ask(said)["reply"]["records"] == ["staffs-4-parents"]
    tab.call("DELETE", "/web/conversation")
    assert tab.ask(said)["reply"]["records"] == ["staffs-4-parents"]


# -------------------------------------------------------------------------------------------------------- handover


def test_a_summary_is_drafted_from_the_situation_and_the_questions_and_queued_as_its_writer_left_it(
    start: Start,
) -> None:
    tab = start(INCLUSION_GUIDE_HELPLINE="The helpline").tab()
    tab.ask("I'm a mum in Stafford, he's had 4 suspensions. what am I asked to do?")
    tab.ask("I want to kill myself")
    tab.ask("what is a managed move?")
    offered = tab.call("GET", "/web/handover").json()
    assert offered["available"] is True
    assert "Parent or carer · Staffordshire · 4 suspensions" in offered["summary"]
    assert "- what is a managed move?" in offered["summary"]
    assert "kill" not in offered["summary"]
    for words in ("first words", "my own words, ring 07700 900123"):
        body = {"summary": words, "contact": "07700 900124"}
        assert tab.call("POST", "/web/handover", json=body).status_code == 201
    with database.engine().connect() as connection:
        rows = connection.exec_driver_sql("SELECT state, area, role, summary, contact FROM handovers").all()
    assert [tuple(r) for r in rows] == [
        ("waiting", "staffordshire", "parent", "my own words, ring [phone number]", "07700 900124")
    ]


@pytest.mark.parametrize(
    "body",
    [{}, {"summary": ""}, {"summary": 7}, {"summary": "x" * 2001}, {"summary": "x", "contact": 7}],
    ids=["nothing", "no words", "no text", "too long", "no contact"],
)
def test_a_hand_over_out_of_shape_is_refused(body: dict[str, Any], start: Start) -> None:
    tab = start(INCLUSION_GUIDE_HELPLINE="The helpline").tab()
    answer = tab.call("POST", "/web/handover", json=body)
    assert answer.status_code == 400
    assert "characters" in answer.json()["error"]


# -------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("value", ["off", "OFF", "0", "false", "no"])
def test_switched_off_there_is_no_web_chat(value: str, start: Start) -> None:
    from sanic import Sanic as App
    from sanic.response import text

    assert web.SETTING == "INCLUSION_GUIDE_WEB"
    app = App(f"off_{uuid.uuid4().hex}", configure_logging=False)
    app.add_route(lambda _: text("here"), "/")
    with pytest.MonkeyPatch.context() as off:
        off.setenv(web.SETTING, value)
        app.blueprint(web.WebChannel().blueprint(lambda _: asyncio.sleep(0)), url_prefix="/")
        assert not web.is_on()
    assert [r.path for r in app.router.routes_all.values()] == [""]


def test_a_secret_is_made_once_and_only_its_owner_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("INCLUSION_GUIDE_SECRET", raising=False)
    made = secret()
    assert len(made) >= 60
    assert secret() == made
    assert (tmp_path / "home" / "web.secret").stat().st_mode & 0o777 == 0o600


def test_a_short_secret_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INCLUSION_GUIDE_SECRET", "short")
    with pytest.raises(BadSecret, match="INCLUSION_GUIDE_SECRET"):
        secret()


def test_the_stores_of_the_tests_are_those_of_the_server(server: InProcess) -> None:
    assert isinstance(server.channel._trackers(), TrackerStore)
    assert isinstance(server.channel._feedback, Feedbacks)
    assert isinstance(server.channel._handovers, Handovers)
