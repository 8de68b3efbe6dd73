"""The web chat inside this process: erasing, and hand-overs."""

from __future__ import annotations

import asyncio
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.people import database
from tests.bot.web import InProcess, Start, files

_LETTERS = str.maketrans("0123456789abcdef", "bcdfghjkmnpqrtvw")


def _secret() -> str:
    """A word of its own, of small letters alone: figures in it may look like somebody's number, and be taken out."""
    return "zebrafish" + uuid.uuid4().hex.translate(_LETTERS)


# ----------------------------------------------------------------------------------------------------------- erase


def test_erasing_leaves_nothing_in_any_database(start: Start, agent: Any, tmp_path: Path) -> None:
    mine = _secret()
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


def test_a_token_ends_with_its_conversation(server: InProcess) -> None:
    tab, other = server.tab(), server.tab()
    tab.ask("hello")
    tab.call("DELETE", "/web/conversation")
    for method, path in (("POST", "/web/message"), ("GET", "/web/events"), ("DELETE", "/web/conversation")):
        assert tab.call(method, path, json={"id": str(uuid.uuid4()), "text": "hello"}).status_code == 401
    before = tab.token
    assert tab.again()["events"] == []
    assert server.channel._tokens.read(tab.token).conversation != server.channel._tokens.read(before).conversation
    assert tab.ask("hello")["type"] == other.ask("hello")["type"] == "reply"


def test_after_erasing_a_preset_holds_for_what_comes_next(server: InProcess) -> None:
    known = {"area": "staffordshire", "role": "parent"}
    tab = server.tab(**known)
    said = "4 suspensions. what do I have to do?"
    assert tab.ask(said)["reply"]["records"] == ["staffs-4-parents"]
    tab.call("DELETE", "/web/conversation")
    tab.open(token=tab.token, **known)
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
