"""Who makes a reference must see what it refers to; who has no rights there makes none, and is not in the way."""

from __future__ import annotations

from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from rls.plan import deploy
from rls.shipped import CRM_CHILDREN, CRM_REFERENCES
from tests.database.company import definition, hire
from tests.fixtures.database import Database

RIGHTS = """
entities:
  deal: {table: crm.deal, owner: owner_id}
  contact: {table: crm.contact, owner: owner_id}
  company: {table: crm.company, owner: owner_id}
roles:
  seller: {permissions: {deal: own, contact: own}}
assignments:
  - {role: seller, to: everyone}
"""

NOT_HELD = {("deal", "pipeline"), ("stage", "pipeline"), ("web_form", "pipeline"), ("site_widget", "web_form_id")}
"""Codes everybody reads, and tables of set-up."""

SEEN = psycopg.errors.ForeignKeyViolation


def test_every_reference_between_records_is_held(database: Database) -> None:
    """What a foreign key of the CRM refers to in the CRM, but for parents, which rights follow."""
    found = (
        database.connect()
        .execute("""
        select source.relname, attribute.attname, target.relname
        from pg_constraint as key
        join pg_class as source on source.oid = key.conrelid
        join pg_class as target on target.oid = key.confrelid
        join pg_attribute as attribute on attribute.attrelid = source.oid and attribute.attnum = key.conkey[1]
        where key.contype = 'f' and source.relnamespace = 'crm'::regnamespace
          and target.relnamespace = 'crm'::regnamespace
          and target.relname not in ('person', 'department', 'person_group', 'project_group')
          and source.relname not in ('person', 'department')
    """)
        .fetchall()
    )
    parents = {(child.table.name, parent.reference) for child in CRM_CHILDREN for parent in child.parents}
    held = {
        (table.name, column, target.name) for table, each in CRM_REFERENCES.items() for column, target in each.items()
    }

    assert {row for row in found if row[:2] not in parents | NOT_HELD} == held


@pytest.fixture
def seller(database: Database) -> psycopg.Connection:
    """Give alice, who sells: she sees her own deals and contacts, and no company at all."""
    connection = database.connect()
    people = hire(connection)
    deploy(connection, definition(RIGHTS))
    connection.execute("insert into crm.company (name) values ('one')")
    for login, number in people.items():
        connection.execute("insert into crm.contact (owner_id, name) values (%s, %s)", (number, login))
    connection.execute("""
        insert into crm.deal (owner_id, title, contact_id, company_id)
        select person.id, 'given', contact.id, company.id
        from crm.person, crm.contact, crm.company
        where login = 'alice' and contact.name = 'bob'
    """)
    return database.connect("alice")


def test_what_is_hidden_and_what_is_absent_are_refused_alike(database: Database, seller: psycopg.Connection) -> None:
    """The message repeats what was written, and nothing else."""
    ((hidden,),) = database.connect().execute("select id from crm.contact where name = 'bob'").fetchall()
    messages = []
    for contact in (hidden, 999_999):
        with pytest.raises(SEEN) as error:
            seller.execute(
                "insert into crm.deal (owner_id, contact_id, title) select owner_id, %s, 'x' from crm.deal", [contact]
            )
        messages.append(str(error.value.diag.message_primary).replace(str(contact), "…"))

    assert messages == ["there is no record … in crm.contact that you may see"] * 2


def test_only_a_reference_that_changes_is_looked_at(seller: psycopg.Connection) -> None:
    """A record may keep one that its owner does not see, and lose it."""
    assert seller.execute("update crm.deal set title = 'y', contact_id = contact_id").rowcount == 1
    assert seller.execute("update crm.deal set contact_id = (select id from crm.contact)").rowcount == 1
    assert seller.execute("update crm.deal set contact_id = null").rowcount == 1


def test_a_table_one_has_no_rights_on_is_in_nobodys_way(seller: psycopg.Connection) -> None:
    """Until it is referred to."""
    assert seller.execute("insert into crm.deal (owner_id, title) select owner_id, 'x' from crm.deal").rowcount == 1
    with pytest.raises(psycopg.errors.InsufficientPrivilege, match="company"):
        seller.execute(
            "insert into crm.deal (owner_id, title, company_id) select owner_id, 'x', 1 from crm.deal limit 1"
        )


OWN = """
create schema t;
create table t.client (code text primary key, rep int);
create table t."Offer" (
  id int generated always as identity primary key,
  rep int,
  "of client" text references t.client (code)
);
insert into t.client values ('mine', 1), ('hidden', 2);
"""
OWN_RIGHTS = """
entities:
  client: {table: t.client, owner: rep}
  offer: {table: {schema: t, name: Offer}, owner: rep}
roles:
  seller: {permissions: {client: own, offer: own}}
assignments:
  - {role: seller, to: everyone}
"""


def test_references_of_ones_own_tables(database: Database, tmp_path: Path) -> None:
    """What `rowlock refer` prints refuses hidden and absent records alike; it may be run again."""
    path = tmp_path / "rights.yaml"
    path.write_text(OWN_RIGHTS, encoding="utf-8")
    connection = database.connect()
    hire(connection)
    connection.execute(OWN)
    deploy(connection, definition(OWN_RIGHTS))
    alice = database.connect("alice")
    insert: LiteralString = 'insert into t."Offer" (rep, "of client") values (1, %s)'
    alice.execute(insert, ["hidden"])
    printed = database.invoke(["refer", str(path)])
    assert printed.exit_code == 0
    for _ in (1, 2):
        connection.execute(printed.stdout.encode())

    alice.execute(insert, ["mine"])
    refusals = []
    for code in ("hidden", "absent"):
        with pytest.raises(SEEN) as refused:
            alice.execute(insert, [code])
        refusals.append(str(refused.value).replace(code, "*"))
    assert refusals[0] == refusals[1]
    alice.execute('update t."Offer" set rep = 1')


def test_nothing_to_refer_to(database: Database, tmp_path: Path) -> None:
    """The CRM's tables have theirs."""
    path = tmp_path / "rights.yaml"
    path.write_text(RIGHTS, encoding="utf-8")
    said = database.invoke(["refer", str(path)])

    assert (said.exit_code, said.stdout) == (0, "")
    assert "no table of yours" in said.stderr
