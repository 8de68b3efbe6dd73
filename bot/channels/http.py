"""Requests and answers of the web chat: what comes in as JSON, and what is refused."""

from __future__ import annotations

import logging
import math
from typing import Any, Optional

from sanic import response
from sanic.exceptions import InvalidUsage
from sanic.request import Request
from sanic.response import HTTPResponse

from knowledge.render import words

log = logging.getLogger(__name__)

BODY_LIMIT = 8 * 1024  # bytes

DATA_HEADERS = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}


class Refused(Exception):
    """A request that is not carried out; `phrase` names the sentence that says why."""

    def __init__(self, status: int, phrase: str, wait: Optional[float] = None, **values: Any) -> None:
        super().__init__(phrase)
        self.status, self.wait = status, wait and math.ceil(wait)
        if self.wait:
            values["seconds"] = "a second" if self.wait == 1 else f"{self.wait} seconds"
        sentences = {**words()["manners"], **words()["web"]["refused"]}
        self.sentence = str(sentences[phrase]).format(**values)


def refusal(_: Request, error: Refused) -> HTTPResponse:
    """The answer to a refused request."""
    body: dict[str, Any] = {"error": error.sentence}
    headers = {}
    if error.wait:
        body["retry_after"] = error.wait
        headers["Retry-After"] = str(error.wait)
    return response.json(body, status=error.status, headers=headers)


def failure(_: Request, error: Exception) -> HTTPResponse:
    """The answer where something of ours fails; the log gets its type and place, never its text."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    log.error("A request failed: %s at %s", type(error).__name__, where)
    return response.json({"error": words()["web"]["refused"]["failed"]}, status=500)


def json_object(request: Request) -> dict[str, Any]:
    """The request's JSON; raises Refused if it is no object."""
    try:
        body = request.json
    except InvalidUsage:
        body = None
    if not isinstance(body, dict):
        raise Refused(400, "json")
    return body
