"""Servers in processes of their own, for the tests and the bench."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from knowledge.place import ROOT

WEBHOOK = "/webhooks/rest/webhook"
PATIENCE = 180  # seconds


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def stores_in(folder: Path) -> dict[str, str]:
    """The settings that put every database into a folder."""
    return {
        "TRACKER_URL": f"sqlite:///{folder}/conversations.db",
        "PEOPLE_URL": f"sqlite:///{folder}/people.db",
        "INCLUSION_GUIDE_CONSOLE": "off",  # its own tests put it on
        "INCLUSION_GUIDE_SECRET": "a secret of the tests, long enough to sign with",
    }


@contextmanager
def served(
    command: list[str],
    port: int,
    path: str = "/ready",
    cwd: Path = ROOT,
    env: dict[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[tuple[subprocess.Popen, float]]:
    """A running server and the seconds until it answered at `path`; ended afterwards, by its own id.

    `path` is asked for; WEBHOOK is sent a first message, so that the seconds are those until a first answer.
    What the server prints goes into `log`.
    """
    started = time.monotonic()
    with log.open("w+b") if log else tempfile.TemporaryFile() as out:
        server = subprocess.Popen(command, cwd=cwd, env={**os.environ, **(env or {})}, stdout=out, stderr=out)
        try:
            while not _answers(port, path):
                if server.poll() is not None:
                    out.seek(0)
                    raise RuntimeError(f"The server ended: {out.read()[-2000:].decode(errors='replace')}")
                if time.monotonic() - started > PATIENCE:
                    raise RuntimeError(f"The server did not answer within {PATIENCE} seconds.")
                time.sleep(0.1)
            yield server, time.monotonic() - started
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(15)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait(5)


def _answers(port: int, path: str) -> bool:
    url = f"http://127.0.0.1:{port}{path}"
    try:
        if path == WEBHOOK:
            return bool(httpx.post(url, json={"sender": "start", "message": "hello"}, timeout=30).json())
        return httpx.get(url, timeout=5).status_code == 200
    except (httpx.HTTPError, ValueError):
        return False
