"""./run screenshots: the four pictures in docs/images/, taken of the example replies."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import Browser, expect, sync_playwright

from bot.widget import pages
from knowledge.place import ROOT
from tests.widget.conftest import LAPTOP, PHONE, chromium
from tests.widget.double import Double
from tests.widget.guest import Guest

IMAGES = ROOT / "docs" / "images"


def take(browser: Browser, double: Double, folder: Path) -> None:
    """Take all four."""

    def guest(options: dict) -> Guest:
        page = browser.new_context(**options, reduced_motion="reduce").new_page()
        page.goto(double.url)
        return Guest(page).open()

    def save(shown: Guest, name: str) -> None:
        shown.page.evaluate("document.fonts.ready")
        shown.page.screenshot(path=folder / f"{name}.png")

    first = guest(PHONE)
    first.ask(pages.examples()["duties"]["ask"])
    save(first, "phone-answer")
    walking = guest(PHONE)
    walking.tap("Walk me through it")
    walking.tap("Done")
    walking.tap("Not yet")
    expect(walking.page.locator(".folded:not(.gone)")).to_have_count(2)
    walking.log.evaluate("node => { node.scrollTop = node.querySelectorAll('.folded:not(.gone)')[1].offsetTop - 12; }")
    save(walking, "phone-checklist")
    danger = guest(PHONE)
    danger.ask(pages.examples()["crisis"]["ask"])
    save(danger, "phone-danger")
    laptop = guest(LAPTOP)
    answer = laptop.ask(pages.examples()["duties"]["ask"])
    answer.locator(".sources summary").click()
    save(laptop, "laptop")


def main() -> int:
    """Take the pictures; 1 where there is no browser."""
    path = chromium()
    if path is None:
        print("There is no Chromium. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    IMAGES.mkdir(exist_ok=True)
    double = Double()
    double.start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        take(browser, double, IMAGES)
        browser.close()
    double.stop()
    print(f"Four pictures are in {IMAGES.relative_to(ROOT)}/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
