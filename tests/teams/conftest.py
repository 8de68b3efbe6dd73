"""A server with the Teams channel, Microsoft's side beside it, and Microsoft's own local client."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Optional

import httpx
import pytest

from tests.bot.web import process
from tests.conftest import ROOT
from tests.serving import free_port
from tests.teams.microsoft import BOT, TENANT, Microsoft
from tests.teams.someone import Someone

PATH = "/webhooks/teams/messages"
CLI = Path("node_modules/@microsoft/m365agentsplayground/cli.js")


@dataclasses.dataclass
class Server:
    """A server whose Teams channel is on."""

    folder: Path
    microsoft: Microsoft
    running: contextlib.ExitStack
    url: str = ""
    process: Any = None

    def start(self) -> None:
        """Start it, or start it anew."""
        self.running.close()
        begun = process(self.folder, command=None, **self.microsoft.env)
        self.url, self.process = self.running.enter_context(begun)

    def kill(self) -> None:
        """End it as a lost power supply would."""
        self.process.kill()
        self.process.wait(10)

    def post(self, activity: Any, token: Optional[str] = "", **headers: str) -> int:
        """Deliver an activity as the Bot Connector does; the status. None sends no token."""
        if token is not None:
            headers["Authorization"] = f"Bearer {token or self.microsoft.token()}"
        content = activity if isinstance(activity, bytes) else json.dumps(activity).encode()
        return httpx.post(self.url + PATH, content=content, headers=headers, timeout=30).status_code


@pytest.fixture(scope="package")
def microsoft() -> Iterator[Microsoft]:
    """The double of Microsoft's side."""
    with Microsoft() as double:
        yield double


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory, microsoft: Microsoft) -> Iterator[Server]:
    """A server in a process of its own."""
    with contextlib.ExitStack() as running:
        made = Server(tmp_path_factory.mktemp("teams"), microsoft, running)
        made.start()
        yield made


@pytest.fixture
def anna(server: Server) -> Someone:
    return Someone(server)


def node() -> Optional[str]:
    """Where Node is; on Debian it is installed, with npm, where that is allowed."""
    if not (shutil.which("node") and shutil.which("npm")) and shutil.which("apt-get") and os.geteuid() == 0:
        settings = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "--no-install-recommends", "nodejs", "npm"]):
            subprocess.run(["apt-get", "-q", *command], env=settings, capture_output=True)
    return shutil.which("node") if shutil.which("npm") else None


def installed() -> Optional[Path]:
    """The Microsoft 365 Agents Playground as the lock file beside this one fixes it, installed once into .tools/."""
    given, folder = Path(__file__).parent / "playground", ROOT / ".tools" / "playground"
    lock = (given / "package-lock.json").read_bytes()
    known = folder / "package-lock.json"
    if not ((folder / CLI).exists() and known.exists() and known.read_bytes() == lock):
        folder.mkdir(parents=True, exist_ok=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(given / name, folder / name)
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        if subprocess.run(npm, cwd=folder, capture_output=True).returncode:
            known.unlink()
    return folder / CLI if (folder / CLI).exists() and known.exists() else None


def context() -> dict[str, Any]:
    """What the Playground says of its tenant, bot and people; it ends without a word if there are fewer than five."""

    def person(number: int, name: str) -> dict[str, str]:
        given, _, last = name.partition(" ")
        address = f"{given.lower()}@school.example"
        return {
            "id": f"29:{given.lower()}",
            "name": name,
            "userPrincipleName": address,
            "aadObjectId": f"00000000-0000-4000-8000-{number:012}",
            "givenName": given,
            "surname": last,
            "email": address,
        }

    names = ("Alex Wilber", "Megan Bowen", "Adele Vance", "Isaiah Langer", "Patti Fernandez", "Lynne Robbins")
    people = [person(number, name) for number, name in enumerate(names)]
    return {
        "version": "0.1.1",
        "tenantId": TENANT,
        "bot": {"id": BOT, "name": "Inclusion Guide"},
        "currentUser": people[0],
        "users": people[1:],
        "personalChat": {"id": "a:alex"},
        "groupChat": {"id": "19:group@thread.v2", "name": "Group Chat"},
        "team": {
            "id": "19:team@thread.tacv2",
            "name": "My Team",
            "aadGroupId": "00000000-0000-4000-8000-000000000031",
            "channels": [{"id": "19:announcements@thread.tacv2", "name": "Announcements"}],
        },
    }


@pytest.fixture(scope="package")
def playground(server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the Playground, connected to the server by way of the double, which signs what it sends.

    Without it the tests are skipped, and fail where CI=true: there they must run.
    """
    program, command = node(), installed() if node() else None
    if program is None or command is None:
        say = (
            "There is no Microsoft 365 Agents Playground, so Teams was not tested in it. On Debian: apt-get install npm"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(say)
        pytest.skip(say)
    folder, port = tmp_path_factory.mktemp("playground"), free_port()
    (folder / ".m365agentsplayground.yml").write_text(json.dumps(context()))
    bot = f"{server.microsoft.url}/sign?to={server.url}{PATH}"
    started = subprocess.Popen(
        [program, str(command), "start", "-e", bot, "-c", "msteams", "-p", str(port), "--dt"],
        cwd=folder,
        env={**os.environ, "BROWSER": "none", "HOME": str(folder)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}/"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(url, timeout=5)
                break
            except httpx.HTTPError:
                assert started.poll() is None, "the Playground has ended"
                assert time.monotonic() < until, "the Playground did not start"
                time.sleep(0.2)
        yield url
    finally:
        started.terminate()
        started.wait(10)
