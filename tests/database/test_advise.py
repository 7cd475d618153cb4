"""`rowlock advise` finds what is missing, says how to make it, and finds it no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rls.advice import Advice, advise
from rls.definition.loading import load, standard
from rls.definition.model import Definition
from rls.leakproof import make, read_leakproof
from rls.names import Installation
from tests.fixtures.database import Cluster, Database

TABLES = """
create schema t;
create table t.client (id int generated always as identity primary key, name text, vat numeric, extra jsonb);
create table t.offer (
  id int generated always as identity primary key,
  rep int references crm.person (id),
  shared boolean not null default false,
  client_id int references t.client (id),
  made timestamptz not null default now(),
  total numeric,
  title text,
  state text
);
create table t.line (
  id int generated always as identity primary key,
  offer_id int not null references t.offer (id),
  offer_rep int,
  offer_shared boolean
);
create index offer_made on t.offer (made desc);
create index offer_total on t.offer (total);
create index offer_title on t.offer (title text_pattern_ops);
create index offer_lower on t.offer (lower(title));
create index offer_state on t.offer (state);
"""
DEFINITION = """
entities:
  client: {table: t.client}
  offer: {table: t.offer, owner: rep, open: shared}
  line: {table: t.line, parents: {offer_id: offer}, carries: {owner: offer_rep, open: offer_shared}}
roles:
  seller: {permissions: {client: {read: all}, offer: {read: open, create: own}}}
  head: {permissions: {client: all, offer: all}}
