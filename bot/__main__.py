"""./run: start the assistant, talk to it, check, test, train and measure it."""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys
import time
from typing import Callable

from bot import settings
from knowledge.place import ROOT


class Stop(RuntimeError):
    """Something a person has to put right; the message says what and how."""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 0 only if it did what it says."""
    parser = argparse.ArgumentParser(prog="./run", description="Inclusion Guide")
    parser.add_argument("command", nargs="?", default="start", choices=[*COMMANDS, "help"], help=argparse.SUPPRESS)
    parser.add_argument("rest", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    if options.command == "help":
        return _help()
    try:
        return COMMANDS[options.command](options.rest)
    except (Stop, settings.BadSetting) as stop:
        print(stop, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        if error.errno == 28:
            print("The disk is full. Free some space, then run me again.", file=sys.stderr)
            return 1
        raise


def _help(rest: list[str] | None = None) -> int:
    for name, command in COMMANDS.items():
        print(f"./run {'' if name == 'start' else name:14} {(command.__doc__ or '').strip()}")
    print("./run help           This list.")
    return 0


# ------------------------------------------------------------------------------------------------- getting ready


def build() -> None:
    """Check the content and build the knowledge database, if the content changed."""
    from knowledge import place, store
    from knowledge.encoder import WeightsError

    started = time.monotonic()
    try:
        changed = store.build(place.knowledge_url(), _announced_encoder(), place.content())
    except store.BrokenContent as broken:
        raise Stop(
            f"The content has faults, so I built nothing:\n{broken}\n"
            "Put these right, or see all of it with: ./run knowledge check"
        ) from broken
    except WeightsError as error:
        raise Stop(str(error)) from error
    if changed:
        print(f"The knowledge base is built ({time.monotonic() - started:.0f} s).")


def _announced_encoder() -> Callable:
    from knowledge import place
    from knowledge.encoder import shared_encoder

    def embed(texts: list[str]) -> object:
        if len(texts) > 500:
            print(
                f"Building the knowledge base: {len(texts)} phrases to read, about {len(texts) / 150:.0f} seconds ..."
            )
        return shared_encoder(place.home())(texts)

    return embed


def train_if_stale(force: bool = False) -> None:
    """Train, if what training depends on changed."""
    from bot.engine import model

    why = model.why_train()
    if why is None and not force:
        return
    print(f"Training the model: {why or 'you asked for it'}. This takes seven or eight minutes on two cores ...")
    started = time.monotonic()
    log = ROOT / "var" / "train.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("w") as out:
        code = "from bot.engine import agent, model; agent.quiet(); model.train()"
        ended = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        while ended.poll() is None:
            time.sleep(0.5)
            if sys.stdout.isatty():
                print(f"\r  {time.monotonic() - started:.0f} s", end="", flush=True)
    if ended.returncode != 0:
        raise Stop(
            "The training failed. Run ./run check to see what is wrong in data/, domain.yml or config.yml "
            "(details: var/train.log)."
        )
    print(f"\rThe model is trained ({time.monotonic() - started:.0f} s).")


def _port_is_free(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


# ---------------------------------------------------------------------------------------------------- commands


def start(rest: list[str]) -> int:
    """Set up, train if needed, and serve on http://localhost:5005."""
    settings.check()
    options = _address(rest)
    if not _port_is_free(options.host, options.port):
        raise Stop(
            f"Port {options.port} is in use. Stop what runs there, or choose another: "
            f"./run start --port {options.port + 1}"
        )
    desk = console_address(options.port)
    if desk and not _port_is_free(*desk):
        raise Stop(
            f"Port {desk[1]}, where the helpline console would be, is in use. Choose another: "
            f"CONSOLE_PORT={desk[1] + 1} ./run, or start without it: INCLUSION_GUIDE_CONSOLE=off ./run"
        )
    from bot.people import lease

    try:
        lease.free()
    except lease.Taken as taken:
        raise Stop(str(taken)) from taken
    lines = _messengers()
    build()
    train_if_stale()
    print("Starting ...", flush=True)
    from bot import server
    from bot.engine import model

    for line in lines:
        print(line, flush=True)
    shown = "localhost" if options.host in server.LOOPBACK else options.host

    def ready() -> None:
        where = f"http://{shown}:{options.port}"
        print(f"Ready. Open the chat in a browser: {where}", flush=True)
        print("Or try it in another window:", flush=True)
        print("  ./run chat", flush=True)
        print(
            f"  curl -s {where}/webhooks/rest/webhook -H 'Content-Type: application/json' -d "
            '\'{"sender": "me", "message": "my son has had 4 suspensions in Staffordshire, what do I have to do?"}\'',
            flush=True,
        )
        if desk:
            _say_console(*desk)
        print("Stop with Ctrl+C.", flush=True)

    try:
        server.serve(str(model.path()), options.host, options.port, on_ready=ready, console=desk)
    except server.NotReady as error:
        raise Stop(str(error)) from error
    return 0


def _messengers() -> list[str]:
    """A line for each messenger: whether it is on, and if not why."""
    from bot.channels import telegram_settings as telegram
    from bot.channels.teams import access as teams

    return [asyncio.run(telegram.state())[1], asyncio.run(teams.state())]


