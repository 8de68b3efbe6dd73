"""Serves the console from threads of the server's own process, on a port of its own."""

from __future__ import annotations

import contextlib
import logging
import threading
from typing import Any

from waitress import create_server
from waitress.wasyncore import close_all

from bot.console.app import create_app, is_local, proxies
from bot.console.assistant import Assistant

THREADS = 8
FORWARDED = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


class Serving:
    """A running console; `stop` ends it."""

    def __init__(self, assistant: Assistant, people: Any, secret: str, host: str, port: int) -> None:
        logging.getLogger("waitress").setLevel(logging.ERROR)
        count = proxies()
        app = create_app(assistant, people, secret, local=is_local(host) and not count)
        trusted: dict[str, Any] = {}
        if count:
            trusted = {"trusted_proxy": "*", "trusted_proxy_count": count, "trusted_proxy_headers": FORWARDED}
        self._sockets: dict[int, Any] = {}
        self._server = create_server(app, self._sockets, host=host, port=port, threads=THREADS, ident="", **trusted)
        self._thread = threading.Thread(target=self._run, name="console", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        with contextlib.suppress(OSError):  # its sockets are closed under it: that is how it is stopped
            self._server.run()

    def stop(self) -> None:
        """End it: what is being answered is finished, and connections that browsers keep open are closed."""
        self._server.task_dispatcher.shutdown(cancel_pending=True, timeout=5)
        close_all(self._sockets, ignore_all=True)
        self._thread.join(5)
