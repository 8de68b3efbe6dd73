"""The REST channel: POST /webhooks/rest/webhook {"sender", "message"} gives a list of messages.

Each has `recipient_id`, `text`, `buttons` and `custom`. `text` is the whole answer, contacts and sources included;
`custom` holds `status`, `records`, `needs` (the guides that are told) and `scope`.
"""

from __future__ import annotations

import logging
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text, Tuple

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot import settings
from bot.channels import origins
from bot.channels.failure import failure_reply
from bot.channels.handled import handled
from bot.engine.tracker_store import ASIDE
from bot.inbound import take_in
from bot.replies import Reply, as_text
from knowledge.desk import desk

log = logging.getLogger(__name__)

LONGEST = 200  # characters of a sender
# what the names of other conversations begin with: those of other channels, and those that are set aside
OTHERS = ("web-", "telegram-", "teams-", "call-", ASIDE)


class RestOutput(CollectingOutputChannel):
    """Collects each Reply as one message."""

    async def send_response(self, recipient_id: Text, message: Dict[Text, Any]) -> None:
        """Keep the Reply of an action; anything else a person is shown comes as plain text."""
        reply = message.get("reply")
        if reply:
            self.messages.append(as_message(recipient_id, Reply.from_dict(reply)))
        elif message.get("text"):
            self.messages.append({"recipient_id": recipient_id, "text": message["text"]})


def as_message(recipient: Text, reply: Reply) -> Dict[Text, Any]:
    """A Reply in the shape of the contract."""
    shown: Dict[Text, Any] = {
        "recipient_id": recipient,
        "text": as_text(reply),
        "custom": {
            "status": reply.status,
            "records": reply.records,
            "needs": reply.needs,
            "scope": reply.scope,
        },
    }
    if reply.buttons:
        shown["buttons"] = [{"title": b.title, "payload": b.payload} for b in reply.buttons]
    return shown


def failure(recipient: Text, phrase: Text = "error", **values: Any) -> List[Dict[Text, Any]]:
    """What a person gets when no action could answer."""
    return [as_message(recipient, failure_reply(phrase, **values))]


class RestChannel(RestInput):
    """Rasa's REST channel with the one way in, the Reply contract and an answer to every message."""

    @classmethod
    def name(cls) -> Text:
        return "rest"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[Text, Any]]) -> "RestChannel":
        return cls()

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The channel's two routes; none while the setting switches it off."""
        hook = Blueprint("rest_channel", __name__)
        if not settings.REST():
            return hook

        @hook.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @hook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            refused = _refused(request)
            if refused:
                return response.json({"error": refused[1]}, status=refused[0])
            return response.json(await self.answer(request.json, on_new_message))

        return hook

    async def answer(
        self, body: Dict[Text, Any], on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> List[Dict[Text, Any]]:
        """The messages that answer one request; never none."""
        from bot.inbound import LIMIT

        sender = body["sender"]
        said = take_in(body.get("message"), desk().known, desk().public_numbers)
        if said.problem:
            return failure(sender, said.problem, limit=LIMIT)
        collected = RestOutput()
        message = UserMessage(
            said.text,
            collected,
            sender,
            input_channel=self.name(),
            message_id=body["message_id"] if _is_name(body.get("message_id")) else None,
            metadata={"redacted": said.redacted} if said.redacted else None,
        )
        try:
            whole = await handled(on_new_message, message)
        except Exception as error:  # whatever fails, the person gets an answer, and the log none of their words
            log.error("A message could not be handled: %s", type(error).__name__)
            return failure(sender)
        messages = collected.messages or failure(sender)
        danger = any(message.get("custom", {}).get("status") == "crisis" for message in messages)
        return messages if whole or danger else [*failure(sender, "set_aside"), *messages]


def _refused(request: Request) -> Optional[Tuple[int, str]]:
    """Why a request is not answered, with its status; None for one that is."""
    origin = request.headers.get("origin")
    if not origins.allowed(origin, request.host):
        return 403, f"Pages of {origin} may not use this. Whoever runs it can name them in {settings.ORIGINS.name}."
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if request.body and kind != "application/json":
        # what a page of any site may send without being asked for leave is anything but this
        return 415, "Send JSON, with the header Content-Type: application/json."
    try:
        body = request.json
    except InvalidUsage:
        body = None
    sender = body.get("sender") if isinstance(body, dict) else None
    if not isinstance(sender, str) or not sender.strip():
        return 400, 'Send JSON like {"sender": "anna", "message": "my question"}, with a name of your choice as sender.'
    if len(sender) > LONGEST:
        return 400, f"The sender is longer than {LONGEST} characters."
    if not _is_name(sender):
        return 400, "The sender has characters that cannot be shown."
    if sender.lower().startswith(OTHERS):
        return 400, f"The sender must not begin with {', '.join(OTHERS)}: conversations of other channels do."
    return None


def _is_name(given: Any) -> bool:
    """Whether something can name a conversation or a message: it goes into the database as it is."""
    return isinstance(given, str) and given.isprintable() and len(given) <= LONGEST
