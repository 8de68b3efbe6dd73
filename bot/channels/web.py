"""The web chat: the widget's script and pages, messages in by POST, replies out as a stream of events.

A message is kept before it is accepted and handled once by its id; a reply leaves once the conversation is stored, and
is read from there. docs/adr/0009-web-channel.md says why.
"""

from __future__ import annotations

import asyncio
import functools
import gzip
import json
import time
import uuid
from typing import Any, Awaitable, Callable, Dict, Optional, Text, TypeVar

from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, Sanic, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import settings
from bot.channels import events, origins, summary
from bot.channels.http import BODY_LIMIT, DATA_HEADERS, Refused, failure, json_object, refusal
from bot.channels.hub import Hub
from bot.channels.limits import Limit, neighbourhood
from bot.channels.tokens import Token, Tokens, begin, secret
from bot.channels.worker import Worker
from bot.engine.tracker_store import TrackerStore
from bot.inbound import CHAT_LIMIT, Inbound, payload, take_in
from bot.people import database, stores
from bot.people.ended import Ended
from bot.people.feedback import Feedbacks
from bot.people.handovers import Handovers
from bot.people.inbox import Inbox, Waiting
from bot.privacy import keep_days, redact
from bot.widget import bundle, pages
from knowledge import render
from knowledge.desk import desk
from knowledge.render import words
from knowledge.words import visible

T = TypeVar("T")

CHANNEL = "web"
PREFIX = "/web/"
MESSAGES_A_MINUTE = 20  # of one conversation
HEARTBEAT = 15.0  # seconds; the server cuts a stream off that is silent for a minute
REASON_LIMIT = 500
SUMMARY_LIMIT = 2000
CONTACT_LIMIT = 200


def is_on() -> bool:
    """Whether the settings leave the web chat on."""
    return settings.WEB()


