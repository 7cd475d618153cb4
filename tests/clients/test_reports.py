"""A BI tool pointed at the views, as six people: each report is what the oracle and the base rows come to.

The definition is that of docs/fields.md.  What is expected is computed here, in Python, from all rows as a superuser
reads them and from what the oracle says of each.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, LiteralString

import pandas as pd
import psycopg
import pytest
from psycopg import errors
from psycopg.rows import dict_row
from ruamel.yaml import YAML
from sqlalchemy import Engine, MetaData, NullPool, Numeric, Table, create_engine, func, inspect, select

from tests.access.enumeration import DEPARTMENTS, FIRST, OWNERS, SECOND, numbered, records
from tests.access.ground import assign, establish, hire
from tests.access.rows import Row
from tests.access.test_crm import CrmColumns, places
from tests.clients.office import Office
from tests.fixtures.database import Cluster, Database
from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.fields import groups, metered, names_field, sees_field
from tests.oracle.oracle import allowed

CONFIDENTIAL = Path(__file__).parents[1] / "fixtures" / "confidential.yaml"

PEOPLE = {
    "sam": (("seller",), FIRST),
    "hedi": (("head",), FIRST),
    "fred": (("finance",), SECOND),
    "sue": (("support",), SECOND),
    "tim": (("trainee",), FIRST),
    "mia": (("seller", "support"), SECOND),
}
"""Login → roles and department."""

OWNED = {"contact": 1, "company": 1, "lead": 1, "deal": 1, "invoice": 2}
"""Entity → how many of its records there are: each, or every second."""

VALUES = """
update crm.company set revenue = id * 1000, employees = id * 3;
update crm.contact set email = 'c' || id || '@example.com', phone = '+49' || id, birthday = date '1970-01-01' + id::int,
  company_id = 1 + id % 7;
update crm.lead set email = 'l' || id || '@example.com', phone = '+33' || id;
update crm.deal set amount = nullif(id * 37 % 1000, 0) / 4.0, margin = id * 13 % 100, company_id = 1 + id % 9,
  created_at = timestamptz '2026-01-01 12:00+00' + id * interval '11 hours';
update crm.invoice set amount = id * 53 % 700, tax = id % 20;
update crm.line_item set unit_price = id * 7 % 90, discount = id % 5, quantity = 1 + id % 3;
"""

Value = dict[str, Any]


@dataclass(frozen=True)
class Firm(Office):
    """The company of the confidential definition; ``base`` are all rows as a superuser reads them."""

    base: dict[str, dict[int, Value]]

    def seen(self, login: str, entity: str) -> list[Value]:
        """Return the rows a person may read, with nothing in the fields they do not see."""
        person = self.company.person(login)
        assert person is not None
        fields = groups(self.company, entity)
        return [
            {**self.base[entity][int(row.key)]}
            | {
                column: None
                for group, columns in fields.items()
                if not sees_field(self.company, person, row.record, group)
                for column in columns
            }
            for row in self.rows[entity]
            if allowed(self.company, person, "read", row.record)
        ]

    def whole(self, login: str) -> set[str]:
        """Return the entities of which a person reads every record, and none of them counted."""
        person = self.company.person(login)
        assert person is not None
        return {
            entity
            for entity, rows in self.rows.items()
            if all(
                allowed(self.company, person, "read", row.record) and not metered(self.company, person, row.record)
                for row in rows
            )
        }


@pytest.fixture(scope="module")
def firm(cluster_of: Callable[[str], Cluster], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """Give the company; tests only read."""
    with cluster_of("installed").database("installed") as database:
        yield founded(database, tmp_path_factory.mktemp("firm"))


def founded(database: Database, directory: Path) -> Firm:
    """Make people, rights and records."""
    definition = YAML(typ="safe").load(CONFIDENTIAL)
    staff = (*OWNERS.values(), *(Person(login, frozenset({place})) for login, (_, place) in PEOPLE.items()))
    held = tuple(Assignment(role, "person", login) for login, (roles, _) in PEOPLE.items() for role in roles)
    company = Company(definition, DEPARTMENTS, staff, held)
    connection = database.connect()
    hire(connection, company)
    establish(connection, definition, directory)
    assign(connection, company)
    columns, rows = CrmColumns(connection, company), dict(recorded(definition))
    with connection.transaction(), connection.pipeline():
        for row in (row for found in rows.values() for row in found):
            connection.execute(columns.store(row))
    connection.execute(VALUES.encode())
    connection.execute("analyze")
    base = {entity: {row["id"]: row for row in fetched(connection, f"select * from crm.{entity}")} for entity in rows}
    return Firm(database, company, rows, base)


def recorded(definition: dict[str, Any]) -> Iterator[tuple[str, list[Row]]]:
    """Yield records of every owner, flag and stage; then lines of some of them."""
    found: dict[str, list[Row]] = {}
    for name, every in OWNED.items():
        entity = definition["entities"][name]
        made = [
            record
            for pipeline, stage in places(entity)
            for record in records(name, owners=(*PEOPLE, *OWNERS, None), stages=[stage], pipelines=[pipeline])
        ]
        found[name] = numbered(islice(iter(made), 0, None, every))
    yield from found.items()
    parents = [row for parent in ("deal", "invoice") for row in found[parent][::3]]
    lines = [Row(str(number), Record("line_item", parent=row.record), row) for number, row in enumerate(parents, 1)]
    yield "line_item", lines


def fetched(connection: psycopg.Connection, query: str) -> list[Value]:
    """Return what a query finds, each row by the names of its columns."""
    return connection.cursor(row_factory=dict_row).execute(query.encode()).fetchall()


@pytest.fixture(params=PEOPLE)
def who(request: pytest.FixtureRequest) -> str:
    """Give each of the six in turn."""
    return str(request.param)


@contextmanager
def engine(firm: Firm, login: str) -> Iterator[Engine]:
    """Give an engine of a person's."""
    made = create_engine(firm.url(login), poolclass=NullPool)
    yield made
    made.dispose()


