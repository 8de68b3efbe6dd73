"""The assistant's server: agent and channels in one app, health, retention, the console beside it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, TypeVar

import sqlalchemy as sa

from bot import calm, settings  # noqa: F401 - calm before any other library
from bot.channels.events import trackers_of
from bot.channels.http import Refused, refusal
from bot.channels.tokens import secret
from bot.engine.agent import add_channels, load_agent, quiet
from bot.engine.tracker_store import TrackerStore
from bot.people import database, stores
from bot.people.lease import RENEWED, Lease, Taken
from bot.privacy import keep_days
from bot.sqlite import empty_log
from bot.widget import pages
from knowledge import store
from knowledge.desk import desk
from knowledge.place import ROOT

log = logging.getLogger(__name__)


class NotReady(RuntimeError):
    """The server cannot start; the message says why and what to do."""


LOOPBACK = ("127.0.0.1", "localhost", "::1")
DAY = 86400
MINUTE = 60
THREADS = 64  # for what waits for the people's database
PATIENCE = 2.0  # seconds that a sign of readiness waits for a database
T = TypeVar("T")


def make_app(
    model: str,
    credentials: str | None = None,
    on_ready: Any = None,
    console: tuple[str, int] | None = None,
    lease: Lease | None = None,
) -> Any:
    """The Sanic app: channels, health, readiness; with the console's host and port, the console beside it.

    A `lease` is renewed while the app runs; it stops once another process has taken it.
    """
    from sanic import Sanic, response
    from sanic.exceptions import PayloadTooLarge

    from bot.channels import web

    app = Sanic("inclusion_guide", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = 100_000
    app.ctx.agent = None
    add_channels(app, credentials or str(ROOT / "credentials.yml"))

    @app.route("/")
    async def root(_: Any) -> Any:
        if web.is_on():
            return response.html(pages.demo(), headers=pages.HEADERS)
        return response.text("Inclusion Guide is running. See README.md for how to talk to it.\n")

    @app.exception(PayloadTooLarge)
    async def too_large(request: Any, _: Any) -> Any:
        return refusal(request, Refused(413, "size"))

    @app.route("/health")
    async def health(_: Any) -> Any:
        return response.json({"status": "ok"})

    @app.route("/ready")
    async def ready(_: Any) -> Any:
        loaded = app.ctx.agent is not None and app.ctx.agent.is_ready()
        known = bool(desk().knowledge.records)
        people, conversations = await asyncio.gather(_in_time(database.answers), _in_time(_set_asides, app.ctx.agent))
        state = {
            "model": loaded,
            "knowledge": known,
            "people": bool(people),
            "conversations": conversations is not None,
        }
        return response.json({**state, "set_aside": conversations}, status=200 if all(state.values()) else 503)

    @app.listener("before_server_start")
    async def start(app: Any, loop: Any) -> None:
        loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="people"))
        app.ctx.agent = await load_agent(model, loop)
        await app.ctx.agent.parse_message("hello")  # loads what the first message would have waited for

    @app.listener("after_server_start")
    async def started(app: Any, _: Any) -> None:
        app.ctx.tasks = [asyncio.create_task(_expire(app.ctx.agent.tracker_store)), asyncio.create_task(_empty_log())]
        if lease:
            app.ctx.tasks.append(asyncio.create_task(_hold(app, lease)))
        app.ctx.console = _console(app.ctx.agent, console) if console else None
        if on_ready:
            on_ready()

    @app.listener("before_server_stop")
    async def stop(app: Any, _: Any) -> None:
        for task in app.ctx.tasks:
            task.cancel()
        if app.ctx.console:
            await asyncio.to_thread(app.ctx.console.stop)

    return app


def _console(agent: Any, address: tuple[str, int]) -> Any:
    """The console, served from threads; what it asks is answered on this loop."""
    from bot.channels.adviser import AdviserChannel
    from bot.console.serving import Serving

    adviser = AdviserChannel(agent.handle_message, asyncio.get_running_loop(), TrackerStore())
    return Serving(adviser, database.engine(), secret(), *address)


async def _in_time(ask: Callable[..., T], *args: Any) -> T | None:
    """What a question to a database gives, in a thread; None if it fails or takes too long."""
    try:
        return await asyncio.wait_for(asyncio.to_thread(ask, *args), PATIENCE)
    except Exception:
        return None


def _set_asides(agent: Any) -> int:
    return trackers_of(agent).set_asides()


async def _hold(app: Any, lease: Lease) -> None:
    """Keep the database for this process; stop where another has taken it, for two would answer twice."""
    while True:
        await asyncio.sleep(RENEWED)
        try:
            held = await asyncio.to_thread(lease.renew)
        except Exception as error:  # locked: nobody else can take it either
            log.error("The hold on the database could not be renewed: %s", type(error).__name__)
            continue
        if not held:
            log.error("Another server has taken over this database, so this one ends.")
            app.ctx.lost = True
            app.stop()
            return


async def _expire(trackers: TrackerStore) -> None:
    """Delete in every store what is kept for too long, now and every day."""
    while True:
        try:
            gone = await asyncio.to_thread(stores.expire, trackers)
        except Exception as error:  # a locked database today must not end the deleting for good
            log.error("What is too old could not be deleted: %s", type(error).__name__)
        else:
            if any(gone.values()):
                log.warning("Deleted what was over %d days old: %s.", keep_days(), gone)
        await asyncio.sleep(DAY)


async def _empty_log() -> None:
    """Once a minute: the words of messages that have been answered stand in the write-ahead log until then."""
    while True:
        await asyncio.sleep(MINUTE)
        try:
            await asyncio.to_thread(empty_log, database.engine())
        except Exception as error:  # a full disk now must not end it for good
            log.error("The log of the people's database could not be emptied: %s", type(error).__name__)


def serve(
    model: str,
    host: str,
    port: int,
    credentials: str | None = None,
    on_ready: Any = None,
    console: tuple[str, int] | None = None,
) -> None:
    """Serve until stopped; with the console's host and port, the console too."""
    if host not in LOOPBACK:
        settings.REST.suggest("off")
    quiet()
    from bot.channels import telegram_settings as telegram
    from bot.channels import web
    from bot.channels.teams.settings import registration

    try:
        settings.check()
        desk()
        lease = Lease(database.engine())
        if web.is_on() or console or telegram.token() or registration():
            secret()
        telegram.webhook()
    except (store.NotBuilt, database.Unusable, settings.BadSetting) as error:
        raise NotReady(str(error)) from error
    if not os.path.exists(model):
        raise NotReady("There is no trained model. Run ./run train, then ./run.")
    try:
        lease.take()
    except Taken as error:
        raise NotReady(str(error)) from error
    except sa.exc.SQLAlchemyError as error:
        raise NotReady("The database of feedback and messages cannot be written now. Is something using it?") from error
    app = make_app(model, credentials, on_ready, console, lease)
    app.ctx.lost = False
    try:
        app.run(host=host, port=port, workers=1, access_log=False, debug=False, motd=False)
    finally:
        with contextlib.suppress(sa.exc.SQLAlchemyError):  # it ends by itself
            lease.release()
    if app.ctx.lost:
        raise NotReady("Another server has taken over this database, so this one has ended.")
