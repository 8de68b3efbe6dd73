"""What the tests of the web chat share: a tab of a browser, a server in this process, and one in its own."""

from __future__ import annotations

import asyncio
import json
import socket
import sys
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Awaitable, Callable, Iterator

import httpx
import pytest
from rasa.core.channels import channel
from rasa.core.channels.channel import InputChannel
from sanic import Sanic
from sanic.response import text

from bot.channels.web import WebChannel
from tests.serving import free_port, served, stores_in

Event = dict[str, Any]
Run = Callable[[Awaitable[Any]], Any]
Start = Callable[..., "InProcess"]

# no test but those of the limits is about them
OPEN = {"INCLUSION_GUIDE_ADDRESS_RATE": "100000"}


class Tab:
    """A tab of a browser: its token, and what it has heard. It is closed when its test ends."""

    def __init__(self, run: Run, url: str, **session: Any) -> None:
        self._run, self.url = run, url
        self.headers: dict[str, str] = {}
        self.session = self.open(**session)

    def open(self, **body: Any) -> dict[str, Any]:
        """Begin, or go on with the token of the body."""
        answer = self.call("POST", "/web/session", json={"token": None, "area": None, "role": None, **body})
        assert answer.status_code == 200, answer.text
        self.session = dict(answer.json())
        self.token = self.session["token"]
        self.headers = {"Authorization": f"Bearer {self.token}"}
        return self.session

    def again(self) -> dict[str, Any]:
        """As after a reload: the same token, everything anew."""
        return self.open(token=self.token)

    def call(self, method: str, path: str, **kwargs: Any) -> httpx.Response:
        """One request with this tab's token."""
        headers = {**self.headers, **kwargs.pop("headers", {})}

        async def go() -> httpx.Response:
            async with httpx.AsyncClient(base_url=self.url, timeout=30) as client:
                return await client.request(method, path, headers=headers, **kwargs)

        answer: httpx.Response = self._run(go())
        return answer

    def send(self, text: str | None = None, *, id: str | None = None, payload: str | None = None) -> str:
        """Send a message or press a button; the message's id."""
        message = id or str(uuid.uuid4())
        body = {"id": message, "payload": payload} if payload is not None else {"id": message, "text": text}
        answer = self.call("POST", "/web/message", json=body)
        assert answer.status_code == 202, answer.text
        assert answer.json()["id"] == message
        return message

    def hear(self, until: Callable[[list[Event]], bool], after: Any = 0, seconds: float = 30) -> list[Event]:
        """The events of the stream, until they are enough."""

        async def go() -> list[Event]:
            heard: list[Event] = []
            path = f"/web/events?after={after}"
            async with (
                httpx.AsyncClient(base_url=self.url, timeout=seconds) as client,
                client.stream("GET", path, headers=self.headers) as stream,
            ):
                assert stream.status_code == 200
                async for line in stream.aiter_lines():
                    if line.startswith("data: "):
                        heard.append(json.loads(line[6:]))
                        if until(heard):
                            break
            return heard

        heard: list[Event] = self._run(asyncio.wait_for(go(), seconds))
        return heard

    def answer(self, message: str, after: Any = 0) -> Event:
        """The answer to a message."""
        return self.hear(lambda heard: bool(answers(heard, message)), after)[-1]

    def ask(self, text: str | None = None, **kwargs: Any) -> Event:
        """Send, and wait for the answer."""
        return self.answer(self.send(text, **kwargs))

    def tap(self, event: Event, title: str) -> Event:
        """Press a button of an answer, and wait for the next."""
        payloads = {b["title"]: b["payload"] for b in event["reply"]["buttons"]}
        return self.ask(payload=payloads[title])


async def until(condition: Callable[[], Any], seconds: float = 30) -> None:
    """Let the loop go on until something is so."""
    end = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < end, "it did not happen"
        await asyncio.sleep(0.02)


def answers(heard: list[Event], message: str) -> list[Event]:
    """The answers to a message among events."""
    return [e for e in heard if e["type"] == "reply" and e["message"] == message]


def words(heard: list[Event]) -> list[tuple[str, str]]:
    """Who said what, in order."""
    kept = [e for e in heard if "id" in e]
    return [(e["type"], e["text"] if e["type"] == "reply" else e["text"] or e["title"]) for e in kept]


class InProcess:
    """A server in this process with a channel, the web's by default, and the agent behind it."""

    def __init__(
        self, loop: asyncio.AbstractEventLoop, agent: Any, handle: Any = None, on: InputChannel | None = None
    ) -> None:
        self.run: Run = loop.run_until_complete
        self._closed = False
        self._app = Sanic(f"web_{uuid.uuid4().hex}", configure_logging=False)
        self._app.ctx.agent = agent
        self._app.add_route(lambda _: text("here"), "/")
        self.channel: Any = on or WebChannel()
        blueprint = self.channel.blueprint(handle or agent.handle_message)
        self.channel.blueprint = lambda _: blueprint  # type: ignore[method-assign,assignment]
        channel.register([self.channel], self._app, route="/webhooks/")
        listener = socket.socket()
        listener.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        self.run(self._start(listener))

    async def _start(self, listener: socket.socket) -> None:
        self._server = await self._app.create_server(sock=listener, return_asyncio_server=True, access_log=False)
        assert self._server
        await self._server.startup()
        await self._server.before_start()
        await self._server.start_serving()
        await self._server.after_start()

    def tab(self, **session: Any) -> Tab:
        """A tab on this server."""
        return Tab(self.run, self.url, **session)

    def close(self) -> None:
        """Stop it as a signal would; once."""
        if self._closed:
            return
        self._closed = True

        async def stop() -> None:
            await self._server.before_stop()
            self._server.server.close()
            await self._server.server.wait_closed()

        self.run(stop())


@contextmanager
def process(folder: Path, *, command: list[str] | None = None, **env: str) -> Iterator[tuple[str, Any]]:
    """A server in a process of its own over the databases in a folder: its address, and the process."""
    port = free_port()
    start = [*(command or [sys.executable, "-m", "bot"]), "start", "--port", str(port)]
    settings, log = {**stores_in(folder), **OPEN, **env}, folder / f"log-{port}"
    with served(start, port, env=settings, log=log) as (started, _):
        yield f"http://127.0.0.1:{port}", started


def run_alone(going: Awaitable[Any]) -> Any:
    """Run a coroutine in an event loop of its own."""

    async def go() -> Any:
        return await going

    return asyncio.run(go())


def files(folder: Path) -> bytes:
    """All bytes of every database file in a folder."""
    return b"".join(p.read_bytes() for p in sorted(folder.iterdir()) if ".db" in p.name)


def logged(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> str:
    """Everything that was logged, whichever way."""
    records = "\n".join(r.getMessage() + str(r.exc_text or "") + str(r.exc_info or "") for r in caplog.records)
    return records + "".join(capfd.readouterr())
