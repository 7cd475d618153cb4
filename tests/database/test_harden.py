"""rowlock harden: which functions of the server run before the policies, taken and given back."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import psycopg
import pytest

from rls.doctor import examine
from tests.database.company import open_company
from tests.fixtures.database import Cluster, Database

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own}}
assignments:
  - {role: manager, to: {person: alice}}
"""

LEAKPROOF = "select array_agg(oid::regprocedure::text order by oid) from pg_proc where proleakproof"

MARKED = "select proleakproof from pg_proc where oid = %s::regprocedure"

PREPARED = "prepare asked as select 1 from crm.deal where closed_on = '2026-01-01'"


@pytest.fixture
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[tuple[Database, psycopg.Connection]]:
    """Give a company and an administrator's connection to it."""
    with cluster_of("installed").database("installed") as database:
        connection, _ = open_company(database, RIGHTS)
        yield database, connection


def is_leakproof(connection: psycopg.Connection, function: str) -> bool:
    """Tell how a function is marked."""
    row = connection.execute(MARKED, [function]).fetchone()
    assert row is not None
    return bool(row[0])


def test_hardened_and_given_back(company: tuple[Database, psycopg.Connection]) -> None:
    """What it takes is what columns hold, keys and booleans aside; it gives back exactly that."""
    database, connection = company
    before = connection.execute(LEAKPROOF).fetchone()

    checked = database.invoke(["harden", "--check"])
    assert checked.exit_code == 1
    assert "alter function pg_catalog.texteq(text, text) not leakproof;" in checked.stdout
    assert connection.execute(LEAKPROOF).fetchone() == before
    done = database.invoke(["harden"])
    assert (done.exit_code, done.stdout) == (0, checked.stdout)
    for function in ("texteq(text,text)", "date_lt(date,date)", "timestamptz_cmp(timestamptz,timestamptz)"):
        assert not is_leakproof(connection, function)
    for function in ("int4eq(int,int)", "int8eq(bigint,bigint)", "booleq(bool,bool)", "nameeq(name,name)"):
        assert is_leakproof(connection, function)
    again = database.invoke(["harden", "--check"])
    assert (again.exit_code, again.stdout) == (0, "")
    assert "nothing to do" in again.stderr

    assert database.invoke(["harden", "--undo"]).exit_code == 0
    assert connection.execute(LEAKPROOF).fetchone() == before
    assert "nothing to give back" in database.invoke(["harden", "--undo"]).stderr


def test_keys_stay_hardened(company: tuple[Database, psycopg.Connection]) -> None:
    """Whoever asked for them once need not say so again; and what --check prints does the same in psql."""
    database, connection = company
    before = connection.execute(LEAKPROOF).fetchone()
    database.invoke(["harden"])

    for statement in database.invoke(["harden", "--keys", "--check"]).stdout.split(";\n"):
        connection.execute(statement.encode())

    assert not is_leakproof(connection, "int8eq(bigint,bigint)")
    connection.execute("alter function int8eq(bigint, bigint) leakproof")
    assert "int8eq" in database.invoke(["harden"]).stdout
    assert not is_leakproof(connection, "int8eq(bigint,bigint)")
    assert json.loads(database.invoke(["harden", "--keys", "--json"]).stdout)["in_force"]
    database.invoke(["harden", "--undo"])
    assert connection.execute(LEAKPROOF).fetchone() == before


def test_what_was_planned_is_planned_anew(company: tuple[Database, psycopg.Connection]) -> None:
    """A session that has prepared a query uses the index before the policy no longer."""
    database, connection = company
    connection.execute("insert into crm.deal (owner_id, title) select 1, 'x' from generate_series(1, 3000)")
    connection.execute("analyze crm.deal")
    alice = database.connect("alice")
    alice.execute("set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_bitmapscan = off")
    alice.execute(PREPARED)
    assert "Index Cond: (closed_on" in planned(alice)

    database.invoke(["harden"])

    assert "Index Cond: (closed_on" not in planned(alice)


def planned(connection: psycopg.Connection) -> str:
    """Return the plan of what was prepared."""
    return "\n".join(row[0] for row in connection.execute("explain execute asked"))


def test_what_doctor_says(company: tuple[Database, psycopg.Connection]) -> None:
    """Whether it is in force; that it is not whole after an upgrade, or with a column of another type."""
    database, connection = company

    def says() -> tuple[str, str]:
        (found,) = examine(connection, {"hardening"}).findings
        return found.severity, found.what

    assert says()[0] == "note"
    assert "is not hardened" in says()[1]
    database.invoke(["harden"])
    assert says()[0] == "note"
    assert says()[1].startswith("is hardened: ")
    assert examine(connection, {"indexed values"}).findings == ()

    connection.execute("alter function texteq(text, text) leakproof")
    assert says() == ("warning", "is hardened in part: conditions on text may run before the policies")
    database.invoke(["harden"])
    connection.execute("alter table crm.deal add column weight real")
    assert says()[0] == "warning"
    assert "float4eq" in database.invoke(["harden"]).stdout
    assert says()[0] == "note"


def test_who_may_not(company: tuple[Database, psycopg.Connection]) -> None:
    """Who is no superuser is told what to do, and may look."""
    database, connection = company
    connection.execute("create role deployer login password 'deployer-secret' in role crm_rls_owner, crm_owner")

    refused = database.invoke(["harden"], user="deployer")

    assert refused.exit_code == 2
    assert "functions of the server are a superuser's: log in as one" in refused.stderr
    assert database.invoke(["harden", "--check"], user="deployer").exit_code == 1
    assert is_leakproof(connection, "texteq(text,text)")


def test_nothing_to_harden(database: Database) -> None:
    """Without a definition in force nobody knows which types."""
    refused = database.invoke(["harden"])

    assert refused.exit_code == 2
    assert "no table is under rights: apply a definition first" in refused.stderr
    assert database.invoke(["harden", "--undo", "--keys"]).exit_code == 2
