"""./run screenshots: the picture of the console in docs/images/, with the assistant's double on the line."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import expect, sync_playwright

from bot.people import database
from bot.people.accounts import Accounts
from knowledge.desk import desk
from knowledge.place import ROOT
from tests.console.conftest import PASSWORD, Desk, Server
from tests.console.double import Double
from tests.serving import stores_in
from tests.widget.conftest import LAPTOP, chromium

IMAGES = ROOT / "docs" / "images"


def main() -> int:
    """Take it; 1 where there is no browser."""
    path = chromium()
    if path is None:
        print("There is no Chromium. On Debian: apt-get install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        os.environ.update(stores_in(Path(folder)), INCLUSION_GUIDE_HELPLINE="Suffolk Inclusion Helpline")
        people = database.engine()
        Accounts(people).add("anna", PASSWORD)
        desk()
        server = Server(people, Double())
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        anna = Desk(browser.new_context(**LAPTOP, locale="en-GB", reduced_motion="reduce").new_page(), server.url)
        anna.start()
        anna.write("Mum, Ipswich. Year 9, EHCP. Suspended yesterday, 4th suspension this year, got the letter.")
        expect(anna.known).to_contain_text("Suffolk")
        anna.page.locator("[data-script=parent] [data-fact=safe][value=yes]").check()
        anna.ask("what must be in the letter?")
        anna.settled()
        anna.page.locator("[data-script=parent] .sections a", has_text="What happened").click()
        anna.note.focus()
        anna.page.screenshot(path=IMAGES / "console-call.png")
        browser.close()
        server.stop()
    print(f"The picture of the console is in {IMAGES.relative_to(ROOT)}/.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
