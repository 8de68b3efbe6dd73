"""The server dies in the middle of a message: after a restart each message has one answer, and none is lost."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import httpx
import pytest

from tests.bot.killed import CODE, POINTS
from tests.bot.web import Tab, answers, process, run_alone

pytestmark = pytest.mark.slow

Talk = tuple[Tab, list[str]]


@pytest.fixture(scope="module")
def talks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Talk]]:
    """A server that died at each point in turn, and once with messages waiting, and then was started a last time.

    For each death the conversation that saw it, with the ids of its messages.
    """
    folder = tmp_path_factory.mktemp("killed")
    talks: dict[str, Talk] = {}
    for point in POINTS:
        with process(folder, command=[sys.executable, "-m", "tests.bot.killed", point]) as (url, server):
            tab = Tab(run_alone, url, area="staffordshire", role="parent")
            talks[point] = tab, [tab.send(f"4 suspensions. what do I have to do? ({point})")]
            assert server.wait(30) == CODE
            with pytest.raises(httpx.TransportError):
                tab.send("what is a managed move?")
    with process(folder) as (url, server):
        for n in range(2):
            tab = Tab(run_alone, url)
            talks[f"waiting {n}"] = tab, [tab.send(f"what is a managed move? {m}") for m in range(6)]
        server.kill()
        server.wait(10)
    with process(folder) as (url, _):
        for tab, _ids in talks.values():
            tab.url = url
        yield talks


@pytest.mark.parametrize("point", list(POINTS))
def test_each_message_has_one_answer_after_the_server_died(point: str, talks: dict[str, Talk]) -> None:
    tab, (first,) = talks[point]
    assert tab.answer(first)["reply"]["records"] == ["staffs-4-parents"]
    # what the person's browser does with a message whose fate it doesn't know
    again = tab.call("POST", "/web/message", json={"id": first, "text": "what is a managed move?"})
    assert again.json() == {"id": first, "state": "done"}
    second = tab.send("what is a managed move?")
    assert tab.answer(second)["reply"]["status"] == "answered"
    events = tab.again()["events"]
    assert [e["message"] for e in events if e["type"] == "said"] == [first, second]
    assert [len(answers(events, m)) for m in (first, second)] == [1, 1]
    assert tab.session["waiting"] == []


@pytest.mark.parametrize("n", [0, 1])
def test_messages_that_waited_when_the_server_was_killed_are_answered_in_order(n: int, talks: dict[str, Talk]) -> None:
    tab, ids = talks[f"waiting {n}"]
    tab.answer(ids[-1])
    events = tab.again()["events"]
    assert [e["message"] for e in events if e["type"] == "reply"] == ids
    assert [e["message"] for e in events if e["type"] == "said"] == ids