class WebChannel(InputChannel):
    """The routes of the web chat, and what they share."""

    @classmethod
    def name(cls) -> Text:
        return CHANNEL

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "WebChannel":
        return cls()

    def url_prefix(self) -> Text:
        """None: the script's and the pages' addresses are short."""
        return "/"

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """Every route; none while the setting switches the channel off."""
        hook = Blueprint("web_channel", __name__)
        if not is_on():
            return hook
        rate = settings.ADDRESS_RATE()  # messages a minute from one address; of other requests twice as many
        self._by_conversation, self._by_address = Limit(MESSAGES_A_MINUTE), Limit(rate)
        self._requests = Limit(2 * rate)
        self._tokens, self._hub = Tokens(secret()), Hub()

        @hook.listener("before_server_start")
        async def prepare(app: Sanic, _: Any) -> None:
            app.config.PROXIES_COUNT = settings.PROXIES() or None
            people = database.engine()
            self._app, self._ended = app, Ended(people)
            self._inbox, self._feedback, self._handovers = Inbox(people), Feedbacks(people), Handovers(people)
            self._worker = Worker(
                CHANNEL, on_new_message, lambda: app.ctx.agent, self._trackers, self._inbox, self._hub
            )

        @hook.listener("after_server_start")
        async def recover(_: Sanic, __: Any) -> None:
            self._worker.recover()

        @hook.listener("before_server_stop")
        async def stop(_: Sanic, __: Any) -> None:
            self._hub.close()
            await self._worker.stop()

        hook.middleware("request")(self._admit)
        hook.middleware("response")(self._headers)
        hook.exception(Refused)(refusal)
        hook.exception(Exception)(failure)
        for method, path, handler in (
            ("GET", "/widget.js", self.script),
            ("GET", "/chat", self.chat),
            ("GET", "/pages.css", self.style),
            ("POST", "/web/session", self.session),
            ("POST", "/web/message", self.message),
            ("GET", "/web/events", self.events),
            ("POST", "/web/feedback", self.feedback),
            ("GET", "/web/handover", self.draft),
            ("POST", "/web/handover", self.hand_over),
            ("DELETE", "/web/conversation", self.erase),
        ):
            hook.add_route(_function(handler), path, methods=[method], name=handler.__name__)
        for path in ("session", "message", "events", "feedback", "handover", "conversation"):
            hook.add_route(_preflight, PREFIX + path, methods=["OPTIONS"], name=f"preflight_{path}")
        return hook

    # what every request passes ----------------------------------------------------------------------------------

    async def _admit(self, request: Request) -> None:
        """Refuse what comes from a page that may not, is too large or too often."""
        if not request.path.startswith(PREFIX):
            return
        origin = request.headers.get("origin")
        if not origins.allowed(origin, request.host):
            raise Refused(403, "origin", origin=origin)
        if len(request.body) > BODY_LIMIT:
            raise Refused(413, "size")
        if request.method != "OPTIONS":
            _count(self._requests, self._address(request))

    async def _headers(self, request: Request, answer: HTTPResponse) -> None:
        if not request.path.startswith(PREFIX):
            return
        answer.headers.update(DATA_HEADERS)
        origin = request.headers.get("origin")
        if origins.allowed(origin, request.host):
            answer.headers.update(origins.headers(origin))

    def _address(self, request: Request) -> str:
        return neighbourhood(request.remote_addr or request.ip)

    async def _token(self, request: Request) -> Token:
        kind, _, signed = (request.headers.get("authorization") or "").partition(" ")
        token = await self._good(signed.strip()) if kind.lower() == "bearer" else None
        if token is None:
            raise Refused(401, "token")
        return token

    async def _good(self, signed: Any) -> Optional[Token]:
        """What a token says; None if it is none of ours, has expired, or its conversation was deleted."""
        token = self._tokens.read(signed)
        return token if token and not await asyncio.to_thread(self._ended.has, token.conversation) else None

    def _trackers(self) -> TrackerStore:
        return events.trackers_of(self._app.ctx.agent)

    async def _read(self, read: Callable[..., T], conversation: str, *more: Any) -> T:
        """What one of `events` or `summary` makes of a conversation, off the server's loop."""
        trackers = self._trackers()
        return await trackers.aside(read, trackers, conversation, *more)

    # script and pages -------------------------------------------------------------------------------------------

    async def script(self, request: Request) -> HTTPResponse:
        """The widget, for any page."""
        headers = {
            "ETag": bundle.etag(),
            "Cache-Control": "public, max-age=300",
            "Access-Control-Allow-Origin": "*",
            "Cross-Origin-Resource-Policy": "cross-origin",
            "X-Content-Type-Options": "nosniff",
            "Vary": "Accept-Encoding",
        }
        known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
        if bundle.etag() in known:
            return response.empty(304, headers=headers)
        body = bundle.script()
        if "gzip" in request.headers.get("accept-encoding", ""):
            body, headers["Content-Encoding"] = _zipped(body), "gzip"
        return response.raw(body, headers=headers, content_type="text/javascript; charset=utf-8")

    async def chat(self, _: Request) -> HTTPResponse:
        """The chat as a page of its own; without JavaScript it shows whom to call."""
        contacts = render.answer(desk().knowledge, ["who-can-help"]).contacts
        return response.html(pages.full(contacts), headers=pages.HEADERS)

    async def style(self, _: Request) -> HTTPResponse:
        """The style sheet of our pages."""
        return response.text(pages.style(), headers=pages.HEADERS, content_type="text/css; charset=utf-8")

    # the conversation -------------------------------------------------------------------------------------------

    async def session(self, request: Request) -> HTTPResponse:
        """Go on with the token's conversation, or begin one."""
        body = json_object(request)
        token = await self._good(body.get("token"))
        shown: list[dict[str, Any]] = []
        waiting: list[str] = []
        warnings: list[str] = []
        if token:
            shown = await self._read(events.since, token.conversation)
            waiting = await asyncio.to_thread(self._inbox.waiting, token.conversation)
            waiting = [message for message in waiting if not events.is_preset(message)]
        else:
            presets, warnings = _presets(body)
            token = begin(**presets)
        signed, expires = self._tokens.sign(token, body.get("keep") is True)
        start = words()["web"]["start"]
        return response.json(
            {
                "token": signed,
                "expires": expires,
                "limit": CHAT_LIMIT,
                "events": shown,
                "cursor": shown[-1]["id"] if shown else "0",
                "waiting": waiting,
                "start": {
                    "text": [paragraph.format(days=keep_days()) for paragraph in start],
                    "buttons": events.start_buttons(),
                },
                "keep_days": keep_days(),
                "labels": events.labels(),
                "warnings": warnings,
            }
        )

    async def message(self, request: Request) -> HTTPResponse:
        """Take in a message; its answer comes with the events."""
        token = await self._token(request)
        _count(self._by_conversation, token.conversation)
        _count(self._by_address, self._address(request))
        body = json_object(request)
        known = _uuid(body.get("id"))
        if known is None or ("text" in body) == ("payload" in body):
            raise Refused(400, "id")
        taken = _take_in(body)
        messages = [Waiting(known, taken.text, taken.redacted, taken.tap)]
        preset = _preset(token)
        if preset:
            messages.insert(0, preset)
        state = await asyncio.to_thread(self._inbox.put, token.conversation, messages)
        self._worker.wake(token.conversation)
        return response.json({"id": known, "state": state}, status=202)

    async def events(self, request: Request) -> None:
        """Everything after the cursor, then whatever comes."""
        token = await self._token(request)
        after = request.args.get("after", "")
        cursor = int(after) if after.isdecimal() and len(after) < 19 else 0
        headers = {"X-Accel-Buffering": "no"}  # a proxy passes each event on at once
        stream = await request.respond(headers=headers, content_type="text/event-stream; charset=utf-8")
        await stream.send(": here\n\n")
        with self._hub.listen(token.conversation) as listener:
            busy = self._worker.busy.get(token.conversation)
            if busy and not events.is_preset(busy):
                listener.notes.append({"type": "typing", "message": busy})
            while True:
                for note in listener.take():
                    await stream.send(_event(note))
                for event in await self._read(events.since, token.conversation, cursor):
                    await stream.send(_event(event))
                    cursor = int(event["id"])
                if listener.closed or time.time() > token.expires:
                    break
                if not await listener.wait(HEARTBEAT):
                    await stream.send(": still here\n\n")
        await stream.eof()

    async def feedback(self, request: Request) -> HTTPResponse:
        """Keep whether an answer helped."""
        token, body = await self._token(request), json_object(request)
        number, helpful = str(body.get("reply")), body.get("helpful")
        reply = None
        if number.isdecimal() and len(number) < 19:
            reply = await self._read(events.answer, token.conversation, int(number))
        if reply is None:
            raise Refused(400, "reply")
        if reply.status == "crisis":
            raise Refused(400, "crisis")
        if not isinstance(helpful, bool):
            raise Refused(400, "helpful")
        reason = _words(body.get("reason"), REASON_LIMIT, "reason")
        about = (token.conversation, int(number), reply.records, reply.status)
        await asyncio.to_thread(self._feedback.put, *about, helpful, reason)
        return response.empty()

    async def draft(self, request: Request) -> HTTPResponse:
        """Whether a helpline takes summaries, and a draft of one."""
        token = await self._token(request)
        available = summary.helpline() is not None
        text = await self._read(summary.draft, token.conversation) if available else ""
        return response.json({"available": available, "summary": text})

    async def hand_over(self, request: Request) -> HTTPResponse:
        """Queue a summary that its writer has read and agreed to pass on."""
        token, body = await self._token(request), json_object(request)
        if summary.helpline() is None:
            raise Refused(409, "helpline")
        text = _words(body.get("summary"), SUMMARY_LIMIT, "summary")
        contact = body.get("contact")
        if text is None:
            raise Refused(400, "summary", limit=SUMMARY_LIMIT)
        if contact is not None and (not isinstance(contact, str) or len(contact) > CONTACT_LIMIT):
            raise Refused(400, "contact", limit=CONTACT_LIMIT)
        known = await self._read(TrackerStore.slots, token.conversation)
        queued = (text, visible(contact or "").strip() or None, known.get("area"), known.get("role"))
        await asyncio.to_thread(self._handovers.put, token.conversation, *queued)
        return response.json({}, status=201)

    async def erase(self, request: Request) -> HTTPResponse:
        """Forget the conversation everywhere, and tell other tabs that it is gone."""
        conversation = (await self._token(request)).conversation
        async with self._worker.quiet(conversation):
            await asyncio.to_thread(stores.erase, self._trackers(), conversation)
        self._hub.ring(conversation, {"type": "erased"})
        self._hub.close(conversation)
        return response.empty()


