"""Who we are to Microsoft: secrets, tokens, sending and retries."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.channels.messenger import Later, Part
from bot.channels.teams.access import EARLY, Access, NoAccess
from bot.channels.teams.client import TeamsClient
from bot.channels.teams.connector import TRIES, Address, Connector, Undelivered, Unknown
from bot.channels.teams.settings import Settings
from tests.teams.access.trying import Clock, run
from tests.teams.microsoft import APP, SECRET, Microsoft

# --------------------------------------------------------------------------------------------- who we are to them


def test_our_token_is_kept_and_renewed_before_it_ends(microsoft: Microsoft, given: Settings) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        clock = Clock()
        access = Access(session, given, clock)
        assert set(await asyncio.gather(*(access.token() for _ in range(5)))) == {"token-1"}
        assert microsoft.token_requests == 1
        clock.now += 3600 - EARLY
        assert await access.token() == "token-2"
        assert await access.token(not_this="token-2") == "token-3"
        assert await access.token(not_this="token-2") == "token-3"
        assert microsoft.token_requests == 3

    run(work)


def test_a_token_serves_while_it_cannot_be_renewed(microsoft: Microsoft, given: Settings) -> None:
    async def work(session: aiohttp.ClientSession) -> None:
        clock = Clock()
        access = Access(session, given, clock)
        assert await access.token() == "token-1"
        microsoft.refusal = (503, {})
        clock.now += 3600 - EARLY
        assert await access.token() == "token-1"
        clock.now += EARLY
        with pytest.raises(NoAccess) as failed:
            await access.token()
        assert not failed.value.refused

    run(work)


@pytest.mark.parametrize(
    ("code", "say"),
    [
        ("AADSTS7000215", "The secret is wrong"),
        ("AADSTS7000222", "The secret has expired"),
        ("AADSTS700016", "no such app"),
        ("AADSTS90002", "no such tenant"),
        ("AADSTS123", "does not accept the app's credentials"),
    ],
)
def test_wrong_credentials_get_a_clear_sentence(microsoft: Microsoft, given: Settings, code: str, say: str) -> None:
    microsoft.refusal = (401, {"error": "invalid_client", "error_description": f"{code}: {SECRET} was not right."})

    async def work(session: aiohttp.ClientSession) -> None:
        with pytest.raises(NoAccess) as failed:
            await Access(session, given).token()
        assert say in str(failed.value)
        assert code in str(failed.value)
        assert SECRET not in str(failed.value)
        assert failed.value.refused

    run(work)


@pytest.mark.parametrize("answer", [(200, {}), (200, {"access_token": 1}), (200, []), (302, {}), (400, "x")])
def test_an_answer_that_is_no_token_is_none(microsoft: Microsoft, given: Settings, answer: Any) -> None:
    microsoft.refusal = answer

    async def work(session: aiohttp.ClientSession) -> None:
        with pytest.raises(NoAccess):
            await Access(session, given).token()

    run(work)


# ------------------------------------------------------------------------------------------------------- sending


def write(microsoft: Microsoft, given: Settings, troubles: list[Any], method: str = "send") -> tuple[Any, list[float]]:
    """What one write gives under these troubles, and for how long it paused."""
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def work(session: aiohttp.ClientSession) -> Any:
        microsoft.troubles.extend(troubles)
        connector = Connector(session, Access(session, given), sleep)
        to = Address.of(microsoft.activity())
        activity = {"type": "message", "text": "hello"}
        try:
            if method == "update":
                return await connector.update(to, "a/b", activity)
            return await connector.send(to, activity)
        except Undelivered as failed:
            return failed.status

    return run(work), pauses


def test_an_activity_is_sent_and_changed(microsoft: Microsoft, given: Settings) -> None:
    assert write(microsoft, given, []) == ("sent-1", [])
    write(microsoft, given, [], "update")
    (_, _, first), (method, number, second) = microsoft.sent
    assert (first["chat"], first["text"], first["from"]["id"]) == ("a:personal", "hello", f"28:{APP}")
    assert first["recipient"] == {"id": "29:anna"}
    assert (method, number, second["text"]) == ("PUT", "a/b", "hello")


@pytest.mark.parametrize("status", [412, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again_with_growing_pauses(microsoft: Microsoft, given: Settings, status: int) -> None:
    outcome, pauses = write(microsoft, given, [status] * 3)
    assert outcome == "sent-1"
    assert len(pauses) == 3
    assert pauses == sorted(pauses)


def test_it_waits_as_long_as_it_is_asked_to(microsoft: Microsoft, given: Settings) -> None:
    outcome, pauses = write(microsoft, given, [(429, {"Retry-After": "3"}), (429, {"Retry-After": "soon"})])
    assert (outcome, pauses[0]) == ("sent-1", 3)
    assert pauses[1] > 0


def test_a_long_wait_is_left_to_who_sends(microsoft: Microsoft, given: Settings) -> None:
    microsoft.troubles.append((429, {"Retry-After": "60"}))

    async def work(session: aiohttp.ClientSession) -> None:
        client = TeamsClient(Connector(session, Access(session, given)))
        with pytest.raises(Later) as later:
            await client.send(Address.of(microsoft.activity()).to_dict(), Part({"activity": {"type": "message"}}))
        assert later.value.seconds == 60

    run(work)


def test_it_gives_up_at_last(microsoft: Microsoft, given: Settings) -> None:
    outcome, pauses = write(microsoft, given, [503] * 20)
    assert (outcome, len(pauses)) == (503, TRIES - 1)


@pytest.mark.parametrize("status", [400, 403, 404, 413])
def test_what_does_not_pass_is_not_tried_again(microsoft: Microsoft, given: Settings, status: int) -> None:
    assert write(microsoft, given, [status]) == (status, [])


def test_a_write_of_unknown_outcome_is_tried_once_more(microsoft: Microsoft, given: Settings) -> None:
    outcome, _ = write(microsoft, given, ["cut"])
    assert outcome == "sent-2"  # twice rather than never
    assert len(microsoft.sent) == 2
    with pytest.raises(Unknown):
        write(microsoft, given, ["cut", "cut"])
    assert len(microsoft.sent) == 4


def test_a_token_that_was_withdrawn_is_renewed_once(microsoft: Microsoft, given: Settings) -> None:
    assert write(microsoft, given, [401]) == ("sent-1", [])
    assert microsoft.token_requests == 2
    assert write(microsoft, given, [401, 401])[0] == 401


def test_a_service_that_is_gone_is_given_up(given: Settings, microsoft: Microsoft) -> None:
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    async def work(session: aiohttp.ClientSession) -> None:
        connector = Connector(session, Access(session, given), sleep)
        gone = Address("http://127.0.0.1:9/", "a", "b", "c")
        with pytest.raises(Undelivered) as failed:
            await connector.send(gone, {"type": "message"})
        assert failed.value.status == 0
        await connector.typing(gone)  # says nothing

    run(work)
    assert len(pauses) == TRIES - 1
