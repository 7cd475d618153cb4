"""Keys that come from a sequence: whoever may create may take the next value, and nobody else."""

from __future__ import annotations

import psycopg
import pytest

from rls.plan import deploy, make_plan
from tests.database.company import definition
from tests.fixtures.database import Database

RIGHTS = """
entities:
  ticket: {table: shop.ticket, owner: owner_id}
roles:
  author: {permissions: {ticket: {read: own, create: own}}}
  reader: {permissions: {ticket: {read: all}}}
assignments:
  - {role: author, to: {person: ann}}
  - {role: reader, to: {person: ben}}
"""


def test_a_serial_key_is_given_to_whoever_may_create(database: Database) -> None:
    """PostgreSQL asks the inserter for USAGE on the sequence of a default; identity columns need none."""
    administrator = database.connect()
    administrator.execute("create schema shop; create table shop.ticket (id serial primary key, owner_id int)")
    for login in ("ann", "ben"):
        administrator.execute(f"create role {login} login password '{login}-secret'".encode())
        administrator.execute("insert into crm.person (login, name) values (%s, %s)", [login, login])
    wanted = definition(RIGHTS)
    deploy(administrator, wanted)

    ann, ben = database.connect("ann"), database.connect("ben")
    assert ann.execute("insert into shop.ticket (owner_id) values (1) returning id").fetchone() == (1,)
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ann.execute("insert into shop.ticket (id, owner_id) values (77, 1)")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ben.execute("select nextval('shop.ticket_id_seq')")
    assert make_plan(administrator, wanted).empty
