"""The chat's weight and speed on a slow phone: bytes, time until its script has run, until it can be used.

`python -m tests.widget.bench [OTHER.js …]` measures other chats' bundles beside it: each on an empty page, its bytes by
gzip, over the line of a slow phone (1.6 Mbit/s, 150 ms), on a processor slowed four times.
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from bot.widget import bundle
from tests.widget.conftest import PHONE, chromium
from tests.widget.double import Double
from tests.widget.guest import Guest

LINE = {"offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 750e3 / 8}
SLOWER = 4
TIMES = 5
PAGE = "<!doctype html><title>x</title><p>Host</p><div id=root></div><script type='{kind}' src='/bundle.js'></script>"
RUN = "() => performance.getEntriesByType('navigation')[0].loadEventEnd"


@contextmanager
def serving(script: bytes) -> Iterator[str]:
    """A page with a script, sent by gzip."""
    zipped = gzip.compress(script, 9)
    page = PAGE.format(kind="module" if re.search(rb"(^|;)export[ {]", script) else "text/javascript").encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *args: Any) -> None:
            """Nothing."""

        def do_GET(self) -> None:
            body = zipped if self.path == "/bundle.js" else page
            self.send_response(200)
            self.send_header("Content-Type", "text/javascript" if body is zipped else "text/html")
            if body is zipped:
                self.send_header("Content-Encoding", "gzip")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def slow_page(browser: Browser) -> Page:
    """A new page on a slow phone."""
    page = browser.new_context(**PHONE).new_page()
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.emulateNetworkConditions", LINE)
    session.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def script_run(browser: Browser, script: bytes) -> float:
    """Milliseconds from the navigation until the script has run: the median of five new visits."""
    taken = []
    with serving(script) as url:
        for _ in range(TIMES):
            page = slow_page(browser)
            page.goto(url, wait_until="load")
            page.wait_for_function(f"({RUN})() > 0")
            taken.append(float(page.evaluate(RUN)))
            page.context.close()
    return statistics.median(taken)


def opening(browser: Browser) -> tuple[float, float]:
    """Milliseconds from the tap on the launcher to the first words, and from a question to its answer shown."""
    opened, answered = [], []
    double = Double()
    double.start()
    for _ in range(TIMES):
        page = slow_page(browser)
        page.goto(double.url)
        guest = Guest(page)
        before = page.evaluate("performance.now()")
        guest.open()
        opened.append(page.evaluate("performance.now()") - before)
        before = page.evaluate("performance.now()")
        guest.ask("duties")
        answered.append(page.evaluate("performance.now()") - before)
        page.context.close()
    double.stop()
    return statistics.median(opened), statistics.median(answered)


def main(others: list[str]) -> int:
    """Measure and print."""
    path = chromium()
    if path is None:
        print("There is no Chromium, so the chat was not measured. On Debian: apt-get install chromium")
        return 1
    bundles = {"this chat": bundle.script(), **{Path(other).name: Path(other).read_bytes() for other in others}}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        print(f"{'chat in the browser':36}{'gzip, kB':>10}{'has run, ms':>13}")
        for name, script in bundles.items():
            size = len(gzip.compress(script, 9)) / 1000
            print(f"{name[:35]:36}{size:10.1f}{script_run(browser, script):13.0f}", flush=True)
        opened, answered = opening(browser)
        print(f"tap to first words {opened:.0f} ms, question to answer shown {answered:.0f} ms (server not counted)")
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
