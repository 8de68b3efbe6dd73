"""A console over a database of its own, with the assistant's double, and its staff."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient

from bot.channels.limits import Limit
from bot.console import signin
from bot.console.app import create_app
from bot.people import accounts, database
from bot.people.accounts import Accounts
from tests.console.double import Double
from tests.serving import stores_in

PASSWORD = "correct horse battery"
SECRET = "a secret of the tests, long enough to sign with"
# name: role, and whether safeguarding records may be read
STAFF = {"anna": ("adviser", False), "ben": ("adviser", False), "sue": ("supervisor", False), "lea": ("adviser", True)}


class Adviser:
    """Somebody at the console, by its requests."""

    def __init__(self, client: FlaskClient, name: str | None) -> None:
        self.client = client
        if name:
            answer = self.post("/sign-in", name=name, password=PASSWORD)
            assert answer.status_code == 302, answer.text

    def token(self) -> str:
        """What a form of ours carries."""
        return str(self.client.get("/token", headers={"X-Console": "1"}).json["token"])  # type: ignore[index]

    def get(self, path: str, **kwargs: Any) -> Any:
        return self.client.get(path, **kwargs)

    def post(self, path: str, follow: bool = False, **form: Any) -> Any:
        """Send a form of ours."""
        return self.client.post(path, data={**form, "csrf_token": self.token()}, follow_redirects=follow)

    def send(self, path: str, body: Any) -> Any:
        """Send what a script of ours sends."""
        return self.client.post(path, json=body, headers={"X-Console": "1", "X-CSRFToken": self.token()})

    def call(self, script: str = "parent", **form: str) -> str:
        """Start a call; its reference."""
        answer = self.post("/calls", script=script, **form)
        assert answer.status_code == 302, answer.text
        return str(answer.headers["Location"]).rsplit("/", 1)[1]

    def save(self, ref: str, **body: Any) -> Any:
        """Save a call as it is now, with these changes."""
        version = int(re.findall(r'data-version="(\d+)"', self.get(f"/calls/{ref}").text)[0])
        return self.send(f"/calls/{ref}/save", {"version": version, "note": "", "facts": {}, **body})


@pytest.fixture
def people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The people's database, with the staff's accounts."""
    for name, value in stores_in(tmp_path).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("INCLUSION_GUIDE_HELPLINE", "Suffolk Inclusion Helpline")
    monkeypatch.setattr(signin, "_by_address", Limit(10_000))
    # real hashes, made quickly: how long one takes is argon2's matter
    monkeypatch.setattr(accounts, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    engine = database.engine()
    for name, (role, safeguarding) in STAFF.items():
        Accounts(engine).add(name, PASSWORD, role, safeguarding)
    return engine


@pytest.fixture
def double() -> Double:
    """The assistant's double."""
    return Double()


@pytest.fixture
def app(people: Any, double: Double) -> Flask:
    """The console."""
    return create_app(double, people, SECRET)


@pytest.fixture
def adviser(app: Flask) -> Callable[..., Adviser]:
    """Advisers by name, each with a browser of their own; None: somebody who has not signed in."""
    return lambda name="anna": Adviser(app.test_client(), name)
