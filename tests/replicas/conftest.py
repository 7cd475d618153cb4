"""A primary with a small company, and its hot standby."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from tests.fixtures.server import data_directory
from tests.replicas.pair import Pair, start_pair


@pytest.fixture(scope="package")
def pair() -> Iterator[Pair]:
    """Give the two servers; what a test changes it changes for people of its own."""
    with ExitStack() as stack:
        yield start_pair(stack.enter_context(data_directory()), stack)


@pytest.fixture(autouse=True)
def closed(pair: Pair) -> Iterator[None]:
    """Leave no connection of a test to the next."""
    yield
    pair.close()
