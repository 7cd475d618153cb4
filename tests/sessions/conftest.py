"""The office, opened once for a module: what a test does to it must not last."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.fixtures.database import Cluster
from tests.sessions.office import NOBODY, Office, open_office, whoever


@pytest.fixture(scope="package")
def everybody(cluster_of: Callable[[str], Cluster]) -> Iterator[Office]:
    """Give an office of people."""
    with cluster_of("sessions").database("installed") as database:
        yield open_office(database, people=16)


@pytest.fixture
def office(everybody: Office) -> Iterator[Office]:
    """Give the same office; afterwards everybody sees what they saw, and nothing that was read was changed."""
    yield everybody
    with everybody.database.connect("alice") as alice:
        assert [row[0] for row in alice.execute("select title from crm.deal")] == ["alice"]
    with everybody.pool() as pool, pool.connection() as connection:
        assert whoever(connection) == NOBODY
