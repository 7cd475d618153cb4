"""A primary with a small company, and its hot standby."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.replicas.pair import Pair, start_pair


@pytest.fixture(scope="package")
def pair() -> Iterator[Pair]:
    """Give the two servers; what a test changes it changes for people of its own."""
    with ExitStack() as stack:
        directory = Path(tempfile.mkdtemp(prefix="rowlock-test-"))
        stack.callback(shutil.rmtree, directory, ignore_errors=True)
        directory.chmod(0o755)
        yield start_pair(directory, stack)


@pytest.fixture(autouse=True)
def closed(pair: Pair) -> Iterator[None]:
    """Leave no connection of a test to the next."""
    yield
    pair.close()
