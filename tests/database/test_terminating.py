"""What cannot obey new rights at once is named, and ended where that is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from tests.database.company import ENTITIES, assign, deals, open_company
from tests.fixtures.database import Database

BEFORE = "roles:\n  director: {permissions: {deal: all}}\n  manager: {permissions: {deal: own}}\n"
AFTER = BEFORE.replace("deal: all", "deal: own")

STATEFUL: dict[str, tuple[LiteralString, ...]] = {
    "a snapshot": ("set transaction isolation level repeatable read", "select title from crm.deal"),
    "a cursor": ("declare seen cursor for select title from crm.deal", "fetch seen"),
    "a transaction": ("select 1",),
}
MODERN = 160000


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """Return the definitions before and after: a director reads all deals, then their own."""
    made = []
    for number, roles in enumerate((BEFORE, AFTER)):
        path = tmp_path / f"rights_{number}.yaml"
        path.write_text(ENTITIES + roles, "utf-8")
        made.append(path)
    return made[0], made[1]


@pytest.fixture
def company(database: Database) -> psycopg.Connection:
    """Open a company in which alice directs."""
    connection, _ = open_company(database, BEFORE)
    assign(connection, "director", "alice")
    return connection


def in_transaction(database: Database, way: str, user: str | None = "alice") -> psycopg.Connection:
    """Return a session in a transaction that has done this."""
    session = database.connect(user, autocommit=False)
    for statement in STATEFUL[way]:
        session.execute(statement)
    return session


def is_alive(session: psycopg.Connection) -> bool:
    """Return whether a session goes on."""
    try:
        session.execute("select 1")
    except psycopg.OperationalError:
        return False
    return True


@pytest.mark.usefixtures("company")
@pytest.mark.parametrize("way", STATEFUL)
def test_open_transactions_are_named(database: Database, files: tuple[Path, Path], way: str) -> None:
    """Whose, since when, why, and what to do; nobody is ended."""
    session = in_transaction(database, way)
    applied = database.invoke(["apply", str(files[1])])

    assert applied.exit_code == 0, applied.output
    assert (
        "1 transaction begun before may go on under the old rights; `rowlock apply --terminate` ends" in applied.stderr
    )
    reason = "idle in transaction" if way == "a transaction" else "keeps a snapshot or a cursor"
    assert f"{reason} (process {session.info.backend_pid})" in applied.stderr
    assert is_alive(session)
    session.rollback()
    assert deals(session) == ["alice"]


@pytest.mark.usefixtures("company")
def test_a_snapshot_keeps_the_old_rows(database: Database, files: tuple[Path, Path]) -> None:
    """Which is why there is something to end: an open cursor goes on with what it was opened for."""
    session = database.connect("alice", autocommit=False)
    session.execute("declare seen cursor for select title from crm.deal order by title")
    assert database.invoke(["apply", str(files[1])]).exit_code == 0

    assert len(session.execute("fetch all from seen").fetchall()) == 4


@pytest.mark.parametrize("way", STATEFUL)
def test_they_are_ended(database: Database, company: psycopg.Connection, files: tuple[Path, Path], way: str) -> None:
    """Those of people and pools, begun before; nobody else's."""
    company.execute(
        "create role pool login noinherit password 'pool-secret'; create role tool login password 'tool-secret'"
    )
    options = b" with inherit false, set true" if company.info.server_version >= MODERN else b""
    company.execute(b"grant alice to pool" + options)
    alice = in_transaction(database, way)
    pool = database.connect("pool", autocommit=False)
    pool.execute("set local role alice")
    pool.execute("select title from crm.deal")
    others = [
        in_transaction(database, "a transaction", "tool"),
        in_transaction(database, "a transaction", None),
        database.connect("bob"),
    ]
    applied = database.invoke(["apply", str(files[1]), "--terminate"])

    assert applied.exit_code == 0, applied.output
    ended = [line for line in applied.stderr.splitlines() if line.startswith("ended: ")]
    assert [line.split()[1] for line in ended] == ["alice", "pool"]
    assert not is_alive(alice)
    assert not is_alive(pool)
    assert all(is_alive(session) for session in others)


@pytest.mark.usefixtures("company")
def test_later(database: Database, files: tuple[Path, Path]) -> None:
    """A second apply, which changes nothing, ends those begun before the first, and leaves those begun since."""
    before = in_transaction(database, "a snapshot")
    assert database.invoke(["apply", str(files[1])]).exit_code == 0
    since = in_transaction(database, "a snapshot")

    assert database.invoke(["apply", str(files[1]), "--terminate"]).exit_code == 0
    assert not is_alive(before)
    assert is_alive(since)


@pytest.mark.usefixtures("company")
def test_another_database(database: Database, files: tuple[Path, Path]) -> None:
    """The same login there is nobody's business here."""
    elsewhere = psycopg.connect(database.url, dbname="postgres", user="alice", password="alice-secret")
    elsewhere.execute("select 1")
    try:
        assert database.invoke(["apply", str(files[1]), "--terminate"]).exit_code == 0
        assert is_alive(elsewhere)
    finally:
        elsewhere.close()


@pytest.mark.usefixtures("company")
def test_who_became_a_role_that_is_taken_away(database: Database, files: tuple[Path, Path]) -> None:
    """Up to 15 the session keeps level all, also outside a transaction; from 16 on nobody becomes a role."""
    alice = database.connect("alice")
    if alice.info.server_version >= MODERN:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            alice.execute("set role crm_director")
        return
    alice.execute("set role crm_director")
    assert len(deals(alice)) == 4
    files[1].write_text(ENTITIES + "roles:\n  manager: {permissions: {deal: own}}\n", "utf-8")
    bob = database.connect("bob")
    applied = database.invoke(["apply", str(files[1]), "--terminate"])

    assert applied.exit_code == 0, applied.output
    assert "ended: alice" in applied.stderr
    assert not is_alive(alice)
    assert is_alive(bob)


def test_who_may_not_end_sessions_is_told_before(
    database: Database, company: psycopg.Connection, files: tuple[Path, Path]
) -> None:
    """One line, nothing changed; with the two privileges it works."""
    company.execute("create role deployer login createrole password 'deployer-secret'")
    company.execute("grant crm_owner, crm_rls_owner to deployer")
    alice = in_transaction(database, "a snapshot")
    refused = database.invoke(["apply", str(files[1]), "--terminate"], user="deployer")

    assert (refused.exit_code, refused.stdout) == (2, "")
    assert "deployer may not end other people's sessions" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    assert len(deals(alice)) == 4
    company.execute("grant pg_signal_backend, pg_read_all_stats to deployer")
    applied = database.invoke(["apply", str(files[1]), "--terminate"], user="deployer")
    assert applied.exit_code == 0, applied.output
    assert not is_alive(alice)


def test_who_may_not_see_transactions_is_told(
    database: Database, company: psycopg.Connection, files: tuple[Path, Path]
) -> None:
    """Silence would look like nobody being there."""
    company.execute("create role deployer login createrole password 'deployer-secret'")
    company.execute("grant crm_owner, crm_rls_owner to deployer")
    applied = database.invoke(["apply", str(files[1])], user="deployer")

    assert applied.exit_code == 0, applied.output
    assert 'were not looked at: grant pg_read_all_stats to "deployer"' in applied.stderr