def telegram(rest: list[str]) -> int:
    """Serve as start does, with Telegram by polling: needs INCLUSION_GUIDE_TELEGRAM_TOKEN."""
    from bot.channels import telegram_settings
    from bot.channels.phrases import phrases

    settings.TELEGRAM_WEBHOOK.leave_out()
    if telegram_settings.token() is None:
        raise Stop(phrases()["telegram"]["start"]["no_token"])
    usable, line = asyncio.run(telegram_settings.state())
    if not usable:
        raise Stop(line)
    return start(rest)


def console_address(port: int) -> tuple[str, int] | None:
    """Where the helpline console is served: beside the assistant, on the next port; None where it is off."""
    if not settings.CONSOLE():
        return None
    return settings.CONSOLE_HOST(), settings.CONSOLE_PORT() or port + 1


def _say_console(host: str, port: int) -> None:
    from bot.people import database
    from bot.people.accounts import Accounts

    print(f"The helpline console: http://{'localhost' if host == '127.0.0.1' else host}:{port}", flush=True)
    if not Accounts(database.engine()).all():
        print("  Make its first account in another window: ./run console add NAME --supervisor", flush=True)


def _address(rest: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="./run start")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=settings.PORT())
    return parser.parse_args(rest)


def chat(rest: list[str]) -> int:
    """Talk to it in the terminal."""
    build()
    train_if_stale()
    from bot import chat as talk

    return talk.talk()


def test(rest: list[str]) -> int:
    """Set up and pass every test (arguments go to pytest)."""
    build()
    train_if_stale()
    return subprocess.call([sys.executable, "-m", "pytest", *rest], cwd=ROOT)


def check(rest: list[str]) -> int:
    """Lint, format, types, content and training data."""
    steps = [
        ("format", [sys.executable, "-m", "ruff", "format", "--check", "."]),
        ("lint", [sys.executable, "-m", "ruff", "check", "."]),
        ("types", [sys.executable, "-m", "mypy"]),
        ("content", [sys.executable, "-m", "knowledge", "check"]),
        ("scripts", [sys.executable, "-m", "bot", "console", "check"]),
        (
            "training data",
            [
                sys.executable,
                "-m",
                "rasa",
                "data",
                "validate",
                "--data",
                "data/nlu",
                "data/stories",
                "--domain",
                "domain.yml",
                "--config",
                "config.yml",
                "--fail-on-warnings",
            ],
        ),
    ]
    failed = []
    for name, command in steps:
        print(f"== {name}", flush=True)
        ended = subprocess.run(command, cwd=ROOT, capture_output=name == "training data", text=True)
        if ended.returncode:
            failed.append(name)
            if name == "training data":
                print(ended.stdout[-3000:], ended.stderr[-3000:])
    print(f"Not in order: {', '.join(failed)}." if failed else "All in order.")
    return 1 if failed else 0


def train(rest: list[str]) -> int:
    """Train the model anew."""
    build()
    train_if_stale(force=True)
    return 0


def learn(rest: list[str]) -> int:
    """Learn anew, offline, what messages are about; with `questions` only what guides are asked."""
    return subprocess.call([sys.executable, "-m", "bot.nlu.learn", *rest], cwd=ROOT)


def evaluate(rest: list[str]) -> int:
    """Measure right answers on the development questions, beside three baselines."""
    build()
    train_if_stale()
    return subprocess.call([sys.executable, "-m", "tests.eval", *rest], cwd=ROOT)


def bench(rest: list[str]) -> int:
    """Measure speed and memory, beside the starter project of rasa init."""
    build()
    train_if_stale()
    return subprocess.call([sys.executable, "-m", "tests.bench", *rest], cwd=ROOT)


def screenshots(rest: list[str]) -> int:
    """Take the pictures of the chat and the console in docs/images/."""
    build()
    parts = ("tests.widget.screenshots", "tests.console.screenshots")
    return max(subprocess.call([sys.executable, "-m", part, *rest], cwd=ROOT) for part in parts)


def knowledge(rest: list[str]) -> int:
    """Work on the content: check, build, show ID, new KIND ID."""
    from knowledge.__main__ import main as knowledge_main

    return knowledge_main(rest or ["check"])


def people(rest: list[str]) -> int:
    """What is kept of one conversation: export ID, erase ID."""
    from bot.people_command import main as people_main

    return people_main(rest)


def teams_package(rest: list[str]) -> int:
    """Make the app package for Microsoft Teams."""
    from bot.channels.teams import package

    try:
        return package.main(rest)
    except package.BadPackage as error:
        raise Stop(str(error)) from error


def console(rest: list[str]) -> int:
    """The helpline console: add NAME, password NAME, unlock NAME, remove NAME, list; check its scripts."""
    if rest[:1] == ["check"]:
        build()
    from bot.console.command import main as console_main

    return console_main(["--help"] if rest in ([], ["help"]) else rest)


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "start": start,
    "telegram": telegram,
    "chat": chat,
    "test": test,
    "check": check,
    "train": train,
    "learn": learn,
    "eval": evaluate,
    "bench": bench,
    "screenshots": screenshots,
    "knowledge": knowledge,
    "people": people,
    "teams-package": teams_package,
    "console": console,
}

if __name__ == "__main__":
    sys.exit(main())
