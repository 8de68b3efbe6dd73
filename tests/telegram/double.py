"""A double of Telegram's Bot API, as a server: it holds updates, carries out calls as strictly as Telegram, and fails.

It runs in a thread of its own, so that it can be used from any test.
"""

from __future__ import annotations

import asyncio
import dataclasses
import html.parser
import itertools
import json
import threading
import time
from typing import Any, Callable, Optional

from aiohttp import web

TOKEN = "123456:abcdefghijklmnopqrstuvwxyz012345678"
BOT = {"id": 123456, "is_bot": True, "first_name": "Guide", "username": "guide_bot"}
ALLOWED = {"b", "i", "u", "s", "a", "code", "pre", "blockquote", "tg-spoiler"}


@dataclasses.dataclass
class Call:
    """A call of the Bot API: its method, its parameters, and the message that came of it."""

    method: str
    data: dict[str, Any]
    message: Optional[int] = None

    @property
    def text(self) -> str:
        """The words that are shown."""
        return plain(self.data["text"]) if self.data.get("parse_mode") == "HTML" else str(self.data.get("text", ""))

    @property
    def buttons(self) -> dict[str, str]:
        """Title and data of each button."""
        rows = (self.data.get("reply_markup") or {}).get("inline_keyboard", [])
        return {b["text"]: b["callback_data"] for row in rows for b in row}


@dataclasses.dataclass
class Fault:
    """What happens instead: an HTTP status with a body, no answer for some seconds, or words that are no JSON.

    With `carried_out` the call takes effect nevertheless.
    """

    status: int = 200
    body: Any = None
    hang: float = 0.0
    garbage: bool = False
    carried_out: bool = False


