"""A small double of the server: it speaks the web contract with the example replies, and can be slow or gone.

`python -m tests.widget.double` serves it by hand.
"""

from __future__ import annotations

import dataclasses
import json
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from bot.channels.events import reply_event
from bot.replies import Reply
from bot.widget import bundle, pages
from knowledge.render import words

LIMIT = 1000
START: dict[str, Any] = {
    "text": [p.format(days=28) for p in words()["web"]["start"]],
    "buttons": [
        {"title": words()["buttons"][name], "payload": made}
        for name, made in (("next", "/ask_next"), ("walk", "/walk"), ("person", "/person"), ("danger", "/danger"))
    ],
}
LABELS: dict[str, Any] = {
    "area": {"staffordshire": "Staffordshire", "hackney": "Hackney", "england": "Somewhere else in England"},
    "role": {"parent": "Parent or carer", "child": "Child or young person", "school": "School staff"},
    "audience": {"parents": "Parents and carers", "schools": "Schools"},
    "stage": {"staffordshire": {"1-2": "1 or 2 suspensions", "3": "3 suspensions", "4": "4 suspensions"}},
    "part": {"rights": "Your rights and your next step", "asks": "What the pathway asks of you"},
}
PARTS = {"rights": 3, "asks": 2}
TICKS = ("done", "not_yet", "not_applicable")


@dataclasses.dataclass
class Conversation:
    """One conversation: its events, the ids it has taken in, and where its checklist stands."""

    events: list[dict[str, Any]] = dataclasses.field(default_factory=list)
    ids: list[str] = dataclasses.field(default_factory=list)
    typing: str | None = None
    position: int = 0
    ticks: dict[int, str] = dataclasses.field(default_factory=dict)


