"""A command imports what it needs: what is quick to do is not kept waiting by libraries for something else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from rls.definition.loading import standard
from tests.fixtures.database import Cluster, Database

MIGRATIONS = {"alembic", "sqlalchemy"}
DEFINITIONS = {"pydantic", "ruamel"}
RIGHTS = {"rls.compiler", "rls.drift", "rls.effect", "rls.plan"}
SERVER = {"rls.server"}

CODE = """
import sys
from rls.__main__ import main
try:
    main()
finally:
    print(*sys.modules, file=sys.stderr)
"""


@pytest.fixture(scope="module")
def office(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a database with one person."""
    with cluster_of("standard").database("standard") as database:
        connection = database.connect()
        connection.execute("create role ann login")
        connection.execute("insert into crm.person (name, login) values ('Ann', 'ann')")
        yield database


def imported(arguments: list[str], environment: dict[str, str]) -> set[str]:
    """Return the modules `rowlock` with *arguments* has imported when it is done."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "ROWLOCK_"))}
    ran = subprocess.run(
        [sys.executable, "-c", CODE, *arguments],
        env=inherited | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(ran.stderr.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [["--help"], ["plan", "--help"]])
def test_help_imports_nothing_but_the_commands(arguments: list[str]) -> None:
    """All of them, for the list."""
    loaded = imported(arguments, {})

    assert "rls.commands.rights" in loaded
    assert loaded & (MIGRATIONS | DEFINITIONS | RIGHTS) == set()


def test_validating_needs_definitions_alone() -> None:
    """And so does no connection."""
    loaded = imported(["validate", str(standard())], {})

    assert loaded >= DEFINITIONS
    assert loaded & (MIGRATIONS | RIGHTS | SERVER) == set()


@pytest.mark.parametrize("arguments", [["assignments"], ["people", "list"], ["as", "ann", "-c", "select 1"]])
def test_what_asks_about_people_needs_no_definitions(office: Database, arguments: list[str]) -> None:
    """What is installed, and as whom, the database says."""
    loaded = imported(arguments, office.environment())

    assert "rls.installed" in loaded
    assert loaded & (MIGRATIONS | DEFINITIONS | RIGHTS | SERVER) == set()


def test_comparing_rights_needs_no_migrations(office: Database) -> None:
    """The definition it compares with is read from the database."""
    loaded = imported(["verify"], office.environment())

    assert loaded >= RIGHTS
    assert loaded & (MIGRATIONS | DEFINITIONS | SERVER) == set()
