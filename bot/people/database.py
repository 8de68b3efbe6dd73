"""The database of what people create: var/people.db, or PEOPLE_URL. Brought up to date when first asked for."""

from __future__ import annotations

import json
import logging
import threading
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from bot import settings
from bot.sqlite import durable
from knowledge import place

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"


class Unusable(RuntimeError):
    """The database cannot be used; the message says why and what to do."""


_lock = threading.Lock()
_engines: dict[str, Any] = {}


def people_url() -> str:
    """The database's address."""
    return settings.PEOPLE_URL() or f"sqlite:///{place.home() / 'people.db'}"


def engine() -> Any:
    """The engine over the database that the settings name, its tables up to date; raises Unusable."""
    url = people_url()
    with _lock:
        if url not in _engines:
            _engines[url] = _open(url)
        return _engines[url]


def answers() -> bool:
    """Whether the database can be read."""
    try:
        with engine().connect() as connection:
            return bool(connection.execute(sa.select(sa.literal(True))).scalar())
    except (Unusable, sa.exc.SQLAlchemyError):
        return False


def _open(url: str) -> Any:
    try:
        made = connect(url)
        migrate(made)
    except CommandError as error:
        raise Unusable(
            "The database of feedback and messages was made by a newer version. Start that version, or set PEOPLE_URL "
            "to another database."
        ) from error
    except (OSError, sa.exc.OperationalError) as error:
        raise Unusable(
            "I cannot open the database of feedback and messages. Check PEOPLE_URL, or that its folder can be written."
        ) from error
    return made


def connect(url: str) -> Any:
    """An engine over a database, whatever its tables."""
    address = sa.engine.make_url(url)
    options: dict[str, Any] = {}
    if address.get_backend_name() == "sqlite":
        Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
        # connections go from thread to thread, one at a time
        options = {"poolclass": sa.pool.QueuePool, "connect_args": {"check_same_thread": False}}
    # an error's text would otherwise carry people's words into the log
    made = sa.create_engine(
        url, future=True, hide_parameters=True, pool_pre_ping=True, json_deserializer=_loads, **options
    )
    if options:
        sa.event.listen(made, "connect", durable)
        sa.event.listen(made, "begin", _begin)
    return made


def _loads(kept: str) -> Any:
    """What was kept as JSON; None of a row that is damaged, so that the rows around it can be read."""
    try:
        return json.loads(kept)
    except ValueError:
        log.error("A row of the people's database is damaged and is left out.")
        return None


def _begin(connection: Any) -> None:
    """The driver begins no transaction for what makes tables: a migration that was cut off would stay half done."""
    connection.exec_driver_sql("BEGIN")


def migrate(made: Any) -> None:
    """Bring the tables up to the newest migration."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with made.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
