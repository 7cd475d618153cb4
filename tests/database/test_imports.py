"""Import: COPY as a person, every row within the import level and the policies, and nothing seen of anybody's."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from psycopg import sql

from rls.definition.loading import load
from rls.plan import deploy
from tests.fixtures.database import Cluster, Database
from tests.oracle.roles import LEVELS

STAFF = """
login,name,department,roles
ada,Ada,Company/East,tried
bo,Bo,Company/East,
cy,Cy,Company/East/Desk,
di,Di,Company/West,
eve,Eve,Company/West,writer
"""

DEAL = "deal: {table: crm.deal, owner: owner_id, open: is_open, create_budget: {rows: 1000, per: day, statement: 3}}"
ACTIVITY = """activity: {table: crm.activity, parents: {deal_id: deal}, carries:
      {owner: parent_owner_id, open: parent_is_open}}"""

RIGHTS = f"""
entities:
  {DEAL}
  {ACTIVITY}
roles:
  writer: {{permissions: {{deal: {{read: all, create: all, update: all}}}}}}
  tried: {{permissions: {{deal: {{create: CREATE, import: IMPORT}}}}}}
"""

OWNERS = ("ada", "bo", "cy", "di", None)


class Office:
    """Five people, and a role of ada's whose levels are tried."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.directory = directory
        self.admin = database.connect()
        staff = directory / "staff.csv"
        staff.write_text(STAFF.lstrip(), encoding="utf-8")
        self.give("none", "none")
        result = database.invoke(["people", "sync", "--yes", str(staff)])
        assert result.exit_code == 0, result.output
        rows = self.admin.execute("select login, id from crm.person where login is not null").fetchall()
        self.ids: dict[str | None, int | None] = {None: None, **dict(rows)}

    def give(self, create: str, imported: str) -> None:
        """Put ada's levels in force."""
        rights = self.directory / "rights.yaml"
        rights.write_text(RIGHTS.replace("CREATE", create).replace("IMPORT", imported), encoding="utf-8")
        deploy(self.admin, load([rights]))

    def attempt(self, login: str, text: LiteralString, *rows: Sequence[Any]) -> psycopg.Error | None:
        """Run a statement, COPY with *rows*, as a person; what was done is undone."""
        with self.database.connect(autocommit=False) as connection:
            connection.execute(sql.SQL("set local role {}").format(sql.Identifier(login)))
            try:
                if rows:
                    with connection.cursor().copy(text) as copy:
                        for row in rows:
                            copy.write_row(row)
                else:
                    connection.execute(text)
            except psycopg.Error as error:
                return error
            finally:
                connection.rollback()
        return None


