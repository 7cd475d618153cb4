"""Every slip `rowlock doctor` knows is made by hand, found, named, and mended by its own statement."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from rls.doctor import CHECKS, chosen, examine
from rls.drift import Finding
from tests.database.company import open_company
from tests.database.slips import BY_VERSION, CASES, Case
from tests.fixtures.database import Cluster

RIGHTS = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  director: {permissions: {"*": all}}
assignments:
  - {role: director, to: {person: carol}}
  - {role: manager, to: {department: Company/East}}
"""

EXPECTED = {"version", "membership plans", "on conflict"}
"""What a server may have of its own: this suite runs on releases with known holes."""


@pytest.fixture(scope="module")
def company(cluster_of: Callable[[str], Cluster]) -> Iterator[psycopg.Connection]:
    """Give the administrator's connection to a company with a pool, in order; nothing done to it lasts."""
    with cluster_of("installed").database("installed") as database:
        connection, _ = open_company(database, RIGHTS)
        connection.execute("create role crm_app login noinherit; insert into rls.pool values ('crm_app')")
        yield connection


def ask(connection: psycopg.Connection, check: str, named: str) -> list[Finding]:
    """Return the findings of *check* that name *named*."""
    found = examine(connection, {check}).findings
    return [each for each in found if named in f"{each.object} {each.what}"]


def run(connection: psycopg.Connection, finding: Finding) -> None:
    """Run a finding's statement as it is; psql would part several the same way."""
    for statement in finding.statement.split(";\n"):
        connection.execute(statement.encode())


def found_and_mended(connection: psycopg.Connection, check: str, named: str, by_hand: str) -> None:
    """Make a slip, find it, run its statement, find it no more."""
    with connection.transaction(force_rollback=True):
        connection.execute(by_hand.replace("{database}", connection.info.dbname).encode())
        found = ask(connection, check, named)

        assert found, examine(connection, {check}).findings
        assert all(each.why and each.statement for each in found)
        for each in found:
            run(connection, each)
        assert ask(connection, check, named) == []


@pytest.mark.parametrize("check, named, by_hand", CASES.values(), ids=CASES.keys())
def test_a_slip_is_found_and_mended(company: psycopg.Connection, check: str, named: str, by_hand: str) -> None:
    """It is named, and gone after its own statement."""
    if by_hand.startswith("create extension"):
        name = by_hand.split()[2]
        if not company.execute("select from pg_available_extensions where name = %s", [name]).rowcount:
            pytest.skip(f"this server has no {name}")
    found_and_mended(company, check, named, by_hand)


@pytest.mark.parametrize("majors, case", BY_VERSION.values(), ids=BY_VERSION.keys())
def test_a_slip_of_some_versions(company: psycopg.Connection, majors: range, case: Case) -> None:
    """What only some majors know."""
    if company.info.server_version // 10_000 not in majors:
        pytest.skip("not on this major")
    found_and_mended(company, *case)


def test_a_company_in_order(company: psycopg.Connection) -> None:
    """Nothing worse than a note is found in it, people, pool and rights included; everything could be seen."""
    diagnosis = examine(company, chosen(thorough=True))

    assert [each for each in diagnosis.findings if each.severity != "note" and each.kind not in EXPECTED] == []
    assert diagnosis.unseen == ()


def test_every_check_is_tried() -> None:
    """A check nobody made fail may be one that cannot."""
    tried = {case[0] for case in CASES.values()} | {case[0] for _, case in BY_VERSION.values()}
    elsewhere = {
        *("drift", "orphans", "settings", "hosts", "replication slots", "indexed values", "hardening"),
        "leakproof operators",
    }
    probes = {check.name for check in CHECKS if "tried out" in check.looks_for} | {"version", "statistics view"}

    assert {check.name for check in CHECKS} - tried == elsewhere | probes


def test_drift(company: psycopg.Connection) -> None:
    """What verify would say is one finding, mended by apply."""
    with company.transaction(force_rollback=True):
        company.execute("drop policy manager_reads on crm.deal")

        (found,) = examine(company, {"drift"}).findings

        assert "policy manager_reads on crm.deal" in found.what
        assert found.statement == "-- rowlock apply"


def test_orphans(company: psycopg.Connection) -> None:
    """Where FORCE binds who adds a foreign key, a child without a parent is accepted; rows are read where asked to."""
    with company.transaction(force_rollback=True):
        company.execute("alter table crm.deal disable trigger all")
        company.execute("update crm.deal set company_id = 4711 where title = 'bob'")
        company.execute("alter table crm.deal enable trigger all")

        (found,) = ask(company, "orphans", "crm.deal")
        run(company, found)

        assert examine(company, {"orphans"}).findings == ()
        assert company.execute("select count(*) from crm.deal").fetchone() == (3,)


def test_indexed_values(company: psycopg.Connection) -> None:
    """A readable text or date with an index is named; numeric, keys and references are not."""
    with company.transaction(force_rollback=True):
        company.execute("create index on crm.deal (amount); create index on crm.deal (title)")
        (found,) = ask(company, "indexed values", "crm.deal")
        columns = found.what.rpartition("value of ")[2].split(", ")

        assert "title" in columns
        assert not {"amount", "id", "owner_id", "company_id"} & set(columns)


def test_a_replication_slot(company: psycopg.Connection) -> None:
    """Whoever reads it has every row."""
    company.execute("select pg_create_physical_replication_slot('rowlock_test')")
    (found,) = ask(company, "replication slots", "rowlock_test")
    run(company, found)

    assert ask(company, "replication slots", "rowlock_test") == []
