"""./run bench: reply time, load, start, training and memory beside rasa init's project; growth; the chat's weight.

Both are trained and served by the same Python on the same kind of tracker store (SQLite) in one run, so that the ratios
hold where bare seconds do not. Bounded: it sends a few thousand messages to this machine and ends.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
import psutil
from rasa.cli.scaffold import create_initial_project

from bot.engine import model
from knowledge.place import ROOT
from tests.serving import WEBHOOK, free_port, served, stores_in
from tests.widget import bench as chat

PARTS = ["starter", "growth", "chat"]
START = [sys.executable, "-m", "bot", "start", "--port"]
OURS = [
    "my son has been suspended for 3 days what happens now",
    "im in staffordshire and hes had 4 suspensions",
    "what do i have to do",
    "what should the school be doing",
    "when do the governors have to meet",
    "do they have to send work home",
    "whats an eio",
    "walk me through it",
    "done",
    "can i take him to the shops",
]
THEIRS = ["hello", "i am sad", "yes", "i am great", "bye", "are you a bot", "hi there", "no", "good", "goodbye"]


def memory(server: Any) -> float:
    """Resident memory of a server and its children, in MB."""
    process = psutil.Process(server.pid)
    return sum(p.memory_info().rss for p in [process, *process.children(recursive=True)]) / 1e6


def quantile(values: list[float], q: float) -> float:
    """The q-quantile in milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] * 1000


def one_user(url: str, messages: list[str], count: int) -> list[float]:
    """Seconds of each of `count` messages of one conversation, one after the other."""
    times = []
    sender = uuid.uuid4().hex
    with httpx.Client(timeout=60) as client:
        for i in range(count):
            started = time.perf_counter()
            reply = client.post(url, json={"sender": sender, "message": messages[i % len(messages)]})
            times.append(time.perf_counter() - started)
            reply.raise_for_status()
    return times


async def crowd(url: str, messages: list[str], users: int, each: int) -> tuple[list[float], float, int]:
    """(seconds of each message, messages a second, unanswered ones) of `users` at once without thinking time."""
    times: list[float] = []
    lost = 0

    async def user() -> None:
        nonlocal lost
        sender = uuid.uuid4().hex
        async with httpx.AsyncClient(timeout=120) as client:
            for i in range(each):
                started = time.perf_counter()
                reply = await client.post(url, json={"sender": sender, "message": messages[i % len(messages)]})
                times.append(time.perf_counter() - started)
                lost += reply.status_code != 200 or not reply.json()

    started = time.perf_counter()
    await asyncio.gather(*(user() for _ in range(users)))
    return times, users * each / (time.perf_counter() - started), lost


def measure(server: Any, start: float, url: str, messages: list[str]) -> dict[str, float]:
    """All figures of one server."""
    one_user(url, messages, 20)
    times = one_user(url, messages, 200)
    figures = {
        "start, s": start,
        "one user p50, ms": quantile(times, 0.5),
        "one user p95, ms": quantile(times, 0.95),
        "one user p99, ms": quantile(times, 0.99),
        "200th to first messages": statistics.median(times[180:]) / statistics.median(times[:20]),
    }
    for users in (20, 50):
        took, rate, lost = asyncio.run(crowd(url, messages, users, 10))
        figures |= {
            f"{users} users p50, ms": quantile(took, 0.5),
            f"{users} users p95, ms": quantile(took, 0.95),
            f"{users} users, messages/s": rate,
            f"{users} users, unanswered": lost,
        }
    figures["memory, MB"] = memory(server)
    return figures


def starter(folder: Path) -> tuple[Path, float]:
    """The starter project of `rasa init`, trained; and the seconds of its training."""
    project = folder / "starter"
    create_initial_project(str(project))
    (project / "endpoints.yml").write_text("tracker_store:\n  type: SQL\n  dialect: sqlite\n  db: tracker.db\n")
    (project / "credentials.yml").write_text("rest:\n")
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-m", "rasa", "train"],
        cwd=project,
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return project, time.monotonic() - started


def trained(folder: Path) -> float:
    """The seconds of training our model anew."""
    started = time.monotonic()
    subprocess.run(
        [sys.executable, "-c", "from bot.engine import agent, model; agent.quiet(); model.train()"],
        cwd=ROOT,
        env={**os.environ, "INCLUSION_GUIDE_MODELS": str(folder / "models")},
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    return time.monotonic() - started


def tenfold(folder: Path) -> str:
    """A knowledge database with nine made-up councils' copies of every local record beside the real ones."""
    from knowledge import place, store
    from knowledge.encoder import shared_encoder
    from tests.made_up import many_times

    url = f"sqlite:///{folder / 'tenfold.db'}"
    store.build(url, shared_encoder(place.home()), many_times(folder / "content"))
    return url


def beside_starter(folder: Path, train: bool) -> None:
    """Ours and the starter project of `rasa init`, one after the other on this machine."""
    results: dict[str, dict[str, float]] = {}
    print("Training ours, then the starter project ...", flush=True)
    ours_training = trained(folder) if train else float("nan")
    project, theirs_training = starter(folder)
    for title, command, cwd, env, messages in (
        ("ours", START, ROOT, stores_in(folder), OURS),
        ("starter", [sys.executable, "-m", "rasa", "run", "--port"], project, {}, THEIRS),
    ):
        port = free_port()
        with served([*command, str(port)], port, WEBHOOK, cwd, env) as (server, start):
            print(f"Measuring {title} ...", flush=True)
            results[title] = measure(server, start, f"http://127.0.0.1:{port}{WEBHOOK}", messages)
    results["ours"]["training, s"], results["starter"]["training, s"] = ours_training, theirs_training
    print(f"{'':28}{'ours':>10}{'starter':>10}{'ratio':>8}")
    for key, value in results["ours"].items():
        other = results["starter"].get(key)
        ratio = f"{value / other:.2f}" if other else "-"
        print(f"{key:28}{value:10.2f}{other if other is not None else float('nan'):10.2f}{ratio:>8}")
    print(f"model: {model.path().stat().st_size / 1e6:.1f} MB")


def grown(folder: Path) -> None:
    """Reply time over our knowledge and over ten times as much, asked in turns of both servers."""
    print("Building a knowledge base of ten times the size (some minutes) ...", flush=True)
    more = {"KNOWLEDGE_URL": tenfold(folder), "KNOWLEDGE_CONTENT": str(folder / "content")}
    ports = free_port(), free_port()
    (folder / "grown").mkdir()
    with (
        served([*START, str(ports[0])], ports[0], WEBHOOK, env=stores_in(folder)),
        served([*START, str(ports[1])], ports[1], WEBHOOK, env={**stores_in(folder / "grown"), **more}),
    ):
        times: tuple[list[float], list[float]] = [], []
        for turn in range(6):
            for port, taken in zip(ports, times):
                took = one_user(f"http://127.0.0.1:{port}{WEBHOOK}", OURS, 40)
                taken += took if turn else []  # the first turn warms up
    ours, big = (quantile(taken, 0.5) for taken in times)
    print(f"ten times the knowledge: p50 {big:.1f} ms beside {ours:.1f} ms, {big / ours:.2f} times")


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="./run bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="one part of it; more than once for several")
    parser.add_argument("--quick", action="store_true", help="leave our training out")
    options = parser.parse_args()
    parts = options.only or PARTS
    with tempfile.TemporaryDirectory() as name:
        if "starter" in parts:
            beside_starter(Path(name), not options.quick)
        if "growth" in parts:
            grown(Path(name))
    if "chat" in parts:
        chat.main([])
    return 0


if __name__ == "__main__":
    sys.exit(main())
