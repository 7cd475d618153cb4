"""export: what somebody may carry away, as CSV, and the log that cannot be avoided."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
from click.testing import Result

import rls.records.exporting as room
from rls.definition.loading import load
from rls.names import Installation
from rls.plan import deploy
from tests.fixtures.database import Cluster, Database

STAFF = """
login,name,department,roles
ada,Ada,Company/East,partner
bo,Bo,Company/East,seller
cy,Cy,Company/East/Desk,partner;deputy
di,Di,Company/West,director
"""

RIGHTS = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    stage: stage
    stages: [prospecting, won]
    fields: {finance: [amount]}
    read_budget: 5 per day
  lead: {table: crm.lead, owner: owner_id}
  activity: {table: crm.activity, parents: {deal_id: deal}, carries: {owner: parent_owner_id, stage: parent_stage}}
roles:
  partner:
    permissions:
      deal: {read: all, export: own, fields: {finance: own}}
      lead: {read: all, export: department}
  deputy: {timed: true, permissions: {deal: {export: all}}}
  seller: {permissions: {deal: {read: all}, lead: {read: all}}}
  director:
    permissions:
      deal: {read: all, export: all, stages: {won: {export: none}}}
      lead: {read: all, export: all}
"""

RECORDS = """
insert into crm.deal (owner_id, title, amount, stage)
select id, login || ' ' || n, case n when 3 then null else n end, case n when 1 then 'won' else 'prospecting' end
from crm.person, generate_series(1, 3) as n;
insert into crm.lead (owner_id, title) select id, login from crm.person;
insert into crm.activity (deal_id, subject) select id, title from crm.deal;
"""

OVER: LiteralString = "update rls.assignment set valid_until = now() - interval '1 day' where role = 'deputy'"


class Office:
    """Four people with three deals and a lead each."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.file = directory / "out.csv"
        self.admin = database.connect()
        staff, rights = directory / "staff.csv", directory / "rights.yaml"
        staff.write_text(STAFF.lstrip(), encoding="utf-8")
        rights.write_text(RIGHTS, encoding="utf-8")
        deploy(self.admin, load([rights]))
        result = database.invoke(["people", "sync", "--yes", str(staff)])
        assert result.exit_code == 0, result.output
        self.admin.execute(OVER)
        self.admin.execute(RECORDS)

    @contextmanager
    def deputy(self) -> Iterator[None]:
        """Have cy's time as a deputy be now."""
        self.admin.execute("update rls.assignment set valid_until = null where role = 'deputy'")
        yield
        self.admin.execute(OVER)

    def export(self, entity: str, person: str, *options: str) -> Result:
        """Export to a file of the office's."""
        return self.database.invoke(["export", entity, str(self.file), "--as", person, *options])

    def rows(self, entity: str, person: str, *options: str) -> list[dict[str, str]]:
        """Return what is exported."""
        result = self.export(entity, person, *options)
        assert result.exit_code == 0, result.output
        with self.file.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    def titles(self, entity: str, person: str, column: str = "title") -> set[str]:
        """Return how what is exported is called."""
        return {row[column] for row in self.rows(entity, person)}

    def logged(self) -> list[dict[str, object]]:
        """Return the log's entries."""
        entries = json.loads(self.database.invoke(["log", "--json"]).stdout)["entries"]
        return [{key: entry[key] for key in ("login", "entity", "kind", "rows", "ended")} for entry in entries]