"""


@pytest.fixture(scope="module")
def database(cluster_of: Callable[[str], Cluster]) -> Iterator[Database]:
    """Give a database with tables of somebody's own, without the indexes they need."""
    with cluster_of("installed").database("installed") as database:
        database.connect().execute(TABLES)
        yield database


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the definitions file."""
    written = tmp_path_factory.mktemp("rights") / "rights.yaml"
    written.write_text(DEFINITION, encoding="utf-8")
    return written


@pytest.fixture(scope="module")
def definition(path: Path) -> Definition:
    """Give the definition."""
    return load([path])


@pytest.fixture
def connection(database: Database) -> Iterator[psycopg.Connection]:
    """Give a connection whose changes do not last."""
    with database.connect().transaction(force_rollback=True) as transaction:
        yield transaction.connection


def missing(connection: psycopg.Connection, definition: Definition) -> dict[str, Advice]:
    """Return the indexes that are missing, by the table and what is said."""
    return {f"{each.table}: {each.what}": each for each in advise(connection, definition) if each.severity == "warning"}


def test_what_policies_and_references_look_for(connection: psycopg.Connection, definition: Definition) -> None:
    """Each statement makes one of them; then there is nothing left to say."""
    found = missing(connection, definition)

    assert set(found) == {
        "t.offer: no index begins with rep",
        "t.offer: no index begins with shared",
        "t.line: no index begins with offer_rep",
        "t.line: no index begins with offer_shared",
        "t.line: no index begins with offer_id",
        "t.offer: no index begins with client_id (foreign key offer_client_id_fkey)",
    }
    for each in found.values():
        connection.execute(each.statement.replace(" concurrently", "").encode())
    assert missing(connection, definition) == {}


def test_an_owner_that_reads_by_policies(connection: psycopg.Connection, definition: Definition) -> None:
    """As where no superuser installed; the statement ends it."""
    found: list[list[str]] = []
    for statement in ("", "alter role crm_all_owner nobypassrls", "alter role crm_all_owner bypassrls"):
        connection.execute(statement.encode())
        advice = advise(connection, definition)
        found.append([each.statement for each in advice if each.table == "schema crm_all"])

    assert found == [[], ['alter role "crm_all_owner" bypassrls'], []]


@pytest.mark.parametrize(
    "index, enough",
    [
        ("create index on t.offer (rep, made desc)", True),
        ("create index on t.offer using hash (rep)", True),
        ("create index on t.offer (rep) where rep is not null", True),
        ("create index on t.offer (made desc, rep)", False),
        ("create index on t.offer (rep) where state = 'won'", False),
        ("create index on t.offer using brin (rep)", False),
    ],
)
def test_which_indexes_will_do(
    connection: psycopg.Connection, definition: Definition, index: str, enough: bool
) -> None:
    """It must begin with the column, and leave out no rows that have an owner."""
    connection.execute(index.encode())

    assert ("t.offer: no index begins with rep" in missing(connection, definition)) is not enough


def test_a_flag_needs_an_index_of_the_rows_that_have_it(connection: psycopg.Connection, definition: Definition) -> None:
    """Few are open; the others need no entry."""
    connection.execute("create index on t.offer (made desc) where shared")

    assert "t.offer: no index begins with shared" not in missing(connection, definition)


def test_pages_of_ones_own(connection: psycopg.Connection, definition: Definition) -> None:
    """Where everybody's newest are found in order, one owner's should be, too."""

    def pages() -> list[str]:
        return [each.statement for each in advise(connection, definition) if each.kind == "page"]

    assert pages() == ['create index concurrently on "t"."offer" ("rep", "made" desc)']
    connection.execute("create index on t.offer (rep, made desc)")
    assert pages() == []


def test_filters_that_come_after_the_policy(connection: psycopg.Connection, definition: Definition) -> None:
    """Said of tables of which people see a part, and of what is not leakproof; each with what to write instead."""
    connection.execute(
        "create index client_vat on t.client (vat); create index client_extra on t.client using gin (extra)"
    )
    connection.execute("create index offer_words on t.offer using gin (to_tsvector('simple', title))")
    said = {each.what.split()[0]: each.statement for each in advise(connection, definition) if each.kind == "filter"}

    assert set(said) == {"offer_total", "offer_title", "offer_lower", "offer_words"}
    assert "bigint" in said["offer_total"]
    assert "title ^@ 'abc'" in said["offer_title"]
    assert "lower(title)" in said["offer_lower"]


def test_filters_with_leakproof_operators(connection: psycopg.Connection, definition: Definition) -> None:
    """Where they are there, advice is the index they use; with it there is nothing left to say."""

    def said() -> dict[str, str]:
        filters = [each for each in advise(connection, definition) if each.kind == "filter"]
        return {each.what.split()[0]: each.statement for each in filters}

    connection.execute("create extension pg_trgm; create index offer_parts on t.offer using gin (title gin_trgm_ops)")
    before = said()
    for index in ("offer_total", "offer_title", "offer_lower", "offer_parts"):
        assert before[index].startswith("-- rowlock leakproof; or ")
    installation = Installation()
    make(connection, installation, read_leakproof(connection, installation))
    advice = said()

    assert advice == {
        "offer_total": "create index concurrently on t.offer using btree (total crm_leakproof.numeric_ops)",
        "offer_lower": "create index concurrently on t.offer using btree (crm_leakproof.lower(title))",
        "offer_parts": "create index concurrently on t.offer using gin (title crm_leakproof.gin_trgm_ops)",
    }
    for statement in advice.values():
        connection.execute(statement.replace(" concurrently", "").encode())
    assert said() == {}


def test_what_it_says_instead_is_true(connection: psycopg.Connection) -> None:
    """The operators it names are leakproof, those it warns of are not, on this server."""
    query = """
    select operator.oprname::text, bool_and(function.proleakproof)
    from pg_operator as operator
    join pg_proc as function on function.oid = operator.oprcode
    where
      (operator.oprleft, operator.oprname) in (
        ('text'::regtype, '^@'), ('text'::regtype, '~>=~'), ('text'::regtype, '~<~'), ('text'::regtype, '~~'),
        ('numeric'::regtype, '>='), ('bigint'::regtype, '>'), ('jsonb'::regtype, '@>'), ('tsvector'::regtype, '@@')
      )
      and operator.oprright in (
        'text'::regtype, 'numeric'::regtype, 'bigint'::regtype, 'jsonb'::regtype, 'tsquery'::regtype
      )
    group by 1
    """

    assert dict(connection.execute(query).fetchall()) == {
        "^@": True,
        "~>=~": True,
        "~<~": True,
        ">": True,
        "~~": False,
        ">=": False,
        "@>": False,
        "@@": False,
    }


def test_the_command(database: Database, path: Path) -> None:
    """Exit 1 where an index is missing; a script makes them."""
    said = database.invoke(["advise", str(path)])
    data = json.loads(database.invoke(["advise", str(path), "--json"]).stdout)
    script = database.invoke(["advise", str(path), "--script"]).stdout

    assert said.exit_code == 1
    assert "warning index: t.offer no index begins with rep" in said.stdout
    assert "6 indexes missing, 5 notes (--notes)" in said.stdout
    assert {"kind", "severity", "table", "what", "why", "statement"} == set(data["advice"][0])
    assert script.count("create index concurrently") == 6
    assert "--notes" not in database.invoke(["advise", str(path), "--notes"]).stdout


def test_the_crm_misses_nothing(database: Database) -> None:
    """Rowlock ships the indexes its own definition needs."""
    said = database.invoke(["advise", str(standard())])

    assert said.exit_code == 0, said.stdout


def test_without_a_definition_there_is_nothing_to_advise(database: Database) -> None:
    """Nothing was applied to this database."""
    said = database.invoke(["advise"])

    assert (said.exit_code, "run `rowlock apply`" in said.stderr) == (2, True)
