"""A double of Microsoft's side: its published keys, its sign-in service, and the Bot Connector; it signs as they do."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from collections import deque
from typing import Any, Callable, Optional

import httpx
import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.channels.teams.verify import ISSUER

APP = "11111111-2222-4333-8444-555555555555"
TENANT = "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
OTHER_TENANT = "99999999-bbbb-4ccc-8ddd-eeeeeeeeeeee"
SECRET = "the app's secret"
BOT = f"28:{APP}"
PATIENCE = 30.0  # seconds


class Microsoft:
    """The double, in a thread of its own. `sent` is what the Connector was given, in order."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.endorsements: Optional[list[str]] = ["msteams", "webchat"]
        self.new_key("first")
        self.key_requests = self.token_requests = 0
        self.tokens: list[str] = []
        self.token_life = 3600
        self.refusal: Optional[tuple[int, dict[str, Any]]] = None
        self.keys_down = False
        self.sent: list[tuple[str, str, dict[str, Any]]] = []
        self.passed: list[dict[str, Any]] = []  # what went through `sign`
        self.troubles: deque[Any] = deque()  # what happens to the next writes: a status, (status, headers) or 'cut'
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "Microsoft":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    # what tests say ------------------------------------------------------------------------------------------------

    @property
    def env(self) -> dict[str, str]:
        """The settings that lead to this double."""
        return {
            "INCLUSION_GUIDE_TEAMS_APP": APP,
            "INCLUSION_GUIDE_TEAMS_SECRET": SECRET,
            "INCLUSION_GUIDE_TEAMS_TENANT": TENANT,
            "INCLUSION_GUIDE_TEAMS_LOGIN": self.url,
            "INCLUSION_GUIDE_TEAMS_KEYS": f"{self.url}/openid",
        }

    def new_key(self, kid: str) -> None:
        """Publish another key."""
        self.keys[kid] = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    def token(self, kid: str = "first", headers: Optional[dict[str, Any]] = None, **claims: Any) -> str:
        """A token as the Bot Connector signs it; a claim that is None is left out."""
        now = int(time.time())
        made = {
            "iss": ISSUER,
            "aud": APP,
            "nbf": now - 10,
            "exp": now + 3600,
            "serviceurl": f"{self.url}/connector/",
            **claims,
        }
        kept = {name: value for name, value in made.items() if value is not None}
        return jwt.encode(kept, self.keys[kid], algorithm="RS256", headers={"kid": kid, **(headers or {})})

    def activity(self, text: Optional[str] = None, **more: Any) -> dict[str, Any]:
        """An activity as Teams sends it from a personal chat."""
        made: dict[str, Any] = {
            "type": "message",
            "id": uuid.uuid4().hex,
            "channelId": "msteams",
            "serviceUrl": f"{self.url}/connector/",
            "from": {"id": "29:anna", "name": "Anna Example", "aadObjectId": "00000000-0000-4000-8000-00000000000a"},
            "recipient": {"id": BOT, "name": "Inclusion Guide"},
            "conversation": {"id": "a:personal", "conversationType": "personal", "tenantId": TENANT},
            "channelData": {"tenant": {"id": TENANT}},
        }
        if text is not None:
            made |= {"text": text, "textFormat": "plain"}
        return {**made, **more}

    def writes(self, kind: str = "message") -> list[tuple[str, str, dict[str, Any]]]:
        """What was written of one type: method, the activity's id, and the activity."""
        return [write for write in self.sent if write[2].get("type") == kind]

    def wait(self, enough: Callable[[list[tuple[str, str, dict[str, Any]]]], bool], kind: str = "message") -> Any:
        """What was written, once it is enough."""
        until = time.monotonic() + PATIENCE
        while not enough(self.writes(kind)):
            assert time.monotonic() < until, f"not written: {self.writes(kind)}"
            time.sleep(0.02)
        return self.writes(kind)

    # the double ----------------------------------------------------------------------------------------------------

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._start())
        self._ready.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self._runner.cleanup())
        self._loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._published)
        app.router.add_post("/{tenant}/oauth2/v2.0/token", self._token)
        app.router.add_post("/connector/v3/conversations/{chat}/activities", self._write)
        app.router.add_put("/connector/v3/conversations/{chat}/activities/{number}", self._write)
        app.router.add_post("/sign", self._sign)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"

    async def _openid(self, _: web.Request) -> web.Response:
        self.key_requests += 1
        if self.keys_down:
            return web.Response(status=503)
        return web.json_response({"issuer": ISSUER, "jwks_uri": f"{self.url}/keys"})

    async def _published(self, _: web.Request) -> web.Response:
        shown = []
        for kid, key in self.keys.items():
            jwk = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
            shown.append({**jwk, "kid": kid, "use": "sig"})
            if self.endorsements is not None:
                shown[-1]["endorsements"] = self.endorsements
        return web.json_response({"keys": [*shown, {"kty": "EC", "kid": "of another kind"}]})

    async def _token(self, request: web.Request) -> web.Response:
        self.token_requests += 1
        form = await request.post()
        if self.refusal:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        asked = (request.match_info["tenant"], form["client_id"], form["client_secret"], form["scope"])
        if asked != (TENANT, APP, SECRET, "https://api.botframework.com/.default"):
            told = "AADSTS7000215: Invalid client secret provided."
            return web.json_response({"error": "invalid_client", "error_description": told}, status=401)
        self.tokens.append(f"token-{len(self.tokens) + 1}")
        return web.json_response({"access_token": self.tokens[-1], "expires_in": self.token_life})

    async def _write(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {self.tokens[-1] if self.tokens else ''}":
            return web.Response(status=401)
        body = await request.json()
        trouble = self.troubles.popleft() if self.troubles and body["type"] != "typing" else None
        if isinstance(trouble, int):
            return web.Response(status=trouble)
        if isinstance(trouble, tuple):
            return web.Response(status=trouble[0], headers=trouble[1])
        number = request.match_info.get("number") or f"sent-{len(self.sent) + 1}"
        self.sent.append((request.method, number, {**body, "chat": request.match_info["chat"]}))
        if trouble == "cut" and request.transport:
            request.transport.close()
        return web.json_response({"id": number})

    async def _sign(self, request: web.Request) -> web.Response:
        """Pass an activity on to the server that ?to names, with a token such as the Bot Connector would give it."""
        activity = await request.json()
        self.passed.append(activity)
        async with httpx.AsyncClient(timeout=30) as client:
            answer = await client.post(
                request.query["to"],
                json=activity,
                headers={"Authorization": f"Bearer {self.token(serviceurl=activity['serviceUrl'])}"},
            )
        return web.Response(status=answer.status_code, body=answer.content)
