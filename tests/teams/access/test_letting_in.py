"""Who is let in from Teams: settings, tokens signed and forged, keys."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import time
from typing import Any

import aiohttp
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from bot.channels.teams import settings as settings_of
from bot.channels.teams.settings import BadSettings, Settings, safe
from bot.channels.teams.verify import FRESH, PAUSE, STALE, Keys, Refused, Verifier
from tests.teams.access.trying import Clock, run
from tests.teams.microsoft import APP, OTHER_TENANT, SECRET, TENANT, Microsoft

NAMES = ("APP", "SECRET", "TENANT", "ALLOW", "LOGIN", "KEYS")

# ----------------------------------------------------------------------------------------------------- settings


@pytest.fixture
def nothing_set(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in NAMES:
        monkeypatch.delenv(f"INCLUSION_GUIDE_TEAMS_{name}", raising=False)
    return monkeypatch


def test_without_credentials_the_channel_is_off(nothing_set: pytest.MonkeyPatch) -> None:
    assert settings_of.registration() is None


@pytest.mark.parametrize(
    ("env", "named"),
    [
        ({"APP": APP}, "three settings together"),
        ({"APP": APP, "SECRET": SECRET}, "INCLUSION_GUIDE_TEAMS_TENANT"),
        ({"APP": "my-bot", "SECRET": SECRET, "TENANT": TENANT}, "INCLUSION_GUIDE_TEAMS_APP has to be an id"),
        ({"APP": APP, "SECRET": SECRET, "TENANT": "contoso"}, "INCLUSION_GUIDE_TEAMS_TENANT has to be an id"),
        ({"APP": APP, "SECRET": SECRET, "TENANT": TENANT, "ALLOW": f"{OTHER_TENANT},x"}, "INCLUSION_GUIDE_TEAMS_ALLOW"),
        ({"APP": APP, "SECRET": SECRET, "TENANT": TENANT, "LOGIN": "http://login.example"}, "begins with https://"),
        ({"APP": APP, "SECRET": SECRET, "TENANT": TENANT, "KEYS": "file:///etc/keys"}, "begins with https://"),
    ],
)
def test_settings_that_are_no_good_are_named(nothing_set: pytest.MonkeyPatch, env: dict[str, str], named: str) -> None:
    for name, value in env.items():
        nothing_set.setenv(f"INCLUSION_GUIDE_TEAMS_{name}", value)
    with pytest.raises(BadSettings) as refused:
        settings_of.registration()
    assert named in str(refused.value)
    assert SECRET not in str(refused.value)


def test_good_settings_and_the_secret_is_not_shown(nothing_set: pytest.MonkeyPatch) -> None:
    env = {"APP": APP.upper(), "SECRET": SECRET, "TENANT": TENANT, "ALLOW": f" {OTHER_TENANT.upper()} , "}
    for name, value in env.items():
        nothing_set.setenv(f"INCLUSION_GUIDE_TEAMS_{name}", value)
    found = settings_of.registration()
    assert found
    assert (found.app, found.tenants) == (APP, {TENANT, OTHER_TENANT})
    assert found.login == "https://login.microsoftonline.com"
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://smba.trafficmanager.net/uk/", True),
        ("http://127.0.0.1:80/x", True),
        ("http://smba.trafficmanager.net/uk/", False),
        ("http://127.0.0.1.evil.example/", False),
        ("ftp://127.0.0.1/", False),
        ("https://", False),
        ("https://[", False),
        (None, False),
        ({"a": 1}, False),
    ],
)
def test_our_token_goes_nowhere_in_the_clear(url: object, good: bool) -> None:
    assert safe(url) is good


# ------------------------------------------------------------------------------------------------- who is let in


def let_in(given: Settings, header: str | None, activity: dict[str, Any]) -> int:
    """The status of a request: 200 if it is let in."""

    async def work(session: aiohttp.ClientSession) -> int:
        try:
            await Verifier(given, Keys(session, given.keys)).check(header, activity)
        except Refused as refused:
            return refused.status
        return 200

    return int(run(work))


def test_what_the_bot_connector_signed_is_let_in(microsoft: Microsoft, given: Settings) -> None:
    assert let_in(given, f"Bearer {microsoft.token()}", microsoft.activity("hello")) == 200
    assert let_in(given, f"bearer {microsoft.token()}", microsoft.activity("hello")) == 200


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer  ", "Basic YTpi", "token"])
def test_without_a_token_nobody_is_let_in(microsoft: Microsoft, given: Settings, header: str | None) -> None:
    assert let_in(given, header, microsoft.activity("hello")) == 401


NOW = int(time.time())
FORGED: list[tuple[str, dict[str, Any]]] = [
    ("expired", {"exp": NOW - 400, "nbf": NOW - 4000}),
    ("not valid yet", {"nbf": NOW + 4000, "exp": NOW + 9000}),
    ("no expiry", {"exp": None}),
    ("another audience", {"aud": "99999999-2222-4333-8444-555555555555"}),
    ("no audience", {"aud": None}),
    ("another issuer", {"iss": "https://sts.windows.net/x/"}),
    ("no issuer", {"iss": None}),
    ("another service URL", {"serviceurl": "https://evil.example/"}),
    ("no service URL", {"serviceurl": None}),
    ("the claim spelt as the activity spells it", {"serviceurl": None, "serviceUrl": "x"}),
]


@pytest.mark.parametrize(("what", "claims"), FORGED, ids=[what for what, _ in FORGED])
def test_a_token_with_wrong_claims_is_refused(
    microsoft: Microsoft, given: Settings, what: str, claims: dict[str, Any]
) -> None:
    assert let_in(given, f"Bearer {microsoft.token(**claims)}", microsoft.activity("hello")) == 403


def test_clocks_may_differ_by_some_minutes(microsoft: Microsoft, given: Settings) -> None:
    late = microsoft.token(exp=int(time.time()) - 60)
    assert let_in(given, f"Bearer {late}", microsoft.activity("hello")) == 200


def encoded(part: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forgeries(microsoft: Microsoft) -> dict[str, str]:
    """Tokens that nobody at Microsoft signed, or not so."""
    good = microsoft.token()
    head, body, signature = good.split(".")
    claims = jwt.decode(good, options={"verify_signature": False})
    public = microsoft.keys["first"].public_key()
    pem = public.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()
    stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    changed = encoded({**claims, "sub": "someone"})
    hs_head = encoded({"alg": "HS256", "kid": "first", "typ": "JWT"})
    mac = hmac.new(pem.encode(), f"{hs_head}.{body}".encode(), hashlib.sha256).digest()
    return {
        "signed by a stranger": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "first"}),
        "changed after signing": f"{head}.{changed}.{signature}",
        "no signature": f"{encoded({'alg': 'none', 'kid': 'first'})}.{body}.",
        "the public key as a shared secret": f"{hs_head}.{body}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}",
        "another algorithm": jwt.encode(claims, microsoft.keys["first"], algorithm="RS512", headers={"kid": "first"}),
        "no key named": jwt.encode(claims, microsoft.keys["first"], algorithm="RS256"),
        "an unknown key": jwt.encode(claims, stranger, algorithm="RS256", headers={"kid": "strange"}),
        "a key that is no text": f"{encoded({'alg': 'RS256', 'kid': ['first']})}.{body}.{signature}",
        "no token at all": "hello",
        "no JSON": "a.b.c",
        "a key of its own": jwt.encode(
            claims, stranger, algorithm="RS256", headers={"kid": "first", "jwk": {"kty": "RSA"}, "jku": "https://x"}
        ),
    }


def test_a_forged_token_is_refused(microsoft: Microsoft, given: Settings) -> None:
    for what, token in forgeries(microsoft).items():
        assert let_in(given, f"Bearer {token}", microsoft.activity("hello")) == 403, what


def test_another_channel_tenant_or_service_is_refused(microsoft: Microsoft, given: Settings) -> None:
    header = f"Bearer {microsoft.token()}"
    stranger = {"conversation": {"id": "a", "tenantId": OTHER_TENANT}, "channelData": {"tenant": {"id": OTHER_TENANT}}}
    for change in (
        {"channelId": "webchat"},
        {"channelId": None},
        {"serviceUrl": "https://evil.example/"},
        {"serviceUrl": None},
        stranger,
        {"channelData": None, "conversation": {"id": "a"}},
        {"channelData": {"tenant": "x"}, "conversation": "x"},
    ):
        assert let_in(given, header, microsoft.activity("hello", **change)) == 403, change


def test_a_service_url_in_the_clear_is_refused_even_if_it_is_signed(microsoft: Microsoft, given: Settings) -> None:
    url = "http://smba.example/"
    token = microsoft.token(serviceurl=url)
    assert let_in(given, f"Bearer {token}", microsoft.activity("hello", serviceUrl=url)) == 403


def test_a_key_that_does_not_vouch_for_teams_is_refused(microsoft: Microsoft, given: Settings) -> None:
    microsoft.endorsements = ["webchat"]
    assert let_in(given, f"Bearer {microsoft.token()}", microsoft.activity("hello")) == 403
    microsoft.endorsements = None
    assert let_in(given, f"Bearer {microsoft.token()}", microsoft.activity("hello")) == 200


def test_the_keys_are_asked_for_once_a_day_and_when_a_token_names_a_new_one(
    microsoft: Microsoft, given: Settings
) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        clock = Clock()
        keys = Keys(session, given.keys, clock)
        assert all(await asyncio.gather(*(keys.find("first") for _ in range(5))))
        assert microsoft.key_requests == 1
        microsoft.new_key("second")
        assert await keys.find("second") is None  # asked a moment ago
        clock.now += PAUSE
        assert await keys.find("second")
        assert microsoft.key_requests == 2
        for _ in range(3):  # who makes names up does not make us ask each time
            assert await keys.find("made up") is None
        assert microsoft.key_requests == 2
        clock.now += FRESH
        del microsoft.keys["first"]
        assert await keys.find("first") is None  # withdrawn
        assert microsoft.key_requests == 3

    run(work)


def test_known_keys_serve_while_new_ones_cannot_be_had(microsoft: Microsoft, given: Settings) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        clock = Clock()
        keys = Keys(session, given.keys, clock)
        microsoft.keys_down = True
        with pytest.raises(Refused) as refused:
            await keys.find("first")
        assert refused.value.status == 503
        microsoft.keys_down = False
        clock.now += PAUSE
        assert await keys.find("first")
        microsoft.keys_down = True
        clock.now += FRESH + 1
        assert await keys.find("first")
        clock.now += STALE
        with pytest.raises(Refused):
            await keys.find("first")

    run(work)