@pytest.fixture(scope="module")
def office(cluster_of: Callable[[str], Cluster], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office of the module's own."""
    with cluster_of("installed").database("installed") as database:
        yield Office(database, tmp_path_factory.mktemp("office"))


COPY: LiteralString = "copy crm_import.deal (title, owner_id, is_open) from stdin"


def _reaches(level: str, owner: str | None, *, is_open: bool) -> bool:
    """Say whether ada's level reaches a record: the semantics' own words."""
    return {
        "none": False,
        "own": owner == "ada",
        "department": owner in ("ada", "bo"),
        "subdepartments": owner in ("ada", "bo", "cy"),
        "open": owner in ("ada", "bo", "cy") or is_open,
        "all": True,
    }[level]


@pytest.mark.parametrize("imported", LEVELS)
def test_rows_lie_within_the_import_level_and_what_may_be_created(office: Office, imported: str) -> None:
    """Each level of creating beside each of importing, for every kind of record; one bad row names itself."""
    for create in LEVELS:
        office.give(create, imported)
        rows = [("x", office.ids[owner], is_open) for owner, is_open in product(OWNERS, (False, True))]
        allowed = [
            _reaches(create, owner, is_open=is_open) and _reaches(imported, owner, is_open=is_open)
            for owner, is_open in product(OWNERS, (False, True))
        ]
        error = office.attempt("ada", COPY, *rows)
        if "none" in (create, imported):
            assert isinstance(error, psycopg.errors.InsufficientPrivilege)
            assert "permission denied" in str(error)
            continue
        said = (error.diag.message_detail or "") if error else ""
        bad = {int(line.partition(":")[0].removeprefix("line ")) for line in said.splitlines()}
        assert bad == {number for number, good in enumerate(allowed, 1) if not good}
        if any(allowed):
            good_rows = [row for row, good in zip(rows, allowed, strict=True) if good]
            assert office.attempt("ada", COPY, *good_rows) is None


def test_bad_rows_are_all_named_and_nothing_is_imported(office: Office) -> None:
    """Lines, reasons, codes, columns; what went in before them does not stay."""
    office.give("all", "own")
    mine, other = office.ids["ada"], office.ids["di"]
    rows = [("a", mine, 5), ("b", mine, 500), ("c", other, 5), (None, mine, 5), ("e", mine, 5)]
    error = office.attempt("ada", "copy crm_import.deal (title, owner_id, probability) from stdin", *rows)

    assert error is not None
    assert error.diag.message_primary == "3 of 5 rows cannot be imported into crm.deal: nothing was imported"
    assert (error.diag.message_detail or "").splitlines() == [
        'line 2: new row for relation "deal" violates check constraint "deal_probability" (SQLSTATE 23514)',
        "line 3: it lies beyond what you may import (SQLSTATE 44000)",
        (
            'line 4: null value in column "title" of relation "deal" violates not-null constraint '
            "(SQLSTATE 23502, column title)"
        ),
    ]
    assert office.admin.execute("select count(*) from crm.deal").fetchone() == (0,)


def test_a_thousand_bad_rows_are_enough(office: Office) -> None:
    """The rest is not looked at."""
    office.give("all", "all")
    error = office.attempt("ada", "copy crm_import.deal (title) from stdin", *[(None,)] * 1100)

    assert error is not None
    assert "at least 1000 of 1100 rows cannot be imported" in str(error)
    assert len((error.diag.message_detail or "").splitlines()) == 1000


def test_an_import_is_logged_and_leaves_nothing_behind(office: Office) -> None:
    """Each COPY of a transaction, when it is committed; the log only grows."""
    office.give("all", "own")
    connection = office.database.connect(autocommit=False)
    connection.execute("set local role ada")
    for count in (2, 1):
        with connection.cursor().copy("copy crm_import.deal (title, owner_id) from stdin") as copy:
            for _ in range(count):
                copy.write_row(("kept", office.ids["ada"]))
    assert office.admin.execute("select count(*) from rls.bulk_log").fetchone() == (0,)
    connection.commit()

    query = "select login::text, entity, kind, rows, what from rls.bulk_log order by id"
    said = ("ada", "deal", "import")
    assert office.admin.execute(query).fetchall() == [(*said, 2, "crm_import.deal"), (*said, 1, "crm_import.deal")]
    assert office.admin.execute("select count(*) from crm_import.deal").fetchone() == (0,)
    printed = office.database.invoke(["log"])
    assert "crm_import.deal" in printed.stdout, printed.output
    assert [entry["rows"] for entry in json.loads(office.database.invoke(["log", "--json"]).stdout)["entries"]] == [
        1,
        2,
    ]
    made: LiteralString = "select title, created_by::text, stage, currency from crm.deal"
    assert set(office.admin.execute(made).fetchall()) == {("kept", "ada", "prospecting", "EUR")}
    for text in ("delete from rls.bulk_log", "update rls.bulk_log set rows = 0", "truncate rls.bulk_log"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            office.admin.execute(text.encode())
    office.admin.execute("delete from crm.deal")


def test_two_people_import_at_once(office: Office) -> None:
    """Neither waits, neither brings in the other's rows."""
    office.give("all", "own")
    office.admin.execute("grant crm_tried to bo")
    both = {login: office.database.connect(autocommit=False) for login in ("ada", "bo")}
    for login, connection in both.items():
        connection.execute(sql.SQL("set local role {}").format(sql.Identifier(login)))
        connection.execute("set local lock_timeout = '1s'")
        with connection.cursor().copy("copy crm_import.deal (title, owner_id) from stdin") as copy:
            copy.write_row((login, office.ids[login]))
    both["ada"].rollback()
    both["bo"].commit()

    assert office.admin.execute("select title from crm.deal").fetchall() == [("bo",)]
    office.admin.execute("delete from crm.deal; revoke crm_tried from bo")


def test_children_follow_their_parents_import_level(office: Office) -> None:
    """Lines of a file belong to deals one may import; the columns they carry are the server's."""
    office.give("all", "own")
    made: LiteralString = "insert into crm.deal (title, owner_id) values ('p', %s) returning id"
    (mine,) = office.admin.execute(made, [office.ids["ada"]]).fetchone() or (0,)
    assert office.attempt("ada", "copy crm_import.activity (deal_id, subject) from stdin", (mine, "x")) is not None
    forged = office.attempt("ada", "copy crm_import.activity (deal_id, parent_owner_id) from stdin", (mine, 1))
    assert isinstance(forged, (psycopg.errors.UndefinedColumn, psycopg.errors.InsufficientPrivilege))
    office.admin.execute("delete from crm.deal")


def test_the_budget_names_what_to_ask_for(office: Office) -> None:
    """How many there may be, how many there were."""
    error = office.attempt("eve", "insert into crm.deal (title) select 'x' from generate_series(1, 4)")

    assert error is not None
    assert error.diag.message_primary == "one statement may create 3 records of deal beyond what you may import, not 4"
    assert error.diag.message_hint == "Create fewer at a time, or ask for the right to import deal."
    assert office.attempt("eve", "insert into crm.deal (title) select 'x' from generate_series(1, 3)") is None
    office.give("all", "own")
    mine = office.ids["ada"]
    many: LiteralString = "insert into crm.deal (title, owner_id) select 'x', {} from generate_series(1, 9)"
    assert office.attempt("ada", many.replace("{}", str(mine))) is None


def test_the_budget_of_a_window_is_used_up(office: Office) -> None:
    """By many small statements, rolled back or not; who may import is not counted."""
    office.give("all", "own")
    office.admin.execute("update rls.budget set rows = 4 where kind = 'create'")
    office.admin.execute("select setval(sequence, 1, false) from rls.counter where login = 'eve' and kind = 'create'")
    three: LiteralString = "insert into crm.deal (title) select 'x' from generate_series(1, 3)"
    assert office.attempt("eve", three) is None
    error = office.attempt("eve", three)

    assert error is not None
    assert error.diag.message_primary == "the budget for creating deal is used up: 4 rows per day"
    office.give("all", "all")
    assert office.attempt("ada", three.replace("3)", "50)")) is None


def test_a_trigger_switched_off_is_missed(office: Office) -> None:
    """The level is not asked then (tests/attacks/imports.py): verify says so, and apply mends it."""
    office.give("all", "own")
    office.admin.execute("alter table crm.deal disable trigger rowlock_created")
    verified = office.database.invoke(["verify"])
    assert verified.exit_code == 1, verified.output
    assert "rowlock_created" in verified.output

    office.give("all", "own")
    assert office.attempt("ada", COPY, ("x", office.ids["di"], False)) is not None