FLOOD = Fault(
    429, {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": 1}}
)
BAD_GATEWAY = Fault(502, None, garbage=True)


def refusal(code: int, why: str) -> Fault:
    """An error as the Bot API words it."""
    return Fault(code, {"ok": False, "error_code": code, "description": why})


class _Markup(html.parser.HTMLParser):
    """Reads the markup that Telegram knows; anything else is a fault."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.open, self.entities, self.links, self.fault = "", [], 0, [], ""  # type: ignore[var-annotated]

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.entities += 1
        self.open.append(tag)
        self.links += [value for name, value in attrs if name == "href"]
        if tag not in ALLOWED:
            self.fault = f"unsupported start tag {tag}"

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.fault = f"unexpected end tag {tag}"

    def handle_data(self, data: str) -> None:
        self.text += data


def read(text: str) -> _Markup:
    """The markup of a message, read."""
    made = _Markup()
    made.feed(text)
    made.close()
    made.fault = made.fault or ("unclosed tag" if made.open else "")
    return made


def plain(text: str) -> str:
    """The words of a message without its markup."""
    return read(text).text


def problem(method: str, data: dict[str, Any]) -> Optional[str]:
    """What Telegram would refuse a message for; None if it would not."""
    text = data.get("text", "")
    if data.get("parse_mode") == "HTML":
        found = read(text)
        if found.fault:
            return f"Bad Request: can't parse entities: {found.fault}"
        if found.entities > 100:
            return "more markup than Telegram keeps"
        text = found.text
    if method in ("sendmessage", "editmessagetext"):
        if not text.strip():
            return "Bad Request: message text is empty"
        if len(text.encode("utf-16-le")) // 2 > 4096:
            return "Bad Request: message is too long"
    for row in (data.get("reply_markup") or {}).get("inline_keyboard", []):
        for button in row:
            if not button["text"] or not 1 <= len(button["callback_data"].encode()) <= 64:
                return "Bad Request: BUTTON_DATA_INVALID"
    return None


class Double:
    """The server. `calls` are those that took effect, in order; `tried` all that came, whatever became of them."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.tried: list[str] = []
        self.faults: dict[str, list[Fault]] = {}
        self.updates: list[Any] = []
        self.messages: dict[int, dict[str, Any]] = {}
        self.webhook: dict[str, Any] = {}
        self.token = TOKEN
        self.asked_from = 0  # the offset of the last question for updates: those before it are acknowledged
        self._update, self._message = itertools.count(1000), itertools.count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = 0
        self.up()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def up(self) -> None:
        """Begin to answer, on the same port as before."""

        async def go() -> None:
            app = web.Application()
            app.router.add_route("*", "/bot{token}/{method}", self._answer)
            self._runner = web.AppRunner(app, shutdown_timeout=0.1)
            await self._runner.setup()
            site = web.TCPSite(self._runner, "127.0.0.1", self.port, reuse_address=True)
            await site.start()
            self.port = self._runner.addresses[0][1]

        asyncio.run_coroutine_threadsafe(go(), self._loop).result(10)

    def down(self) -> None:
        """Stop answering, as when the network is gone."""
        asyncio.run_coroutine_threadsafe(self._runner.cleanup(), self._loop).result(10)

    def close(self) -> None:
        self.down()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def fail(self, method: str, *faults: Fault) -> None:
        """Have the next calls of a method fail, one after the other."""
        self.faults.setdefault(method.lower(), []).extend(faults)

    def of(self, *methods: str) -> list[Call]:
        """The calls of these methods that took effect."""
        return [c for c in self.calls if c.method in [m.lower() for m in methods]]

    @property
    def shown(self) -> list[Call]:
        """What was shown: messages sent and changed."""
        return self.of("sendMessage", "editMessageText")

    def push(self, **update: Any) -> dict[str, Any]:
        """A new update, to be asked for."""
        made = {"update_id": next(self._update), **update}
        self.updates.append(made)
        return made

    async def _answer(self, request: web.Request) -> web.Response:
        method = request.match_info["method"].lower()
        data = await _data(request)
        self.tried.append(method)
        if request.match_info["token"] != self.token:
            return web.json_response({"ok": False, "error_code": 401, "description": "Unauthorized"}, status=401)
        fault = self.faults[method].pop(0) if self.faults.get(method) else None
        result = await self._carry_out(method, data) if fault is None or fault.carried_out else None
        if fault and fault.hang:
            await asyncio.sleep(fault.hang)
        if fault and fault.garbage:
            return web.Response(text="<html>nginx</html>", status=fault.status)
        if fault:
            return web.json_response(fault.body or {"ok": True, "result": True}, status=fault.status)
        if isinstance(result, str):
            return web.json_response({"ok": False, "error_code": 400, "description": result}, status=400)
        return web.json_response({"ok": True, "result": result})

    async def _carry_out(self, method: str, data: dict[str, Any]) -> Any:
        """The result of a call; words if it is refused."""
        if method == "getme":
            return {**BOT, "can_join_groups": True, "can_read_all_group_messages": False}
        if method == "getupdates":
            self.asked_from = max(self.asked_from, int(data.get("offset") or 0))  # those before it are forgotten
            return await self._updates_from(self.asked_from, min(float(data.get("timeout") or 0), 1.0))
        refused = problem(method, data)
        if refused:
            return refused
        call = Call(method, data)
        if method == "setwebhook":
            self.webhook = data
        if method == "sendmessage":
            call.message = next(self._message)
            self.messages[call.message] = data
        if method.startswith("editmessage"):
            call.message = int(data["message_id"])
            before = self.messages.get(call.message)
            if before is None:
                return "Bad Request: message to edit not found"
            after = {**before, "reply_markup": data.get("reply_markup"), "text": data.get("text", before["text"])}
            if (after["text"], after.get("reply_markup")) == (before["text"], before.get("reply_markup")):
                return "Bad Request: message is not modified"
            self.messages[call.message] = after
        self.calls.append(call)
        if call.message is None:
            return True
        chat = int(data["chat_id"])
        return {"message_id": call.message, "date": int(time.time()), "chat": chat_of(chat), "text": call.text or "x"}

    async def _updates_from(self, offset: int, seconds: float) -> list[Any]:
        end = time.monotonic() + seconds
        while True:
            found = [u for u in self.updates if not isinstance(u, dict) or u.get("update_id", offset) >= offset]
            if found or time.monotonic() > end:
                return found
            await asyncio.sleep(0.01)


async def _data(request: web.Request) -> dict[str, Any]:
    if not request.can_read_body:
        return {}
    given = dict(await request.post()) if "json" not in request.content_type else dict(await request.json())
    return {name: _value(value) for name, value in given.items()}


def _value(given: Any) -> Any:
    try:
        found = json.loads(given)
    except (TypeError, ValueError):
        return given
    return found if isinstance(found, (dict, list)) else given


def chat_of(number: int) -> dict[str, Any]:
    """A chat: below zero a group."""
    if number < 0:
        return {"id": number, "type": "supergroup", "title": "Pastoral team"}
    return {"id": number, "type": "private", "first_name": "Sam"}


class Teacher:
    """Somebody who writes to the bot, in a private chat or in a group."""

    def __init__(self, double: Double, user: int, chat: int | None = None) -> None:
        self.double, self.user, self.chat = double, user, chat or user
        self._numbers = itertools.count(10_000)

    def message(self, text: str | None = None, **fields: Any) -> dict[str, Any]:
        """A message of theirs, as Telegram words it."""
        made = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "chat": chat_of(self.chat),
            "from": {"id": self.user, "is_bot": False, "first_name": "Sam"},
            **({"text": text} if text is not None else {}),
            **fields,
        }
        if text is not None and "entities" not in made:
            made["entities"] = list(_entities(text))
        return made

    def says(self, text: str | None = None, **fields: Any) -> dict[str, Any]:
        """Send a message; the update."""
        return self.double.push(message=self.message(text, **fields))

    def press(self, title: str, call: Call | None = None) -> dict[str, Any]:
        """Press a button of what was shown last, or of another message."""
        shown = call or next(c for c in reversed(self.double.shown) if title in c.buttons)
        return self.carry(shown.buttons[title], shown.message or 0)

    def carry(self, data: str, message: int) -> dict[str, Any]:
        """Press a button that carries this."""
        query = {
            "id": str(next(self._numbers)),
            "from": {"id": self.user, "is_bot": False, "first_name": "Sam"},
            "chat_instance": "1",
            "data": data,
            "message": {"message_id": message, "date": int(time.time()), "chat": chat_of(self.chat), "text": "x"},
        }
        return self.double.push(callback_query=query)


def _entities(text: str) -> Any:
    for offset, word in _words(text):
        if word.startswith("/") and offset == 0:
            yield {"type": "bot_command", "offset": offset, "length": len(word)}
        elif word.startswith("@"):
            yield {"type": "mention", "offset": offset, "length": len(word)}


def _words(text: str) -> list[tuple[int, str]]:
    found, at = [], 0
    for word in text.split(" "):
        found.append((at, word))
        at += len(word) + 1
    return found


def until(condition: Callable[[], Any], seconds: float = 30) -> Any:
    """Wait for something, in a thread that has no event loop."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)
    return found
