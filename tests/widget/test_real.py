"""The chat against the real assistant: answers, the whole walkthrough, a server killed in the middle, deleting."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.serving import free_port, served, stores_in
from tests.test_server import ours
from tests.widget.conftest import PHONE
from tests.widget.guest import Guest

pytestmark = pytest.mark.slow
DUTIES = "my son has had 4 suspensions in Staffordshire, what do I have to do?"
# no test here is about the limits
OPEN = {"INCLUSION_GUIDE_ADDRESS_RATE": "100000"}


class Server:
    """The real server: start it, kill it, start it again on the same port with the same databases."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self._stack = ExitStack()
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start, and wait until it answers."""
        serving = served(ours(self.port), self.port, env={**stores_in(self.folder), **OPEN})
        self.process, _ = self._stack.enter_context(serving)

    def kill(self) -> None:
        """End it at once, in the middle of whatever it does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """End it properly."""
        self._stack.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("real"))
    yield made
    made.stop()


@pytest.fixture
def guest(server: Server, page_of: Callable[..., Page]) -> Guest:
    """A guest on a phone, with the chat open."""
    page = page_of(**PHONE)
    page.goto(server.url)
    return Guest(page).open()


def test_the_first_question_the_stage_and_the_sources(guest: Guest) -> None:
    answer = guest.ask(DUTIES)
    expect(answer).to_contain_text("Go to all the meetings")
    expect(answer.locator(".scope")).to_contain_text("Parents and carers · Staffordshire · 4 suspensions")
    answer.locator(".sources summary").click()
    expect(answer.locator(".sources")).to_contain_text("Staffordshire County Council, October 2025")
    answer.locator(".feedback").get_by_role("button", name="Yes").click()
    expect(answer.locator(".feedback")).to_have_text("Thank you.")


def test_the_area_is_changed_by_a_tap_and_a_person_is_named(guest: Guest) -> None:
    guest.ask(DUTIES).locator(".scope").click()
    guest.page.locator(".view").get_by_role("button", name="Hackney", exact=True).click()
    expect(guest.replies).to_have_count(2)
    expect(guest.said.last).to_contain_text("Hackney")
    guest.menu().get_by_role("button", name="Talk to a person").click()
    expect(guest.replies).to_have_count(3)
    assert guest.replies.last.locator("a.act").count() >= 2


def test_a_crisis_gets_its_numbers_and_personal_details_are_left_out(guest: Guest) -> None:
    answer = guest.ask("my son says he wants to kill himself, ring me on 07700 900123")
    expect(answer.get_by_role("heading", name="Help right now")).to_be_visible()
    expect(answer.get_by_role("link", name="Call 999")).to_be_visible()
    expect(guest.said.last).to_contain_text("[phone number]")


def test_the_whole_walkthrough_with_a_reload_and_a_kill_in_the_middle(server: Server, guest: Guest) -> None:
    guest.ask(DUTIES)
    guest.tap("Walk me through it")
    if guest.replies.last.get_attribute("data-status") == "asks_decision":
        guest.tap("Suspended")
    card = guest.page.locator(".walk:not(.folded)")
    total = int(re.findall(r"Step 1 of (\d+)", card.inner_text())[0])
    rows = guest.page.locator(".folded:not(.gone) > .row")
    for step in range(1, total + 1):
        expect(card.locator(".count")).to_contain_text(f"Step {step} of {total}")
        expect(rows).to_have_count(step - 1)
        answer = card.locator(".answers .choice").first
        if step == 3:
            guest.page.reload()
        if step == 6:
            server.kill()
            answer.click()
            expect(guest.notice).to_be_visible(timeout=15000)
            server.start()
        else:
            answer.click()
        expect(rows).to_have_count(step, timeout=40000)
    last = guest.replies.last
    expect(last).to_contain_text("That was the last step.")
    assert last.locator(".tick.is-done").count() == total
    guest.page.reload()
    expect(guest.page.locator("[data-status=walkthrough_summary]")).to_have_count(1)
    expect(rows).to_have_count(total)


def test_offline_and_back(guest: Guest) -> None:
    guest.page.context.set_offline(True)
    expect(guest.notice).to_be_visible()
    guest.type(DUTIES)
    guest.type("when do the governors have to meet?")
    guest.page.context.set_offline(False)
    expect(guest.replies).to_have_count(2, timeout=20000)
    expect(guest.said).to_have_count(2)


def test_two_tabs_and_deleting_leaves_nothing(server: Server, guest: Guest, page_of: Callable[..., Page]) -> None:
    guest.ask("a sentence of its own about governors")
    view = guest.menu()
    view.get_by_label("Keep it on this device").check()
    page = page_of(guest.page.context)
    page.goto(server.url)
    other = Guest(page).open()
    expect(other.replies).to_have_count(1)
    other.ask(DUTIES)
    expect(guest.replies).to_have_count(2)
    view.get_by_role("button", name="Delete this conversation").click()
    view.get_by_role("button", name="Yes, delete it").click()
    expect(guest.log).to_contain_text("The conversation is deleted.")
    expect(other.replies).to_have_count(0)
    for path in server.folder.glob("*.db"):
        dump = "\n".join(sqlite3.connect(path).iterdump())
        assert "a sentence of its own" not in dump, path.name


def test_the_full_page_and_its_policy(server: Server, page_of: Callable[..., Page]) -> None:
    page = page_of(**PHONE)
    faults: list[str] = []
    page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
    answer = page.goto(f"{server.url}/chat")
    assert answer
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    Guest(page).ask(DUTIES)
    assert faults == []
