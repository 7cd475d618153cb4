"""PostgreSQL's own programs as two people: psql, COPY, pg_dump."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from rls.server import binaries
from tests.clients.office import OWNED, Office

KEYS = re.compile(r"^\d+(?=\t)", re.MULTILINE)
"""The first column of every line that COPY writes."""


def run(office: Office, login: str, *command: str) -> subprocess.CompletedProcess[str]:
    """Run one of the programs beside the server as a person."""
    bindir = os.environ.get("ROWLOCK_TEST_PG_BIN")
    programs = binaries.find(Path(bindir) if bindir else None)
    return subprocess.run(
        [programs.program(command[0]), *command[1:]],
        env=programs.environment() | office.database.environment(login) | {"PGCONNECT_TIMEOUT": "10"},
        capture_output=True,
        text=True,
        check=False,
    )


def dump(office: Office, login: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run pg_dump for data."""
    return run(office, login, "pg_dump", "--data-only", *options)


@contextmanager
def dumpable(office: Office, login: str) -> Iterator[None]:
    """Give a person what pg_dump needs besides: to lock the table, and to read the sequence of its keys."""
    administrator = office.database.connect()
    administrator.execute(f"grant select on crm.lead, crm.lead_id_seq to {login}".encode())
    yield
    administrator.execute(f"revoke select on crm.lead, crm.lead_id_seq from {login}".encode())


def keys(text: str) -> set[int]:
    """Return the keys in what COPY wrote."""
    return {int(key) for key in KEYS.findall(text)}


@pytest.mark.parametrize("entity", OWNED)
def test_psql(office: Office, login: str, entity: str) -> None:
    """A query, and psql's copy."""
    expected = office.expected(login, entity)

    counted = run(office, login, "psql", "-XAtc", f"select count(*) from crm.{entity}").stdout
    assert counted.strip() == str(len(expected))
    assert keys(run(office, login, "psql", "-Xc", f"\\copy crm.{entity} to stdout").stdout) == expected


@pytest.mark.parametrize("entity", [*OWNED, "activity"])
def test_copy(office: Office, login: str, entity: str) -> None:
    """Of a table and of a query, as text and as CSV."""
    session = office.database.connect(login)
    expected = office.expected(login, entity)

    for what in (f"crm.{entity}", f"(select * from crm.{entity})", f"(table crm.{entity})"):
        with session.cursor().copy(f"copy {what} to stdout".encode()) as copy:
            found = b"".join(bytes(block) for block in copy).decode()
        assert keys(found) == expected
    with session.cursor().copy(f"copy crm.{entity} (id) to stdout (format csv)".encode()) as copy:
        assert {int(line) for block in copy for line in bytes(block).split()} == expected


def test_nobody_copies_to_the_server(office: Office, login: str) -> None:
    """Neither into its files nor into a program there."""
    session = office.database.connect(login)

    for where in ("'/tmp/deals'", "program 'cat'"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            session.execute(f"copy crm.deal to {where}".encode())


@pytest.mark.parametrize("options", [(), ("--table=crm.lead",)])
def test_pg_dump_as_people_are_is_refused(office: Office, login: str, options: tuple[str, ...]) -> None:
    """It locks tables and reads sequences, for which the privileges that people have are not enough."""
    result = dump(office, login, "--enable-row-security", *options)

    assert result.returncode == 1
    assert re.search(r"permission denied|may lack SELECT privilege", result.stderr), result.stderr
    assert keys(result.stdout) == set()


def test_pg_dump_without_row_security_is_refused(office: Office, login: str) -> None:
    """It asks for all rows or none."""
    with dumpable(office, login):
        result = dump(office, login, "--table=crm.lead")

    assert result.returncode == 1
    assert "query would be affected by row-level security policy" in result.stderr
    assert keys(result.stdout) == set()


def test_pg_dump_with_row_security_dumps_ones_own_rows(office: Office, login: str) -> None:
    """Where a DBA has given what it needs."""
    with dumpable(office, login):
        result = dump(office, login, "--enable-row-security", "--table=crm.lead")

    assert result.stderr == ""
    assert result.returncode == 0
    assert keys(result.stdout) == office.expected(login, "lead")
