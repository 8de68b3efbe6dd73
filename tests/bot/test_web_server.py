"""The web chat inside this process: limits, origins, settings."""

from __future__ import annotations

import asyncio
import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.channels import web
from bot.channels.limits import Limit, neighbourhood
from bot.channels.origins import allowed
from bot.channels.tokens import secret
from bot.channels.web import MESSAGES_A_MINUTE
from bot.engine.tracker_store import TrackerStore
from bot.people.feedback import Feedbacks
from bot.people.handovers import Handovers
from bot.settings import BadSetting
from tests.bot.web import InProcess, Start

SECRET = "ZEBRAFISH"


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


@pytest.mark.parametrize("token", ["\ud800", "a\u0000b", "a.b.c", 10**30, {"a": 1}, ["x"], ""], ids=ascii)
def test_a_token_that_is_none_begins_a_new_conversation(token: Any, server: InProcess) -> None:
    body, headers = json.dumps({"token": token}), {"content-type": "application/json"}
    answer = httpx_run(server, "POST", "/web/session", content=body, headers=headers)
    assert answer.status_code == 200
    assert answer.json()["events"] == []


# -------------------------------------------------------------------------------------------------------- settings


@pytest.mark.parametrize("value", ["off", "OFF", "0", "false", "no"])
def test_switched_off_there_is_no_web_chat(value: str, start: Start) -> None:
    from sanic import Sanic as App
    from sanic.response import text

    app = App(f"off_{uuid.uuid4().hex}", configure_logging=False)
    app.add_route(lambda _: text("here"), "/")
    with pytest.MonkeyPatch.context() as off:
        off.setenv("INCLUSION_GUIDE_WEB", value)
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
    with pytest.raises(BadSetting, match="INCLUSION_GUIDE_SECRET"):
        secret()


def test_the_stores_of_the_tests_are_those_of_the_server(server: InProcess) -> None:
    assert isinstance(server.channel._trackers(), TrackerStore)
    assert isinstance(server.channel._feedback, Feedbacks)
    assert isinstance(server.channel._handovers, Handovers)