def _function(method: Callable[[Request], Awaitable[Any]]) -> Callable[[Request], Awaitable[Any]]:
    """A route of Sanic's must be a function that takes attributes."""

    @functools.wraps(method)
    async def handler(request: Request) -> Any:
        return await method(request)

    return handler


@functools.lru_cache(maxsize=1)
def _zipped(body: bytes) -> bytes:
    return gzip.compress(body, mtime=0)


async def _preflight(_: Request) -> HTTPResponse:
    return response.empty()


def _count(limit: Limit, key: str) -> None:
    wait = limit.take(key)
    if wait:
        raise Refused(429, "often", wait)


def _uuid(given: Any) -> Optional[str]:
    try:
        return str(uuid.UUID(given)) if isinstance(given, str) else None
    except ValueError:
        return None


def _take_in(body: Dict[Text, Any]) -> Inbound:
    """The message of a request, as a button or as words; raises Refused."""
    if "payload" in body:
        taken = take_in(body["payload"], desk().known)
        if not taken.tap:
            raise Refused(400, "button")
        return taken
    taken = take_in(body["text"], desk().known, desk().public_numbers, typed=True, limit=CHAT_LIMIT)
    if taken.problem:
        raise Refused(400, taken.problem, limit=CHAT_LIMIT)
    return taken


def _presets(body: Dict[Text, Any]) -> tuple[dict[str, str], list[str]]:
    """What the host page says of its reader, as far as the knowledge knows it, and a sentence for what it does not."""
    known, warnings = {}, []
    for kind, sentence in words()["web"]["presets"].items():
        value = body.get(kind)
        if isinstance(value, str) and desk().known(kind, value):
            known[kind] = value
        elif value:
            warnings.append(sentence.format(value=value))
    return known, warnings


def _preset(token: Token) -> Optional[Waiting]:
    """The message that sets what the host page said, as a button would; it goes before the first one."""
    said = {kind: value for kind, value in (("role", token.role), ("area", token.area)) if value}
    return Waiting(events.PRESET, payload("inform", **said), [], True) if said else None


def _words(given: Any, limit: int, phrase: str) -> Optional[str]:
    """Words a person wrote, cleaned and redacted; None if there are none. Raises Refused."""
    if given is None:
        return None
    if not isinstance(given, str) or len(given) > limit:
        raise Refused(400, phrase, limit=limit)
    return redact(visible(given).strip(), desk().public_numbers)[0] or None


def _event(data: Dict[Text, Any]) -> str:
    """One event of the stream."""
    cursor = f"id: {data['id']}\n" if "id" in data else ""
    return f"{cursor}event: message\ndata: {json.dumps(data)}\n\n"