METABASE: LiteralString = """
with table_privileges as (
  select t.schemaname as schema, t.objectname as "table",
    pg_catalog.has_any_column_privilege(current_user, format('%%I.%%I', t.schemaname, t.objectname), 'select')
      as "select"
  from (
    select schemaname, tablename as objectname from pg_catalog.pg_tables
    union select schemaname, viewname from pg_catalog.pg_views
    union select schemaname, matviewname from pg_catalog.pg_matviews
  ) as t
  where t.schemaname !~ '^pg_' and t.schemaname <> 'information_schema'
    and pg_catalog.has_schema_privilege(current_user, t.schemaname, 'usage')
)
select "table" from table_privileges where "select" and schema = %s
"""
"""Metabase's sync of tables and views, after src/metabase/driver/postgres.clj: current-user-table-privileges."""

STANDARD: LiteralString = "select table_name::text from information_schema.tables where table_schema = %s"
COLUMNS: LiteralString = "select distinct table_name::text from information_schema.columns where table_schema = %s"


def test_tools_find_what_a_person_may_query(firm: Firm, who: str) -> None:
    """Tools find what a person may query: in ``crm_read`` what they read, in ``crm_all`` what they read whole."""
    session = firm.database.connect(who)

    for schema, expected in (("crm_read", firm.tables(who)), ("crm_all", firm.whole(who))):
        for query in (METABASE, STANDARD, COLUMNS):
            assert {name for (name,) in session.execute(query, [schema])} == expected


def test_the_six_differ(firm: Firm) -> None:
    """Else the tests here would prove little."""
    deals = {who: firm.seen(who, "deal") for who in PEOPLE}

    assert len({(len(rows), sum(row["amount"] is not None for row in rows)) for rows in deals.values()}) == len(PEOPLE)
    assert [len(firm.whole(who)) for who in PEOPLE] == [0, 0, 4, 3, 0, 3]


def test_select_star_of_every_view(firm: Firm, who: str) -> None:
    """Select star of every view: every row one reads, and NULL for what one does not see."""
    session = firm.database.connect(who)

    for entity in firm.tables(who):
        found = fetched(session, f"select * from crm_read.{entity}")
        assert sorted(found, key=by_id) == sorted(firm.seen(who, entity), key=by_id)


def by_id(row: Value) -> int:
    """Return a row's key."""
    return int(row["id"])


def summed(rows: Iterable[Value], key: Callable[[Value], Hashable], column: str) -> dict[Hashable, tuple[int, Any]]:
    """Return count and sum of a column by key, as SQL has them: of nothing, the sum is null."""
    groups: defaultdict[Hashable, list[Any]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row[column])
    return {
        name: (len(values), sum(known) if (known := [one for one in values if one is not None]) else None)
        for name, values in groups.items()
    }


