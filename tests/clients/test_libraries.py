"""Libraries that look at the database first, as two people: each sees exactly the rows the oracle says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import duckdb_extension_postgres_scanner
import pandas as pd
import pytest
from psycopg import conninfo
from sqlalchemy import Engine, ForeignKeyConstraint, MetaData, NullPool, create_engine, func, inspect, select
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.automap import automap_base
from sqlalchemy.orm import Session

from tests.clients.office import OWNED, Office

ENTITIES = [*OWNED, "activity"]

DJANGO = """
import json, sys
import django
from django.conf import settings

database = json.loads(sys.argv[1])
settings.configure(
    DATABASES={"default": {
        "ENGINE": "django.db.backends.postgresql", "HOST": database["host"], "PORT": database["port"],
        "NAME": database["dbname"], "USER": database["user"], "PASSWORD": database["password"],
        "OPTIONS": {"options": "-c search_path=crm"},
    }},
    INSTALLED_APPS=[], USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
)
django.setup()
from django.core.management import call_command
import io, types

text = io.StringIO()
call_command("inspectdb", *sys.argv[2:], stdout=text)
module = types.ModuleType("office")
module.__dict__["__name__"] = "office.models"
source = text.getvalue().replace("class Meta:", "class Meta:\\n        app_label = 'office'")
exec(source, module.__dict__)
for name, value in vars(module).items():
    if hasattr(value, "_meta") and value.__module__ == "office.models":
        keys = list(value.objects.order_by("pk").values_list("pk", flat=True))
        comments = {field.name: field.db_comment for field in value._meta.fields}
        print(json.dumps([value._meta.db_table, keys, comments]))
"""
"""A program of its own, since Django's settings are of a process: prints each model that inspectdb finds."""


@contextmanager
def engine(office: Office, login: str) -> Iterator[Engine]:
    """Give an engine of a person's."""
    made = create_engine(office.url(login), poolclass=NullPool)
    yield made
    made.dispose()


def named(_: object, __: object, referred: type, constraint: ForeignKeyConstraint) -> str:
    """Name a relationship; by itself automap would name some like columns that are there (``stage``)."""
    return "_".join([referred.__name__, "by", *constraint.column_keys])


def others(*described: Any) -> str:
    """Name the other direction."""
    return f"{named(*described)}_others"


@pytest.mark.parametrize("entity", ENTITIES)
def test_pandas(office: Office, login: str, entity: str) -> None:
    """``read_sql`` with a query, ``read_sql_table`` with what the catalog says."""
    with engine(office, login) as made:
        by_query = pd.read_sql(f"select * from crm.{entity}", made)
        by_name = pd.read_sql_table(entity, made, schema="crm")

    assert set(by_query["id"]) == set(by_name["id"]) == office.expected(login, entity)


def test_sqlalchemy_automap(office: Office, login: str) -> None:
    """Classes for all tables, made from the catalog, with comments; queries find one's own."""
    with engine(office, login) as made:
        metadata = MetaData(schema="crm")
        metadata.reflect(made, only=ENTITIES)
        base = automap_base(metadata=metadata)
        base.prepare(name_for_scalar_relationship=named, name_for_collection_relationship=others)
        with Session(made) as session:
            for entity in ENTITIES:
                mapped = base.classes[entity]
                assert {row.id for row in session.scalars(select(mapped))} == office.expected(login, entity)
                assert session.scalar(select(func.count()).select_from(mapped)) == len(office.expected(login, entity))

    assert metadata.tables["crm.deal"].comment == "A sale in the making, or made"
    assert metadata.tables["crm.deal"].c.owner_id.comment


def test_sqlalchemy_lists_every_name(office: Office, login: str) -> None:
    """It reads pg_class; what may not be read is refused when it is read."""
    with engine(office, login) as made:
        found = set(inspect(made).get_table_names(schema="crm"))
        assert found > office.tables(login)
        closed = min(found - office.tables(login))
        with pytest.raises(ProgrammingError, match="permission denied"), made.connect() as connection:
            connection.exec_driver_sql(f"select * from crm.{closed}")


def test_django_inspectdb(office: Office, login: str) -> None:
    """Models written from the catalog; their queries find one's own."""
    command = [sys.executable, "-W", "ignore", "-c", DJANGO, json.dumps(office.parameters(login)), *ENTITIES]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    models = {table: (set(keys), comments) for table, keys, comments in map(json.loads, done.stdout.splitlines())}

    for entity in ENTITIES:
        assert models[entity][0] == office.expected(login, entity)
    assert models["deal"][1]["engaged_on"] == "When the customer was first engaged"


@contextmanager
def attached(office: Office, *logins: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give a DuckDB that has the office once for each person."""
    (package,) = duckdb_extension_postgres_scanner.__path__
    extension = Path(package, "extensions", f"v{duckdb.__version__}", "postgres_scanner.duckdb_extension")
    with duckdb.connect() as duck:
        duck.execute(f"load '{extension}'")
        duck.execute("set pg_use_ctid_scan = false")
        for login in logins:
            where = conninfo.make_conninfo(**office.parameters(login))
            duck.execute(f"attach '{where}' as {login} (type postgres, read_only)")
        yield duck


@pytest.mark.parametrize("entity", ENTITIES)
def test_duckdb(office: Office, entity: str) -> None:
    """Two people attached at once, each with their own rows; filters and counts as well."""
    with attached(office, "alice", "bob") as duck:
        for login in ("alice", "bob"):
            expected = office.expected(login, entity)
            found = {key for (key,) in duck.execute(f"select id from {login}.crm.{entity}").fetchall()}
            assert found == expected
            assert duck.execute(f"select count(*) from {login}.crm.{entity}").fetchall() == [(len(expected),)]
            assert duck.execute(f"from postgres_query('{login}', 'select count(*) from crm.{entity}')").fetchall() == [
                (len(expected),)
            ]


def test_duckdb_may_not_divide_a_table(office: Office) -> None:
    """It would by ``ctid``; docs/bi/duckdb.md says how it does not."""
    with attached(office, "alice") as duck:
        duck.execute("set pg_use_ctid_scan = true")
        with pytest.raises(duckdb.Error, match=r"(?s)ctid.*permission denied for table deal"):
            duck.execute("select count(id) from alice.crm.deal").fetchall()


def test_duckdb_may_not_read_what_the_person_may_not(office: Office) -> None:
    """It lists every table, and is refused."""
    with attached(office, "dave") as duck, pytest.raises(duckdb.Error, match="permission denied"):
        duck.execute("select * from dave.crm.lead").fetchall()


def test_psycopg_in_every_way(office: Office, login: str) -> None:
    """Server-side cursors, pipelines, binary results, prepared statements."""
    session = office.database.connect(login, autocommit=False)
    for entity in ENTITIES:
        expected = {(key,) for key in office.expected(login, entity)}
        query = f"select id from crm.{entity}".encode()
        with session.cursor("mine") as cursor:
            assert set(cursor.execute(query)) == expected
        for prepared in (False, True, True):
            assert set(session.execute(query, binary=True, prepare=prepared)) == expected
        with session.pipeline():
            assert [set(session.execute(query)) for _ in range(3)] == [expected] * 3
