"""What every table, key and function of the installed schema must be."""

from __future__ import annotations

import psycopg
import pytest

from rls.names import Installation
from tests.fixtures.database import Database

OBVIOUS = {
    "id", "name", "position", "role", "entity", "operation", "level", "applied_at", "applied_by", "definition",
    "created_at", "created_by", "kind",
}  # fmt: skip
"""Columns of schema rls whose name says it all; nobody browses there."""

ACCEPTED_UNIQUE = {
    "crm.person": {"login", "key"},
    "crm.department": {"parent_id, name"},
    "crm.person_group": {"name"},
    "crm.project_group": {"name"},
}
"""Unique keys beside primary keys: of the organisation, which is no secret within the company."""


@pytest.fixture
def catalog(database: Database) -> psycopg.Connection:
    """Give an administrator's connection to a fresh installation."""
    return database.connect()


def _column(connection: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in connection.execute(query)]


def test_every_entity_has_its_table(catalog: psycopg.Connection) -> None:
    """The list of the issue."""
    wanted = {
        "person",
        "department",
        "department_member",
        "department_closure",
        "person_group",
        "person_group_member",
        "project_group",
        "project_group_member",
        "lead",
        "contact",
        "company",
        "deal",
        "pipeline",
        "stage",
        "quote",
        "invoice",
        "sales_order",
        "line_item",
        "product",
        "ticket",
        "activity",
        "sales_plan",
        "web_form",
        "site_widget",
        "task",
        "call",
        "workflow_request",
        "folder",
        "file",
        "conversation",
    }
    assert set(_column(catalog, "select tablename from pg_tables where schemaname = 'crm'")) == wanted


def test_everything_is_commented(catalog: psycopg.Connection) -> None:
    """BI tools show it to people: every table, view and column; within schema rls, unless the name says it all."""
    tables = _column(
        catalog,
        """
        select c.oid::regclass::text from pg_class c
        where c.relnamespace in ('crm'::regnamespace, 'rls'::regnamespace) and c.relkind in ('r', 'v')
        and obj_description(c.oid, 'pg_class') is null
        """,
    )
    columns = _column(
        catalog,
        """
        select c.oid::regclass || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace in ('crm'::regnamespace, 'rls'::regnamespace) and c.relkind = 'r' and a.attnum > 0
        and col_description(c.oid, a.attnum) is null
        """,
    )
    assert tables == []
    assert [name for name in columns if not name.startswith("rls.")] == []
    assert [name for name in columns if name.rpartition(".")[2] not in OBVIOUS] == []


def test_foreign_keys_have_an_index_and_act_on_nothing(catalog: psycopg.Connection) -> None:
    """A cascade would change rows nobody may see; without an index every delete reads the whole table."""
    acting = _column(
        catalog,
        "select conrelid::regclass || '.' || conname from pg_constraint"
        " where contype = 'f' and (confdeltype <> 'a' or confupdtype <> 'a' or condeferrable)",
    )
    unindexed = _column(
        catalog,
        """
        select c.conrelid::regclass || '.' || c.conname from pg_constraint c
        where c.contype = 'f' and not exists (
          select from pg_index i
          where i.indrelid = c.conrelid and i.indisvalid
          and (i.indkey::int2[])[0:cardinality(c.conkey) - 1] @> c.conkey
          and (
            i.indpred is null
            or pg_get_expr(i.indpred, i.indrelid) = format('(%I IS NOT NULL)', (
              select attname from pg_attribute where attrelid = c.conrelid and attnum = c.conkey[1]
            ))
          )
        )
        """,
    )
    assert acting == []
    assert unindexed == []


def test_keys_are_made_by_the_database(catalog: psycopg.Connection) -> None:
    """A key somebody chooses tells whether it exists already."""
    chosen = _column(
        catalog,
        """
        select distinct c.conrelid::regclass::text from pg_constraint c
        join pg_attribute a on a.attrelid = c.conrelid and a.attnum = any (c.conkey)
        where c.contype = 'p' and c.connamespace = 'crm'::regnamespace and a.attidentity <> 'a'
        """,
    )
    natural = {"crm.pipeline", "crm.stage", "crm.department_closure"}
    assert {name for name in chosen if not name.endswith("_member")} == natural


def test_unique_keys_are_accepted_ones(catalog: psycopg.Connection) -> None:
    """Any other would tell who may not read it that a value exists."""
    found: dict[str, set[str]] = {}
    for table, columns in catalog.execute(
        """
        select i.indrelid::regclass::text, (
          select string_agg(a.attname, ', ' order by k.place)
          from unnest(i.indkey::int2[]) with ordinality as k (number, place)
          join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.number
        )
        from pg_index i join pg_class c on c.oid = i.indrelid
        where c.relnamespace = 'crm'::regnamespace and i.indisunique and not i.indisprimary
        """
    ):
        found.setdefault(table, set()).add(columns)
    assert found == ACCEPTED_UNIQUE


