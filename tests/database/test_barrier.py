"""Behind a barrier whoever reads a record can refer to it, and a reference tells nothing of any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import LiteralString

import psycopg
import pytest

from rls.plan import deploy
from tests.database.company import definition, hire
from tests.fixtures.database import Cluster, Database

SEEN = psycopg.errors.ForeignKeyViolation

BEHIND = """
entities:
  company: {table: crm.company, owner: owner_id, barrier: true, fields: {figures: [revenue]}}
  contact: {table: crm.contact, owner: owner_id}
roles:
  reader: {permissions: {company: {read: own, fields: {figures: none}}, contact: all}}
  writer: {permissions: {contact: all}}
  auditor: {permissions: {company: {read: all}, contact: all}}
assignments:
  - {role: reader, to: {person: alice}}
  - {role: writer, to: {person: bob}}
  - {role: auditor, to: {person: carol}}
"""
LOOKED_AT = """
select seq_scan, seq_tup_read, idx_scan, idx_tup_fetch from pg_stat_xact_all_tables
where schemaname = 'crm' and relname = 'company'
"""


@pytest.fixture(scope="module")
def fenced(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a database in which companies are read behind a barrier; tests leave contacts behind and nothing else."""
    with cluster_of("installed").database("installed") as database:
        yield database


@pytest.fixture(scope="module")
def companies(fenced: Database) -> dict[str, int]:
    """Give alice, who reads her own companies, and bob some, and return their numbers by name."""
    connection = fenced.connect()
    people = hire(connection)
    deploy(connection, definition(BEHIND))
    for owner, whose in (("alice", "hers"), ("bob", "his")):
        connection.execute(
            "insert into crm.company (owner_id, name)"
            " select %s, %s || ' ' || number from generate_series(1, 2000) as number",
            [people[owner], whose],
        )
    connection.execute("analyze crm.company")
    return dict(connection.execute("select name, id from crm.company").fetchall()) | {"absent": 999_999}


def test_what_one_reads_can_be_referred_to(fenced: Database, companies: dict[str, int]) -> None:
    """On the table and on the view; what is hidden and what is absent are refused alike."""
    alice = fenced.connect("alice")
    statements: tuple[LiteralString, ...] = (
        "insert into crm.contact (name, company_id) values ('x', %s)",
        "insert into crm_read.contact (name, company_id) values ('x', %s) returning id",
        "update crm.contact set company_id = %s where company_id is distinct from %s",
    )
    for statement in statements:
        arguments = statement.count("%s")
        assert alice.execute(statement, [companies["hers 7"]] * arguments).rowcount > 0
        alice.execute("update crm.contact set company_id = null where company_id is not null")
        for name in ("his 7", "absent"):
            with pytest.raises(SEEN, match=f"there is no record {companies[name]} in crm.company that you may see"):
                alice.execute(statement, [companies[name]] * arguments)
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="table company"):
        alice.execute("select id from crm.company")


def test_looking_up_does_the_same_for_hidden_and_absent(fenced: Database, companies: dict[str, int]) -> None:
    """What the server has looked at does not tell which it was, to whoever may ask that."""
    looked_at = []
    for name in ("his 7", "absent", "his 40"):
        session = fenced.connect(autocommit=False)
        session.execute("set session authorization alice")
        with pytest.raises(SEEN), session.transaction():
            session.execute("insert into crm.contact (name, company_id) values ('x', %s)", [companies[name]])
        session.execute("reset session authorization")
        looked_at.append(session.execute(LOOKED_AT).fetchone())

    assert looked_at == looked_at[:1] * 3
    assert looked_at[0] != (0, 0, 0, 0)


def test_whoever_reads_everything_is_looked_up_for_by_key(fenced: Database, companies: dict[str, int]) -> None:
    """In the view without policies, which no barrier fences."""
    session = fenced.connect(autocommit=False)
    session.execute("set session authorization carol")
    session.execute("insert into crm.contact (name, company_id) values ('x', %s)", [companies["his 7"]])
    with pytest.raises(SEEN), session.transaction():
        session.execute("insert into crm.contact (name, company_id) values ('x', %s)", [companies["absent"]])
    session.execute("reset session authorization")

    row = session.execute(LOOKED_AT).fetchone()
    assert row is not None
    assert row[:2] == (0, 0)


def test_whoever_reads_nothing_is_told_nothing(fenced: Database, companies: dict[str, int]) -> None:
    """Whatever the number is."""
    bob = fenced.connect("bob")
    for name in ("hers 7", "his 7", "absent"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied for table company"):
            bob.execute("insert into crm.contact (name, company_id) values ('x', %s)", [companies[name]])
