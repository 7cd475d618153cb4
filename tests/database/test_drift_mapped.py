"""Drift on tables that are not Rowlock's own: names that need quotes, partitions, children with triggers of ours."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import psycopg
import pytest

from rls.carrying import carrying, child_of
from rls.drift import findings
from rls.installation import install
from rls.names import Installation
from rls.plan import deploy, make_plan
from rls.state.tables import read_facts
from tests.database.company import assert_converged, definition, mended
from tests.fixtures.database import Cluster

SHOP = """
create schema "My Shop";
create table "My Shop".customer (id bigint generated always as identity primary key, rep int, name text);
create table "My Shop"."Order" (id bigint, placed date, rep int, primary key (id, placed)) partition by range (placed);
create table "My Shop"."Order 2026" partition of "My Shop"."Order" for values from ('2026-01-01') to ('2027-01-01');
create table "My Shop".note (
  id bigint generated always as identity primary key,
  customer_id bigint references "My Shop".customer,
  body text,
  rep int
);
create table "My Shop".price (sku text primary key);
"""

RIGHTS = """
entities:
  customer: {table: My Shop.customer, owner: rep}
  order: {table: My Shop.Order, owner: rep}
  note: {table: My Shop.note, parents: {customer_id: customer}, carries: {owner: rep}}
roles:
  clerk: {permissions: {"*": own}}
"""

BY_HAND = {
    'grant select on "My Shop"."Order 2026" to ann': (
        "partition My Shop.Order 2026",
        'revoke all on "My Shop"."Order 2026" from ann cascade',
    ),
    'grant select (placed) on "My Shop"."Order 2026" to acme_clerk, public': (
        "partition My Shop.Order 2026",
        'revoke all on "My Shop"."Order 2026" from public, acme_clerk cascade',
    ),
    'alter table "My Shop"."Order" owner to ann': (
        "owner table My Shop.Order",
        'alter table "My Shop"."Order" owner to',
    ),
    'alter schema "My Shop" owner to ann': ("owner schema My Shop", 'alter schema "My Shop" owner to'),
    'grant create on schema "My Shop" to public': ("schema My Shop", 'revoke create on schema "My Shop" from public'),
    'grant select on "My Shop".price to public': (
        "table My Shop.price",
        'alter table "My Shop".price enable row level security, force row level security',
    ),
    'create view "My Shop"."All" as select * from "My Shop"."Order"': (
        "view My Shop.All",
        'alter view "My Shop"."All" set (security_invoker = true)',
    ),
    'create policy "Let in" on "My Shop"."Order" using (true)': (
        "policy Let in on My Shop.Order",
        'drop policy "Let in" on "My Shop"."Order"',
    ),
    'create rule "No" as on delete to "My Shop".customer do instead nothing': (
        "rule No on My Shop.customer",
        'drop rule "No" on "My Shop".customer',
    ),
    """
    create function "My Shop"."All"("Wanted" text) returns bigint security definer language sql
    as 'select count(*) from "My Shop"."Order"'
    """: (
        'function My Shop.All("Wanted" text)',
        'revoke all on routine "My Shop"."All"("Wanted" text) from public cascade',
    ),
}

CHILD = {
    'alter table "My Shop".note disable trigger rowlock_carry_insert': (
        "~ helper trigger rowlock_carry_insert on My Shop.note was changed by hand"
    ),
    'drop trigger rowlock_carry_to_note on "My Shop".customer': (
        "~ helper trigger rowlock_carry_to_note on My Shop.customer is missing"
    ),
    "alter function rls.carry_note() security invoker": "~ helper function rls.carry_note() was changed by hand",
    'alter policy rls_owner on "My Shop".note using (false)': (
        "~ helper policy rls_owner on My Shop.note was changed by hand"
    ),
}


@pytest.fixture(scope="module")
def shop(cluster_of: Callable[[str], Cluster]) -> Iterator[psycopg.Connection]:
    """Give the administrator's connection to a shop with rights on it; nothing done to it lasts."""
    with cluster_of("empty").database("empty") as database:
        connection = database.connect()
        connection.execute(SHOP.encode())
        installation = Installation("acme_", "staff")
        install(connection, installation, crm=False)
        connection.execute("create role ann login; insert into staff.person (login, name) values ('ann', 'Ann')")
        deploy(connection, definition(RIGHTS))
        assert found(connection) == {}
        yield connection
        assert found(connection) == {}


def found(connection: psycopg.Connection) -> dict[str, str]:
    """Return what is found, and the statement that ends it."""
    plan = make_plan(connection, definition(RIGHTS))
    assert plan.empty
    with connection.transaction():
        return {
            f"{one.kind} {one.object}": one.statement for one in findings(connection, plan.desired, plan.installation)
        }


def make_triggers(connection: psycopg.Connection) -> None:
    """Do what `rowlock carry` prints."""
    wanted, installation = definition(RIGHTS), Installation("acme_", "staff")
    facts = read_facts(connection, (entity.table for entity in wanted.entities), installation)
    child = child_of(wanted, wanted.entity("note"), facts)
    for statement in carrying(child, installation):
        connection.execute(statement)


@pytest.mark.parametrize("by_hand, expected", BY_HAND.items())
def test_it_is_found_and_its_statement_ends_it(
    shop: psycopg.Connection, by_hand: str, expected: tuple[str, str]
) -> None:
    """Names are quoted where they must be."""
    with shop.transaction(force_rollback=True):
        shop.execute(by_hand.encode())
        told = found(shop)

        assert list(told) == [expected[0]]
        assert told[expected[0]].startswith(expected[1])
        shop.execute(told[expected[0]].encode())
        assert found(shop) == {}


def test_a_table_nobody_reaches_is_not_told(shop: psycopg.Connection) -> None:
    """In somebody's own schema most tables are no business of Rowlock's."""
    with shop.transaction(force_rollback=True):
        shop.execute(
            'create table "My Shop".bonus (id int); create role clerk; grant select on "My Shop".bonus to clerk'
        )

        assert found(shop) == {}


@pytest.mark.parametrize("by_hand, line", CHILD.items())
def test_triggers_of_a_child_are_known_from_the_next_apply(shop: psycopg.Connection, by_hand: str, line: str) -> None:
    """`rowlock carry` prints them, somebody runs that, apply looks at what they made."""
    wanted = definition(RIGHTS)
    with shop.transaction(force_rollback=True):
        make_triggers(shop)
        assert_converged(shop, wanted)
        deploy(shop, wanted)
        shop.execute(by_hand.encode())

        assert line in mended(shop, wanted)


def test_triggers_that_are_not_what_was_printed(shop: psycopg.Connection) -> None:
    """They are replaced, not taken for good."""
    wanted = definition(RIGHTS)
    with shop.transaction(force_rollback=True):
        make_triggers(shop)
        shop.execute(
            "create or replace function rls.carry_note() returns trigger language plpgsql security definer"
            " set search_path = pg_catalog, pg_temp as $$ begin new.rep := 1; return new; end $$"
        )

        assert "~ helper function rls.carry_note() is not known to be as shipped" in mended(shop, wanted)


def test_apply_works_where_a_role_owns_a_table(shop: psycopg.Connection) -> None:
    """Its privileges are mended all the same; who owns it is for a DBA."""
    wanted = definition(RIGHTS)
    with shop.transaction(force_rollback=True):
        shop.execute('alter table "My Shop".customer owner to acme_clerk; alter schema "My Shop" owner to acme_clerk')
        deploy(shop, wanted)

        assert_converged(shop, wanted)
        assert sorted(found(shop)) == ["owner schema My Shop", "owner table My Shop.customer"]