class Double:
    """The server's state, which outlives a stop, and the server itself."""

    def __init__(self) -> None:
        self.conversations: dict[str, Conversation] = {}
        self.changed = threading.Condition()
        self.requests: list[tuple[str, str, Any]] = []
        self.hosts: dict[str, tuple[str, dict[str, str]]] = {}
        self.helpline = False
        self.delay = 0.0
        self.slow = 0.0  # seconds between taking a message in and saying so
        self.refuse: Callable[[str, str, Any], tuple[int, dict[str, Any]] | None] = lambda method, path, body: None
        self.extra: dict[str, dict[str, Any]] = {}
        self.port = 0
        self._server: ThreadingHTTPServer | None = None

    # -------------------------------------------------------------------------------------------------- running

    @property
    def url(self) -> str:
        """Where it is served."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve, on the same port as before."""
        double = self
        self.running = True

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A browser that goes away is no fault."""

        class Handler(_Handler):
            world = double

        self._server = Server(("127.0.0.1", self.port), Handler)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def stop(self) -> None:
        """Go away; open streams end."""
        self.running = False
        with self.changed:
            self.changed.notify_all()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
        self._server = None

    def host(self, name: str, page: str, headers: dict[str, str] | None = None) -> str:
        """Serve a host's page, and its address: another origin than the assistant's."""
        self.hosts[f"/host/{name}"] = (page.replace("$SCRIPT", f"{self.url}/widget.js"), headers or {})
        return f"http://localhost:{self.port}/host/{name}"

    # -------------------------------------------------------------------------------------------- conversations

    def calls(self, path: str) -> list[Any]:
        """The bodies of the requests for a path."""
        return [body for _, asked, body in self.requests if asked == path]

    def token(self) -> str:
        """A new conversation's token."""
        token = uuid.uuid4().hex
        self.conversations[token] = Conversation()
        return token

    def publish(self, conversation: Conversation, event: dict[str, Any]) -> None:
        """Add an event and tell the streams."""
        with self.changed:
            event["id"] = str(len(conversation.events) + 1)
            conversation.events.append(event)
            self.changed.notify_all()

    def reply(self, conversation: Conversation, example: str, message: str = "none") -> None:
        """Answer with an example, out of the blue."""
        self._answer(conversation, message, self._example(example))

    def take(self, conversation: Conversation, body: dict[str, Any]) -> None:
        """One message, handled once."""
        if body["id"] in conversation.ids:
            return
        conversation.ids.append(body["id"])
        payload = body.get("payload")
        said: dict[str, Any] = {"type": "said", "message": body["id"], "text": body.get("text")}
        if payload:
            titles = {
                b["payload"]: b["title"] for e in conversation.events for b in e.get("reply", {}).get("buttons", [])
            }
            titles |= {b["payload"]: b["title"] for b in START["buttons"]}
            said |= {"text": None, "title": titles.get(payload)}
        self.publish(conversation, said)
        threading.Thread(target=self._handle, args=(conversation, body), daemon=True).start()

    def _handle(self, conversation: Conversation, body: dict[str, Any]) -> None:
        if self.delay:
            with self.changed:
                conversation.typing = body["id"]
                self.changed.notify_all()
            time.sleep(self.delay)
        conversation.typing = None
        said = body.get("text") or body["payload"]
        reply = self._walked(conversation, body["payload"]) if body.get("payload") else None
        self._answer(conversation, body["id"], reply or self._example(said))

    def _answer(self, conversation: Conversation, message: str, reply: dict[str, Any]) -> None:
        self.publish(conversation, reply_event(Reply.from_dict(reply), message))

    def _example(self, said: str) -> dict[str, Any]:
        known = {example["ask"]: example["reply"] for example in pages.examples().values()}
        known |= {name: example["reply"] for name, example in pages.examples().items()}
        known |= {"/person": known["person"], "/danger": known["crisis"], "/ask_next": known["next-steps"]}
        known |= self.extra
        reply = known.get(said) or known["noted" if said.startswith("/inform") else "not-covered"]
        return Reply.from_dict(reply).to_dict()

    def _walked(self, conversation: Conversation, payload: str) -> dict[str, Any] | None:
        act = payload.lstrip("/")
        steps = self._steps(conversation)
        lead = ""
        if act == "walk":
            lead = f"We'll go through it one step at a time. There are {len(steps)} steps."
        elif act in TICKS:
            conversation.ticks[conversation.position] = act
            conversation.position += 1
            lead = "Noted as done." if act == "done" else "Noted."
        elif act == "previous":
            conversation.position = max(0, conversation.position - 1)
        elif act == "skip":
            conversation.position = PARTS["rights"]
        elif act not in ("more", "resume", "stop"):
            return None
        steps = self._steps(conversation)
        at = conversation.position
        if act == "stop" or at >= len(steps):
            return self._summary(steps)
        reply = self._example("step")
        known = {
            e["reply"]["records"][0]: e["reply"]["blocks"][-1] for e in map(pages.examples().get, ("step", "more")) if e
        }
        body = known.get(steps[at]["id"], {"kind": "answer", "text": "What this step asks of you."})
        body = {"kind": "answer", "text": "Here is more about it."} if act == "more" else body
        part = LABELS["part"][steps[at]["part"]]
        card = {"kind": "card", "title": f"Step {at + 1} of {len(steps)} · {part}"}
        blocks = [*([{"kind": "answer", "text": lead}] if lead else []), card, body]
        buttons = [*reply["buttons"], {"title": "Back", "payload": "/previous"}]
        return {**reply, "steps": steps, "blocks": blocks, "buttons": buttons}

    def _steps(self, conversation: Conversation) -> list[dict[str, Any]]:
        every = self._example("summary")["steps"]
        chosen = [s for part, many in PARTS.items() for s in [e for e in every if e["part"] == part][:many]]
        return [
            {**s, "state": conversation.ticks.get(i), "current": i == conversation.position}
            for i, s in enumerate(chosen)
        ]

    def _summary(self, steps: list[dict[str, Any]]) -> dict[str, Any]:
        cards = []
        for title, state in (("Done:", "done"), ("Still open:", "not_yet"), ("Not looked at:", None)):
            chosen = [step["title"] for step in steps if step["state"] == state]
            cards += [{"kind": "card", "title": title, "items": chosen}] if chosen else []
        under = {line: card["title"] for card in cards for line in card["items"]}
        head = {
            "kind": "answer",
            "title": "That was the last step. Your list, 22 November 2026:",
            "text": "Parents and carers · Staffordshire",
        }
        blocks = [head, *cards, {"kind": "answer", "text": "This list is for your own use."}]
        steps = [{**step, "under": under[step["title"]]} for step in steps]
        return {**self._example("summary"), "steps": steps, "blocks": blocks, "buttons": []}