@pytest.fixture(scope="module")
def office(cluster_of: Callable[[str], Cluster], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office of the module's own."""
    with cluster_of("installed").database("installed") as database:
        yield Office(database, tmp_path_factory.mktemp("office"))


def test_what_is_read_and_not_exported_is_left_out(office: Office) -> None:
    """By level, stage, department, parent, clock; many more rows than the budget allows, and none counted."""
    assert office.titles("deal", "ada") == {"ada 1", "ada 2", "ada 3"}
    assert office.titles("activity", "ada", "subject") == {"ada 1", "ada 2", "ada 3"}
    assert office.titles("lead", "ada") == {"ada", "bo"}
    assert office.titles("deal", "cy") == {"cy 1", "cy 2", "cy 3"}
    assert office.titles("lead", "di") == {"ada", "bo", "cy", "di"}
    assert len(office.titles("deal", "di")) == 8
    used: LiteralString = "select coalesce(sum(used), 0)::int from rls.budget_use"
    assert office.admin.execute(used).fetchone() == (0,)


def test_a_file_is_complete_and_in_order(office: Office) -> None:
    """Columns, conditions, empty values, delimiters; to stdout, too."""
    rows = office.rows("deal", "ada", "--columns", "title,amount", "--where", "amount=")
    assert rows == [{"title": "ada 3", "amount": ""}]
    assert office.rows("deal", "ada", "--where", "stage=won", "--where", "title=ada 2") == []
    assert office.file.read_text(encoding="utf-8").startswith("id,")
    printed = office.database.invoke(["export", "lead", "-", "--as", "di", "--columns", "title", "--delimiter", "tab"])
    assert sorted(printed.stdout.splitlines()) == ["ada", "bo", "cy", "di", "title"]
    assert "4 rows exported as di" in printed.stderr
    data = json.loads(office.export("deal", "di", "--json", "--columns", "id").stdout)
    assert (data["rows"], data["columns"], data["person"]) == (8, ["id"], "di")
    assert [path.name for path in office.file.parent.iterdir() if path.name.startswith(".")] == []
    assert office.file.stat().st_mode & 0o077 == 0


def test_fields_one_may_not_see_are_empty(office: Office) -> None:
    """As in the view they are read by: a deputy carries all deals away, and the amounts of their own."""
    with office.deputy():
        rows = office.rows("deal", "cy")
    assert len(rows) == 12
    assert {row["title"]: row["amount"] for row in rows if row["amount"]} == {"cy 1": "1.00", "cy 2": "2.00"}


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["deal", "bo"], "bo may not export deal: no role of theirs (seller) has the level `export`; ask for one of"),
        (["deal", "bo"], "deputy, director, partner"),
        (["deel", "bo"], 'did you mean "deal"'),
        (["deal", "aada"], 'did you mean "ada"'),
        (["deal", "ada", "--columns", "titel,x"], 'unknown column "x"'),
        (["deal", "ada", "--where", "titel=1"], 'did you mean "title"'),
        (["deal", "ada", "--where", "title"], "write --where COLUMN=VALUE"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_logged(
    office: Office, arguments: list[str], message: str
) -> None:
    """And no file is left."""
    office.file.unlink(missing_ok=True)
    before = len(office.logged())
    result = office.export(*arguments)

    assert result.exit_code == 2
    assert message in result.stderr
    assert not office.file.exists()
    assert len(office.logged()) == before


def test_every_export_is_logged(office: Office) -> None:
    """Whole ones, broken ones, and those of which the end is not known; `rowlock log` prints them."""
    office.export("lead", "ada")
    office.file.write_text("kept", encoding="utf-8")
    broken = office.export("deal", "ada", "--where", "id=x")
    assert broken.exit_code == 2
    assert office.file.read_text(encoding="utf-8") == "kept"
    said = {"login": "ada", "kind": "export"}
    assert office.logged()[:2] == [
        {**said, "entity": "deal", "rows": 0, "ended": "broken off"},
        {**said, "entity": "lead", "rows": 2, "ended": "finished"},
    ]

    def refuse(line: bytes) -> None:
        if line.startswith(b"ada 2"):
            raise InterruptedError

    def lose(line: bytes) -> None:
        if line.startswith(b"ada 2"):
            office.admin.execute("select pg_terminate_backend(%s)", [connection.info.backend_pid])
            raise ConnectionError

    connection = office.database.connect()
    with pytest.raises(InterruptedError):
        room.export(connection, Installation(), room.Wanted("deal", "ada", ("title",)), refuse)
    broken_off = office.logged()[0]
    assert (broken_off["rows"], broken_off["ended"]) in [(number, "broken off") for number in (1, 2, 3)]
    with pytest.raises(ConnectionError):
        room.export(connection, Installation(), room.Wanted("deal", "ada", ("title",)), lose)
    assert office.logged()[0] == {**said, "entity": "deal", "rows": None, "ended": None}
    assert "not known" in office.database.invoke(["log"]).stdout


def test_who_cannot_write_the_log_exports_nothing(office: Office) -> None:
    """A role that may become people, and no more."""
    office.admin.execute(
        "create role clerk login password 'clerk-secret'; grant ada to clerk; grant usage on schema rls to clerk"
    )
    office.admin.execute("grant select on all tables in schema rls, crm to clerk; alter role clerk bypassrls")
    connection, taken = office.database.connect("clerk"), io.BytesIO()
    with pytest.raises(Exception, match=r"clerk may not write rls\.bulk_log"):
        room.export(connection, Installation(), room.Wanted("lead", "ada"), taken.write)
    assert taken.getvalue() == b""


def test_the_setting_gives_nothing(office: Office) -> None:
    """Who says that they export reads what they may export; also where they say so, or no longer, in mid-statement."""
    connection = office.database.connect(autocommit=False)
    connection.execute("set local role cy; set local rowlock.export = 'on'")
    assert connection.execute("select count(*) from crm.deal").fetchone() == (3,)
    connection.execute("declare kept cursor for select title from crm.deal")
    assert connection.execute("fetch 1 from kept").fetchall() == [("cy 1",)]
    connection.execute("reset rowlock.export")
    assert connection.execute("fetch all from kept").fetchall() == [("cy 2",), ("cy 3",)]
    connection.execute("declare counted cursor for select title from crm.deal where title not like 'cy%'")
    assert len(connection.execute("fetch 4 from counted").fetchall()) == 4
    connection.execute("set local rowlock.export = 'on'")
    assert len(connection.execute("fetch all from counted").fetchall()) == 1
    connection.execute("reset rowlock.export")
    with pytest.raises(psycopg.errors.ConfigurationLimitExceeded):
        connection.execute("select count(*) from crm.deal")
    connection.rollback()
