"""What tools ask of the catalog: people find what they may use, as far as PostgreSQL hides anything.

Queries are written after those of the tools, as their sources have them.
"""

from __future__ import annotations

from typing import LiteralString

import pytest

from tests.clients.office import Office

METABASE: LiteralString = """
select tables.tablename
from pg_catalog.pg_tables as tables
cross join lateral (select format('%%I.%%I', tables.schemaname, tables.tablename) as name) as quoted
where tables.schemaname !~ '^information_schema|catalog_history|pg_'
and has_schema_privilege(current_user, tables.schemaname, 'usage')
and (has_table_privilege(current_user, quoted.name, 'select')
     or has_any_column_privilege(current_user, quoted.name, 'select'))
and tables.schemaname = %s
"""
"""Metabase's sync, src/metabase/driver/postgres.clj: current-user-table-privileges."""

JDBC_TABLES: LiteralString = """
select c.relname, d.description
from pg_catalog.pg_namespace n, pg_catalog.pg_class c
left join pg_catalog.pg_description d
  on c.oid = d.objoid and d.objsubid = 0 and d.classoid = 'pg_class'::regclass
where c.relnamespace = n.oid and n.nspname like 'crm' and c.relkind in ('r', 'p')
"""
"""pgjdbc's DatabaseMetaData.getTables, which DBeaver, Metabase and others use."""

JDBC_COLUMNS: LiteralString = """
select a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), a.attnotnull, d.description
from pg_catalog.pg_namespace n
join pg_catalog.pg_class c on c.relnamespace = n.oid
join pg_catalog.pg_attribute a on a.attrelid = c.oid
left join pg_catalog.pg_description d
  on c.oid = d.objoid and a.attnum = d.objsubid and d.classoid = 'pg_class'::regclass
where a.attnum > 0 and not a.attisdropped and n.nspname like 'crm' and c.relname like %s
order by a.attnum
"""
"""pgjdbc's DatabaseMetaData.getColumns."""

EVERYBODY = pytest.mark.parametrize("who", ["alice", "bob", "dave", "carol"])


def names(office: Office, who: str, query: LiteralString, *values: str) -> set[str]:
    """Return the first column of what a person's query finds."""
    return {str(row[0]) for row in office.database.connect(who).execute(query, values)}


@EVERYBODY
@pytest.mark.parametrize("view", ["tables", "columns", "role_table_grants", "role_column_grants"])
def test_the_information_schema_shows_what_exists_for_a_person(office: Office, who: str, view: LiteralString) -> None:
    """Excel, Power BI, Tableau and whatever keeps to the standard: grants are those of one's roles."""
    found = names(office, who, f"select table_name::text from information_schema.{view} where table_schema = 'crm'")

    if view == "role_table_grants":
        assert found <= office.tables(who)
    else:
        assert found == office.tables(who)


def test_people_differ(office: Office) -> None:
    """Else the tests here would prove little."""
    assert office.tables("alice") - office.tables("dave")
    assert office.tables("dave") - office.tables("alice")
    assert office.tables("carol") == set()


@EVERYBODY
def test_metabase_syncs_what_a_person_may_read(office: Office, who: str) -> None:
    """It also looks at privileges on columns, the only ones people have."""
    assert names(office, who, METABASE, "crm") == office.tables(who)
    assert names(office, who, METABASE, "rls") == set()


@EVERYBODY
def test_the_catalog_shows_names_to_everybody(office: Office, who: str) -> None:
    """PostgreSQL hides no name: trees that read pg_class list all tables, with their comments."""
    found: dict[str, str | None] = dict(office.database.connect(who).execute(JDBC_TABLES).fetchall())

    assert len(found) > len(office.tables("bob"))
    assert all(found.values()), [name for name, comment in found.items() if not comment]


@EVERYBODY
def test_no_catalog_shows_values(office: Office, who: str) -> None:
    """Statistics hold samples of what others own."""
    session = office.database.connect(who)

    assert session.execute("select * from pg_stats where schemaname = 'crm'").fetchall() == []
    assert session.execute("select * from pg_stats_ext where schemaname = 'crm'").fetchall() == []


def test_columns_come_with_their_comments(office: Office, login: str) -> None:
    """As tools show them beside a column's name."""
    columns = office.database.connect(login).execute(JDBC_COLUMNS, ["deal"]).fetchall()
    comments = {name: comment for name, *_, comment in columns}

    assert comments["engaged_on"] == "When the customer was first engaged"
    assert all(comments.values())


@EVERYBODY
def test_select_star_works_on_whatever_may_be_read(office: Office, who: str) -> None:
    """With all columns, in the table's order."""
    session = office.database.connect(who)

    for table in names(office, who, METABASE, "crm"):
        cursor = session.execute(f"select * from crm.{table}".encode())
        assert cursor.description is not None
        wanted = [row[0] for row in session.execute(JDBC_COLUMNS, [table])]
        assert [column.name for column in cursor.description] == wanted
