"""Rasa's agent as the assistant runs it, its channels, and its logging."""

from __future__ import annotations

import logging
import warnings
from typing import Any

from bot.engine import repairs
from bot.engine.inprocess import InProcessActions
from bot.engine.tracker_store import TrackerStore


def quiet(level: int = logging.WARNING) -> None:
    """Warnings and worse only, each time they happen, and never a message's text."""
    import rasa.utils.common
    import rasa.utils.log_utils

    warnings.filterwarnings("ignore")
    rasa.utils.common.configure_logging_and_warnings(level, None, False, filter_repeated_logs=False)
    rasa.utils.log_utils.configure_structlog(level)
    for name in ("sanic.access", "apscheduler", "pymongo", "matplotlib"):
        logging.getLogger(name).setLevel(logging.ERROR)


async def load_agent(model: str, loop: Any = None) -> Any:
    """Rasa's agent over our stores, with the actions in this process."""
    from rasa.core import agent
    from rasa.core.utils import AvailableEndpoints

    repairs.apply()
    endpoints = AvailableEndpoints(
        action=InProcessActions("actions"),
        tracker_store=TrackerStore(),
        lock_store=repairs.LockStore(),
    )
    return await agent.load_agent(model_path=model, endpoints=endpoints, loop=loop)


def add_channels(app: Any, credentials: str) -> None:
    """Give the app the routes of every channel that the file of credentials names."""
    from rasa.core.channels import channel
    from rasa.core.run import create_http_input_channels

    channel.register(create_http_input_channels(None, credentials), app, route="/webhooks/")