def test_row_security_is_on_and_forced_from_birth(catalog: psycopg.Connection) -> None:
    """And open to nobody but our own functions."""
    off = _column(
        catalog,
        "select oid::regclass::text from pg_class where relnamespace = 'crm'::regnamespace and relkind in ('r', 'p')"
        " and not (relrowsecurity and relforcerowsecurity)",
    )
    roles = _column(
        catalog,
        "select distinct polroles::regrole[]::text from pg_policy p join pg_class c on c.oid = p.polrelid"
        " where c.relnamespace = 'crm'::regnamespace",
    )
    assert off == []
    assert roles == [f"{{{Installation().rls_owner}}}"]


def test_owners(catalog: psycopg.Connection) -> None:
    """Two roles own everything, cannot log in and have no members."""
    owners = catalog.execute(
        "select distinct relnamespace::regnamespace::text, relowner::regrole::text from pg_class"
        " where relnamespace in ('crm'::regnamespace, 'rls'::regnamespace) order by 1"
    ).fetchall()
    functions = _column(
        catalog,
        "select distinct proowner::regrole::text from pg_proc"
        " where pronamespace in ('crm'::regnamespace, 'rls'::regnamespace)",
    )
    members = catalog.execute(
        "select count(*) from pg_auth_members where roleid in ('crm_owner'::regrole, 'crm_rls_owner'::regrole)"
    ).fetchone()
    able = _column(
        catalog,
        "select rolname from pg_roles where rolname like 'crm%'"
        " and (rolcanlogin or rolsuper or rolbypassrls <> (rolname = 'crm_all_owner'))",
    )
    assert owners == [("crm", "crm_owner"), ("rls", "crm_rls_owner")]
    assert functions == ["crm_rls_owner"]
    assert members == (0,)
    assert able == []


def test_public_has_nothing(catalog: psycopg.Connection) -> None:
    """No table, no schema, no function, no temporary objects."""
    relations = _column(
        catalog,
        """
        select c.oid::regclass::text from pg_class c, aclexplode(c.relacl) acl
        where c.relnamespace in ('crm'::regnamespace, 'rls'::regnamespace) and acl.grantee = 0
        union all
        select a.attrelid::regclass::text
        from pg_attribute a join pg_class c on c.oid = a.attrelid, aclexplode(a.attacl) acl
        where c.relnamespace in ('crm'::regnamespace, 'rls'::regnamespace) and acl.grantee = 0
        union all
        select nspname from pg_namespace, aclexplode(nspacl) acl where nspname in ('crm', 'rls') and acl.grantee = 0
        """,
    )
    functions = _column(
        catalog,
        """
        select proname from pg_proc p, aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) acl
        where p.pronamespace in ('crm'::regnamespace, 'rls'::regnamespace) and acl.grantee = 0 order by 1
        """,
    )
    catalog.execute("create role stranger")
    stranger = catalog.execute(
        """
        select has_database_privilege('stranger', current_database(), 'temporary, create'),
          has_schema_privilege('stranger', 'public', 'create'), has_schema_privilege('stranger', 'rls', 'usage')
        """
    ).fetchone()
    assert relations == []
    assert functions == []
    assert stranger == (False, False, False)


def test_definers_pin_their_search_path(catalog: psycopg.Connection) -> None:
    """pg_temp last, or a temporary table named like ours is found first."""
    loose = _column(
        catalog,
        """
        select p.oid::regprocedure::text from pg_proc p
        where p.pronamespace in ('crm'::regnamespace, 'rls'::regnamespace) and p.prosecdef
        and not coalesce(p.proconfig @> array['search_path=pg_catalog, pg_temp'], false)
        """,
    )
    assert loose == []


def test_there_are_no_enums(catalog: psycopg.Connection) -> None:
    """A stage is text with a check or a foreign key: one more is a row or one statement."""
    enums = _column(
        catalog,
        "select typname from pg_type where typtype in ('e', 'd')"
        " and typnamespace in ('crm'::regnamespace, 'rls'::regnamespace)",
    )
    unchecked = _column(
        catalog,
        """
        select c.oid::regclass || '.' || a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
        where c.relnamespace = 'crm'::regnamespace and c.relkind = 'r' and a.attname in ('stage', 'status', 'pipeline')
        and not exists (
          select from pg_constraint k
          where k.conrelid = c.oid and k.contype in ('c', 'f', 'p') and a.attnum = any (k.conkey)
        )
        """,
    )
    assert enums == []
    assert unchecked == []


def test_owners_of_records_have_the_index_of_their_lists(catalog: psycopg.Connection) -> None:
    """Level own is an equality on the owner, newest first."""
    missing = _column(
        catalog,
        """
        select c.oid::regclass::text from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attname in ('owner_id', 'parent_owner_id')
        join pg_attribute t on t.attrelid = c.oid and t.attname = 'created_at'
        where c.relnamespace = 'crm'::regnamespace and c.relkind = 'r' and not exists (
          select from pg_index i where i.indrelid = c.oid and i.indpred is null
          and (i.indkey::int2[])[0:1] = array[a.attnum, t.attnum]
        )
        """,
    )
    assert missing == []
