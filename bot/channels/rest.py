"""The REST channel: POST /webhooks/rest/webhook {"sender", "message"} gives a list of messages.

Each has `recipient_id`, `text`, `buttons` and `custom`. `text` is the whole answer, contacts and sources included;
`custom` holds `status`, `records` and `scope`.
"""

from __future__ import annotations

import logging
import os
from typing import Any, Awaitable, Callable, Dict, List, Optional, Text

from rasa.core.channels.channel import CollectingOutputChannel, UserMessage
from rasa.core.channels.rest import RestInput
from sanic import Blueprint, response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.channels.failure import failure_reply
from bot.inbound import take_in
from bot.replies import Reply, as_text
from knowledge.desk import desk

log = logging.getLogger(__name__)

SETTING = "INCLUSION_GUIDE_REST"
SENDER_LIMIT = 200


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
        "custom": {"status": reply.status, "records": reply.records, "scope": reply.scope},
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
        if os.environ.get(SETTING, "on").lower() in ("off", "0", "false", "no"):
            return hook

        @hook.route("/", methods=["GET"])
        async def health(_: Request) -> HTTPResponse:
            return response.json({"status": "ok"})

        @hook.route("/webhook", methods=["POST"])
        async def receive(request: Request) -> HTTPResponse:
            try:
                body = request.json
            except InvalidUsage:
                body = None
            if not isinstance(body, dict) or not isinstance(body.get("sender"), str) or not body["sender"].strip():
                say = (
                    'Send JSON like {"sender": "anna", "message": "my question"}, with a name of your choice as sender.'
                )
                return response.json({"error": say}, status=400)
            if len(body["sender"]) > SENDER_LIMIT:
                return response.json({"error": f"The sender is longer than {SENDER_LIMIT} characters."}, status=400)
            return response.json(await self.answer(body, on_new_message))

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
            message_id=body["message_id"] if isinstance(body.get("message_id"), str) else None,
            metadata={"redacted": said.redacted} if said.redacted else None,
        )
        try:
            await on_new_message(message)
        except Exception as error:  # whatever fails, the person gets an answer, and the log none of their words
            log.error("A message could not be handled: %s", type(error).__name__)
            return failure(sender)
        return collected.messages or failure(sender)
