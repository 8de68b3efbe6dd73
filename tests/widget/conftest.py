"""A browser, the double of the server, and a guest who chats."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from bot.widget import bundle
from tests.widget.double import Double
from tests.widget.guest import Guest

PHONE: dict[str, Any] = {
    "viewport": {"width": 360, "height": 640},
    "has_touch": True,
    "is_mobile": True,
    "device_scale_factor": 2,
}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}}
NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")


def chromium() -> str | None:
    """Where Chromium is; on Debian it is installed where that is allowed."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None and shutil.which("apt-get") and os.geteuid() == 0:
        settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", "-q", *command], env=settings, capture_output=True)
        found = shutil.which("chromium")
    return found


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """Chromium. Without it the tests are skipped, and fail where CI=true: there they must run."""
    path = chromium()
    if path is None:
        say = "There is no Chromium, so the chat was not tested in a browser. On Debian: apt-get install chromium"
        if os.environ.get("CI") == "true":
            pytest.fail(say)
        pytest.skip(say)
    with sync_playwright() as playwright:  # the package's alone: while it runs, this thread can have no other loop
        launched = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        expect.set_options(timeout=6000)
        yield launched
        launched.close()


@pytest.fixture
def double() -> Iterator[Double]:
    """The double of the server, running."""
    bundle.script()  # made of the records, which take a while to load
    made = Double()
    made.start()
    yield made
    made.stop()


@pytest.fixture
def page_of(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Pages of a new context each, or of one that is given; a fault in any page's script fails the test."""
    contexts, faults = [], []

    def make(context: Any = None, **options: Any) -> Page:
        if context is None:
            context = browser.new_context(**(options or LAPTOP))
            context.set_default_timeout(6000)
            contexts.append(context)
        page: Page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture
def visit(page_of: Callable[..., Page], double: Double) -> Callable[..., Guest]:
    """A guest on the page with the chat, on a laptop or, with `**PHONE`, on a phone; `path` for another page."""

    def make(path: str = "/", context: Any = None, **options: Any) -> Guest:
        page = page_of(context, **options)
        page.goto(path if path.startswith("http") else double.url + path)
        return Guest(page)

    return make
