"""An office with rights and records that no test of this package changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.clients.office import Office, open_office
from tests.fixtures.database import Cluster


@pytest.fixture(scope="package")
def office(cluster_of: Callable[[str], Cluster]) -> Iterator[Office]:
    """Give the office; tests only read."""
    with cluster_of("standard").database("standard") as database:
        yield open_office(database)


@pytest.fixture(params=["alice", "bob"])
def login(request: pytest.FixtureRequest) -> str:
    """Give each of the two people in turn."""
    return str(request.param)


@pytest.fixture(autouse=True)
def closed(office: Office) -> Iterator[None]:
    """Leave no connection of a test to the next: the server has only so many."""
    yield
    office.database.close()
