"""A whole knowledge base of one made-up council, Northfold, small enough to break."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def content(tmp_path: Path) -> Path:
    """A copy of Northfold's content, in which nothing is wrong."""
    return Path(shutil.copytree(HERE / "small", tmp_path / "content"))