class _Handler(BaseHTTPRequestHandler):
    world: Double
    protocol_version = "HTTP/1.1"

    def log_message(self, *args: Any) -> None:
        """Nothing: the tests look at `requests`."""

    def do_OPTIONS(self) -> None:
        self._send(204)

    def do_GET(self) -> None:
        self._route("GET")

    def do_POST(self) -> None:
        self._route("POST")

    def do_DELETE(self) -> None:
        self._route("DELETE")

    # ----------------------------------------------------------------------------------------------------- routes

    def _route(self, method: str) -> None:
        split = urllib.parse.urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        world = self.world
        world.requests.append((method, split.path, body))
        refused = world.refuse(method, split.path, body)
        if refused:
            return self._json(refused[1], refused[0])
        if split.path in world.hosts:
            page, headers = world.hosts[split.path]
            return self._send(200, page.encode(), "text/html; charset=utf-8", headers)
        if split.path == "/web/session":
            return self._session(body)
        if split.path.startswith("/web/"):
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if token not in world.conversations:
                return self._json({"error": "This conversation has ended."}, 401)
            return self._in_conversation(method, split, body, token)
        return self._static(split.path)

    def _session(self, body: Any) -> None:
        token = body["token"] if body["token"] in self.world.conversations else self.world.token()
        events = self.world.conversations[token].events
        given = {"token": token, "expires": int(time.time()) + 86400, "limit": LIMIT, "events": events}
        given |= {"cursor": events[-1]["id"] if events else "0", "start": START, "keep_days": 28, "labels": LABELS}
        self._json(given)

    def _in_conversation(self, method: str, split: Any, body: Any, token: str) -> None:
        world, conversation = self.world, self.world.conversations[token]
        if split.path == "/web/message":
            world.take(conversation, body)
            time.sleep(world.slow)
            self._json({"id": body["id"], "state": "waiting"}, 202)
        elif split.path == "/web/events":
            self._stream(conversation, int(dict(urllib.parse.parse_qsl(split.query)).get("after") or 0))
        elif split.path == "/web/handover" and method == "GET":
            summary = "A parent asks what happens after 4 suspensions in Staffordshire."
            self._json({"available": world.helpline, "summary": summary})
        elif split.path == "/web/handover":
            self._json({}, 201)
        elif split.path == "/web/conversation":
            del world.conversations[token]
            self._send(204)
        else:
            self._send(204)

    def _stream(self, conversation: Conversation, after: int) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        typed = None
        self.wfile.write(b": here\n\n")
        while self.world.running:
            new = conversation.events[after:]
            for event in new:
                self._event(event)
            after += len(new)
            if conversation.typing not in (None, typed):
                typed = conversation.typing
                self._event({"type": "typing", "message": typed})
            self.wfile.flush()
            with self.world.changed:
                self.world.changed.wait(0.5)
            self.wfile.write(b": still here\n\n")

    def _event(self, event: dict[str, Any]) -> None:
        head = f"id: {event['id']}\n" if "id" in event else ""
        self.wfile.write(f"{head}event: message\ndata: {json.dumps(event)}\n\n".encode())

    def _static(self, path: str) -> None:
        if path == "/widget.js":
            self._send(200, bundle.script(), "text/javascript; charset=utf-8", {"ETag": bundle.etag()})
        elif path == "/pages.css":
            self._send(200, pages.style().encode(), "text/css; charset=utf-8")
        elif path == "/":
            self._send(200, pages.demo().encode(), "text/html; charset=utf-8", pages.HEADERS)
        elif path == "/chat":
            contacts = pages.examples()["person"]["reply"]["contacts"]
            self._send(200, pages.full(contacts).encode(), "text/html; charset=utf-8", pages.HEADERS)
        else:
            self._send(404)

    # ------------------------------------------------------------------------------------------------------ plumbing

    def _json(self, body: Any, status: int = 200) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes = b"", kind: str = "", headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Access-Control-Allow-Headers", "Authorization, Content-Type")
        self.send_header("Access-Control-Allow-Methods", "GET, POST, DELETE")
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if kind:
            self.send_header("Content-Type", kind)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    served = Double()
    served.port = 5099
    served.start()
    print(f"{served.url} (end with Ctrl+C)")
    threading.Event().wait()


def sent(double: Double) -> list[Any]:
    """The messages the server was sent, each as often as it was."""
    return double.calls("/web/message")