def test_groups(firm: Firm, who: str) -> None:
    """By stage, by month, by what is confidential, and by a confidential field in classes."""
    session, deals = firm.database.connect(who), firm.seen(who, "deal")
    by: dict[LiteralString, Callable[[Value], Hashable]] = {
        "stage": lambda row: row["stage"],
        "date_trunc('month', created_at at time zone 'UTC')::date::text": lambda row: f"{row['created_at']:%Y-%m}-01",
        "margin": lambda row: row["margin"],
        "width_bucket(amount, 0, 250, 5)": lambda row: None if row["amount"] is None else 1 + int(row["amount"] // 50),
    }
    session.execute("set timezone = 'UTC'")

    for expression, key in by.items():
        query: LiteralString = f"select {expression}, count(*), sum(amount) from crm_read.deal group by 1"
        found = {row[0]: row[1:] for row in session.execute(query)}
        assert found == summed(deals, key, "amount"), expression


def test_filters_and_orders(firm: Firm, who: str) -> None:
    """What one does not see is not found, and sorts as nothing."""
    session, deals = firm.database.connect(who), firm.seen(who, "deal")
    filters: dict[LiteralString, Callable[[Any], bool]] = {
        "amount > 100": lambda amount: amount is not None and amount > 100,
        "not amount > 100": lambda amount: amount is not None and amount <= 100,
        "amount is null": lambda amount: amount is None,
        "amount = any ('{9.25, 18.5}')": lambda amount: amount in (Decimal("9.25"), Decimal("18.5")),
        "coalesce(amount, 1) = 1": lambda amount: amount in (None, 1),
    }

    for condition, fits in filters.items():
        query: LiteralString = f"select id from crm_read.deal where {condition}"
        assert {key for (key,) in session.execute(query)} == {row["id"] for row in deals if fits(row["amount"])}
    ordered = sorted(deals, key=lambda row: (row["amount"] is None, -(row["amount"] or 0), row["id"]))
    found = session.execute("select id from crm_read.deal order by amount desc nulls last, id limit 50")
    assert [key for (key,) in found] == [row["id"] for row in ordered[:50]]


def test_joins_over_views(firm: Firm, who: str) -> None:
    """A deal with its company and its lines: what is hidden of any of them stays hidden."""
    session = firm.database.connect(who)
    company = {row["id"]: row for row in firm.seen(who, "company")}
    lines = firm.seen(who, "line_item")
    expected = Counter(
        (deal["id"], deal["amount"], company[deal["company_id"]]["revenue"], line["unit_price"])
        for deal in firm.seen(who, "deal")
        if deal["company_id"] in company
        for line in lines
        if line["deal_id"] == deal["id"]
    )
    query: LiteralString = (
        "select deal.id, deal.amount, company.revenue, line_item.unit_price from crm_read.deal"
        " join crm_read.company on company.id = company_id join crm_read.line_item on deal_id = deal.id"
    )

    assert Counter(session.execute(query)) == expected
    assert expected


def test_sqlalchemy_reflects_the_views(firm: Firm, who: str) -> None:
    """Views with columns, types and comments, queried as tables are."""
    with engine(firm, who) as made:
        assert set(inspect(made).get_view_names(schema="crm_read")) == set(firm.rows)
        deal = Table("deal", MetaData(), schema="crm_read", autoload_with=made)
        with made.connect() as connection:
            found = connection.execute(select(deal.c.pipeline, func.sum(deal.c.amount)).group_by(deal.c.pipeline)).all()

    assert isinstance(deal.c.amount.type, Numeric)
    assert (deal.comment, deal.c.amount.comment) == ("A sale in the making, or made", "What it is worth")
    expected = summed(firm.seen(who, "deal"), lambda row: row["pipeline"], "amount")
    assert dict(map(tuple, found)) == {name: total for name, (_, total) in expected.items()}


def test_pandas_reads_the_views(firm: Firm, who: str) -> None:
    """By name, and a pivot as a report would have it."""
    with engine(firm, who) as made:
        frame = pd.read_sql_table("deal", made, schema="crm_read")

    pivot = frame.pivot_table(index=["stage", "is_open"], values="amount", aggfunc="sum", min_count=1)
    expected = summed(firm.seen(who, "deal"), lambda row: (row["stage"], row["is_open"]), "amount")
    totals = {name: float(total) for name, (_, total) in expected.items() if total is not None}
    assert pivot.get("amount", pd.Series(dtype=float)).dropna().to_dict() == totals


def test_on_the_table_a_field_is_named_or_refused(firm: Firm, who: str) -> None:
    """On the table a field is named by whoever sees it in every row, and refused to everybody else."""
    session, person = firm.database.connect(who), firm.company.person(who)
    assert person is not None

    for entity in firm.tables(who):
        for group, columns in groups(firm.company, entity).items():
            query = f"select {columns[0]} from crm.{entity}"
            if names_field(firm.company, person, "read", entity, group):
                assert len(fetched(session, query)) == len(firm.seen(who, entity))
            else:
                with pytest.raises(errors.InsufficientPrivilege):
                    fetched(session, query)


def test_views_without_policies_are_the_tables(firm: Firm, who: str) -> None:
    """In ``crm_all`` whoever reads an entity whole has every row of it, and nobody else any."""
    session, person = firm.database.connect(who), firm.company.person(who)
    assert person is not None

    for entity, base in firm.base.items():
        hidden = {
            column
            for group, columns in groups(firm.company, entity).items()
            if not names_field(firm.company, person, "read", entity, group)
            for column in columns
        }
        named = [column for column in next(iter(base.values())) if column not in hidden]
        query = f"select {', '.join(named)} from crm_all.{entity} order by id"
        if entity in firm.whole(who):
            assert fetched(session, query) == [{name: base[key][name] for name in named} for key in sorted(base)]
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                fetched(session, query)
