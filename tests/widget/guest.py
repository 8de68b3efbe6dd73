"""Somebody who uses the chat: what the tests do, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

ROOT = "(document.querySelector('inclusion-guide').shadowRoot || document).querySelector('.ig')"
# every text that the live region is given, in order
LISTEN = f"""() => {{
  window.heard = [];
  new MutationObserver((all) => all.forEach((m) => m.addedNodes.forEach((n) => window.heard.push(n.textContent))))
    .observe({ROOT}.querySelector('[aria-live]'), {{ childList: true }});
}}"""


class Guest:
    """One page with the chat on it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.replies = page.locator(".msg.bot")
        self.said = page.locator(".msg.me:not(.ticked)")
        self.first = page.locator(".first")
        self.log = page.locator(".log")
        self.input = page.locator("#question")
        self.notice = page.locator(".notice")

    def open(self) -> "Guest":
        """Open the chat and wait for the first words."""
        self.page.locator(".launcher").click()
        expect(self.first).to_be_visible()
        return self

    def type(self, text: str) -> "Guest":
        """Send a message, without waiting for the answer."""
        self.input.fill(text)
        self.page.keyboard.press("Enter")
        return self

    def ask(self, text: str) -> Locator:
        """Send a message; its answer."""
        before = self.replies.count()
        self.type(text)
        expect(self.replies).to_have_count(before + 1)
        return self.replies.nth(before)

    def tap(self, title: str) -> Locator:
        """Press the last button of this title; the answer."""
        before = self.replies.count()
        self.page.locator(".choice:visible", has_text=title).last.click()
        expect(self.replies).to_have_count(before + 1)
        return self.replies.nth(before)

    def menu(self) -> Locator:
        """Open the menu."""
        self.page.get_by_role("button", name="Menu and settings").click()
        view = self.page.locator(".view")
        expect(view).to_be_visible()
        return view

    def listen(self) -> None:
        """Note from now on what the live region is given."""
        self.page.evaluate(LISTEN)

    @property
    def heard(self) -> list[str]:
        """What the live region was given since `listen`."""
        return list(self.page.evaluate("window.heard"))

    def eval(self, script: str) -> Any:
        """The value of an expression in which `root` is the chat's own root."""
        return self.page.evaluate(f"() => {{ const root = {ROOT}; return {script} }}")

    def kept(self) -> dict[str, str]:
        """Everything this browser keeps for the page, by name."""
        script = "() => Object.fromEntries([...Object.entries(sessionStorage), ...Object.entries(localStorage)])"
        return dict(self.page.evaluate(script))


Visit = Callable[..., Guest]
