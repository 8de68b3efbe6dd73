"""The console of the real server: the real assistant answers, and a server killed in the middle loses nothing."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.people import database
from bot.people.accounts import Accounts
from tests.console.conftest import PASSWORD, Desk
from tests.serving import free_port, served, stores_in

pytestmark = pytest.mark.slow


def test_a_call_with_the_real_assistant_outlives_the_server_s_end(
    tmp_path: Path, page_of: Callable[..., Page], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, own = free_port(), free_port()
    settings = {**stores_in(tmp_path), "INCLUSION_GUIDE_CONSOLE": "on", "CONSOLE_PORT": str(own)}
    monkeypatch.setenv("PEOPLE_URL", settings["PEOPLE_URL"])
    Accounts(database.engine()).add("anna", PASSWORD)
    command = [sys.executable, "-m", "bot", "start", "--port", str(port)]
    with ExitStack() as stack:
        process, _ = stack.enter_context(served(command, port, env=settings))
        anna = Desk(page_of(), f"http://127.0.0.1:{own}")
        ref = anna.start()
        anna.write("Mum in Stafford, son suspended, 4th suspension. ")
        expect(anna.known).to_contain_text("Staffordshire")
        answer = anna.ask("what do I have to do?")
        # the question has no stage and no area: they came from the note
        expect(answer.locator(".say")).to_contain_text("4 suspensions in Staffordshire")
        expect(answer.locator(".written")).to_contain_text("October 2025")
        answer.get_by_role("button", name="What the school should do").click()
        expect(anna.page.locator("#answers .turn")).to_have_count(2)
        danger = anna.ask("she says she wants to kill herself")
        expect(danger.locator(".danger")).to_contain_text("safeguarding lead")
        process.kill()
        process.wait(10)
        anna.note.press_sequentially("While it was gone. ")
        expect(anna.trouble).to_contain_text("no connection")
        stack.enter_context(served(command, port, env=settings))
        anna.settled()
        anna.page.reload()
        expect(anna.note).to_have_value("Mum in Stafford, son suspended, 4th suspension. While it was gone. ")
        expect(anna.page.locator("#answers .turn")).to_have_count(3)
        expect(anna.page.locator("#answers .turn").nth(1).locator("h3").first).to_have_text("What the school should do")
        assert re.search(ref, anna.page.url)
