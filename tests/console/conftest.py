"""A console over a database of its own, with the assistant's double, and its staff."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Locator, Page, expect

from bot.channels.limits import Limit
from bot.console import signin
from bot.console.app import create_app
from bot.console.serving import Serving
from bot.people import accounts, database
from bot.people.accounts import Accounts
from knowledge.desk import desk
from tests.console.double import Double
from tests.serving import free_port, stores_in
from tests.widget.conftest import browser, page_of

__all__ = ["browser", "page_of"]

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

    def post(self, path: str, **form: Any) -> Any:
        """Send a form of ours; with `follow`, what comes after."""
        follow = bool(form.pop("follow", False))
        return self.client.post(path, data={**form, "csrf_token": self.token()}, follow_redirects=follow)

    def heads(self, account: Any = None) -> dict[str, str]:
        """What a script of ours sends with each request: from a page of this account, or of who is here."""
        here = self.client.get("/token", headers={"X-Console": "1"}).json
        assert here
        return {"X-Console": "1", "X-Account": str(account or here["account"]), "X-CSRFToken": here["token"]}

    def send(self, path: str, body: Any, account: Any = None) -> Any:
        """Send what a script of ours sends."""
        return self.client.post(path, json=body, headers=self.heads(account))

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
    monkeypatch.setattr(accounts, "_NOBODY", accounts._hasher.hash("nobody"))
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


class Server:
    """The console on a port: end it, and start it again over the same database."""

    def __init__(self, people: Any, double: Double) -> None:
        self.people, self.double, self.port = people, double, free_port()
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Serve."""
        self._serving: Serving | None = Serving(self.double, self.people, SECRET, "127.0.0.1", self.port)

    def stop(self) -> None:
        """Be gone."""
        if self._serving:
            self._serving.stop()
            self._serving = None


@pytest.fixture
def server(people: Any, double: Double) -> Iterator[Server]:
    """The console on a port of its own."""
    desk()
    made = Server(people, double)
    yield made
    made.stop()


class Desk:
    """Somebody at the console in a browser: what the tests do, in words."""

    def __init__(self, page: Page, url: str, name: str = "anna") -> None:
        self.page, self.url, self.name = page, url, name
        self.note = page.locator("#note")
        self.saved = page.locator("#saved")
        self.trouble = page.locator("#trouble")
        self.known = page.locator("#known")
        page.goto(url)
        self.sign_in()

    def sign_in(self) -> None:
        """By keyboard, as the page stands."""
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()

    def start(self, script: str = "Parent or carer") -> str:
        """Start a call; its reference."""
        self.page.get_by_role("button", name=script).first.click()
        expect(self.note).to_be_visible()
        expect(self.page.locator("#timer")).not_to_be_empty()  # the script is there, and its keys
        return self.page.url.rsplit("/", 1)[1]

    def write(self, text: str) -> None:
        """Type into the note, and wait until it is saved."""
        self.note.focus()
        self.page.keyboard.type(text)
        self.settled()

    def settled(self) -> None:
        """Wait until all is saved."""
        expect(self.saved).to_contain_text("Saved")

    def ask(self, question: str) -> Locator:
        """Ask the assistant; its newest answer."""
        before = self.page.locator("#answers .turn").count()
        self.page.keyboard.press("Alt+q")
        self.page.keyboard.type(question)
        self.page.keyboard.press("Enter")
        expect(self.page.locator("#answers .turn")).to_have_count(before + 1)
        newest = self.page.locator("#answers .turn").first
        expect(newest.locator("h3").first).to_have_text(question)
        return newest


@pytest.fixture
def sit(page_of: Callable[..., Page], server: Server) -> Callable[..., Desk]:
    """Somebody signs in, in a browser of their own."""
    return lambda name="anna", **options: Desk(page_of(**options), server.url, name)
