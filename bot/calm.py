"""Imported first where the server starts: Sanic, once loaded, shows the deprecations of every library loaded after it.

Whoever starts the assistant can do nothing about these.
"""

from __future__ import annotations

import warnings

import sanic.app  # noqa: F401

for category in (DeprecationWarning, PendingDeprecationWarning):
    warnings.filterwarnings("ignore", category=category)
