"""load --update: records known by a key are overwritten, others made; nothing is told of those one cannot see."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import pytest
from click.testing import Result

from rls.definition.loading import load
from rls.plan import deploy
from tests.fixtures.database import Cluster, Database

STAFF = """
login,name,department,roles
ada,Ada,Company/East,seller
bo,Bo,Company/East,clerk
di,Di,Company/West,seller
"""

RIGHTS = """
entities:
  deal:
    table: crm.deal
    owner: owner_id
    fields: {finance: [amount], notes: [comment]}
  company: {table: crm.company, owner: owner_id}
roles:
  seller:
    permissions:
      deal: {read: department, create: own, update: own, import: own}
      company: own
  clerk:
    permissions:
      deal: {read: department, update: department, fields: {finance: {read: department, update: none}, notes: none}}
"""

RECORDS = """
delete from crm.deal;
delete from crm.company;
insert into crm.deal (owner_id, code, title, amount)
select id, upper(login), login, 1 from crm.person where login is not null;
insert into crm.company (owner_id, name) select id, 'Company of ' || login from crm.person where login is not null;
"""

KEPT = [("ADA", "ada", 1), ("BO", "bo", 1), ("DI", "di", 1)]


class Office:
    """Three people with a deal each, whose code is their login in capitals."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.directory = directory
        self.admin = database.connect()
        staff, rights = directory / "staff.csv", directory / "rights.yaml"
        staff.write_text(STAFF.lstrip(), encoding="utf-8")
        rights.write_text(RIGHTS, encoding="utf-8")
        deploy(self.admin, load([rights]))
        result = database.invoke(["people", "sync", "--yes", str(staff)])
        assert result.exit_code == 0, result.output

    def load(self, text: str, *options: str, update: bool = True) -> Result:
        """Load deals whose key is the code."""
        file = self.directory / "data.csv"
        file.write_text(text, encoding="utf-8")
        how = ["--key", "code", *(["--update"] if update else [])]
        return self.database.invoke(["load", "deal", str(file), *how, *options])

    def said(self, text: str, *options: str, update: bool = True) -> list[str]:
        """Return what is said of a load that goes wrong."""
        result = self.load(text, *options, update=update)
        assert result.exit_code == 2, result.output
        return result.stderr.replace(f"{self.directory}/", "").splitlines()

    def deals(self) -> list[tuple[object, ...]]:
        """Return code, title and amount of all deals."""
        query: LiteralString = "select code, title, amount::int from crm.deal order by code, id"
        return self.admin.execute(query).fetchall()

    def logged(self) -> list[tuple[object, ...]]:
        """Return what was logged since the last call."""
        query: LiteralString = "select login::text, kind, rows::int from rls.bulk_log where id > %s order by id"
        found = self.admin.execute(query, [self.last]).fetchall()
        self.read_log()
        return found

    def read_log(self) -> None:
        """Remember the last entry."""
        (self.last,) = self.admin.execute("select coalesce(max(id), 0) from rls.bulk_log").fetchone() or (0,)


@pytest.fixture(scope="module")
def opened(cluster_of: Callable[[str], Cluster], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """Give an office of the module's own."""
    with cluster_of("installed").database("installed") as database:
        yield Office(database, tmp_path_factory.mktemp("office"))


@pytest.fixture
def office(opened: Office) -> Office:
    """Give it with three deals."""
    opened.admin.execute(RECORDS)
    opened.read_log()
    return opened


def test_what_is_there_is_overwritten_and_the_rest_made(office: Office) -> None:
    """Only the columns of the file; an empty value empties."""
    result = office.load("code,amount,title\nADA,7,Ada's\nBO,,Bo's\nNEW,3,New\n,4,Without\n")

    assert result.exit_code == 0, result.output
    assert "deal: 4 rows read, 2 loaded, 2 overwritten" in result.stderr
    made = [("ADA", "Ada's", 7), ("BO", "Bo's", None), ("DI", "di", 1), ("NEW", "New", 3), (None, "Without", 4)]
    assert office.deals() == made
    assert office.logged() == [("postgres", "import", 2), ("postgres", "update", 2)]
    owners: LiteralString = "select count(*) from crm.deal where owner_id is null"
    assert office.admin.execute(owners).fetchone() == (2,)
    assert office.load("code,amount\nADA,8\n").exit_code == 0
    data = json.loads(office.load("code,amount\nADA,8\n", "--json").stdout)
    assert (data["inserted"], data["updated"]) == (0, 1)


def test_what_was_exported_comes_back_by_its_number(office: Office) -> None:
    """The server makes the number, so it finds records and makes none; hidden ones are as absent ones."""
    ids: dict[str, int] = dict(office.admin.execute("select code, id from crm.deal").fetchall())
    result = office.load(f"id,title\n{ids['ADA']},by number\n,made\n", "--key", "id")

    assert result.exit_code == 0, result.output
    assert office.deals() == [("ADA", "by number", 1), *KEPT[1:], (None, "made", None)]
    absent = 'with id "999999": leave id empty to make a new one'
    said = office.said("id,title\n999999,gone\nsix,bad\n", "--key", "id")
    assert said[0].endswith(f"data.csv:2:1 id: there is no record {absent}")
    assert "data.csv:3:1 id" in said[1]
    said = office.said(f"id,title\n999999,gone\n{ids['DI']},hers\n,new\n", "--key", "id", "--as", "ada")
    assert said[0].endswith(f"data.csv:2:1 id: ada sees no record {absent}")
    assert said[1].endswith(f"data.csv:3:1 id: ada sees no record {absent.replace('999999', str(ids['DI']))}")
    assert office.load(f"id,title\n{ids['ADA']},mine\n,new\n", "--key", "id", "--as", "ada").exit_code == 0
    assert ("ADA", "mine", 1) in office.deals()


def test_bad_rows_leave_everything_as_it_was(office: Office) -> None:
    """Or are left out, when asked; those only the server finds, too."""
    text = "code,title,probability\nADA,new,50\nBO,new,500\nBO,again,5\nDI,,5\nX,,5\n"
    said = office.said(text)
    assert [line.split(": ")[2] for line in said if line.startswith("Error: data.csv:3")] == [
        'new row for relation "deal" violates check constraint "deal_probability"'
    ]
    assert '"BO" is in data.csv:3:1 too, and --key says once' in "\n".join(said)
    assert "empty, but title must have a value" in "\n".join(said)
    assert (office.deals(), office.logged()) == (KEPT, [])

    assert office.load(text, "--on-error", "keep").exit_code == 1
    assert office.deals() == [("ADA", "new", 1), *KEPT[1:]]
    assert office.logged() == [("postgres", "update", 1)]


def test_a_key_that_several_records_have_is_no_key(office: Office) -> None:
    """Never a guess; and without a key, or without anything else, there is nothing to overwrite."""
    office.admin.execute("update crm.deal set code = 'ADA' where code = 'BO'")
    assert "2 records of crm.deal have this code: which one is meant?" in office.said("code,title\nADA,x\n")[0]
    assert "nothing to change: the file has code alone" in office.said("code\nADA\n")[0]
    file = str(office.directory / "data.csv")
    assert "say by which column" in office.database.invoke(["load", "deal", file, "--update"]).stderr


def test_a_person_overwrites_what_they_may(office: Office) -> None:
    """A colleague's record is a bad row; what nothing gives away stays its owner's."""
    said = office.said("code,title\nADA,mine\nBO,not mine\n", "--as", "ada")
    assert said[0] == "Error: data.csv:3: ada has no right to change this record"
    assert (office.deals(), office.logged()) == (KEPT, [])

    assert office.load("code,title\nADA,mine\nNEW,made\n", "--as", "ada").exit_code == 0
    assert office.deals() == [("ADA", "mine", 1), *KEPT[1:], ("NEW", "made", None)]
    assert office.logged() == [("ada", "import", 1), ("ada", "update", 1)]

    assert office.load("code,title\nADA,bo's\n", "--as", "bo").exit_code == 0
    made: LiteralString = "select p.login from crm.deal d join crm.person p on p.id = d.owner_id where d.title = %s"
    assert office.admin.execute(made, ["bo's"]).fetchone() == ("ada",)
    assert office.said("code,title\nNEWER,x\nADA,y\n", "--as", "bo")[0].endswith(
        "bo has no right to create this record"
    )
    assert "bo may not change amount of deal records" in office.said("code,amount\nADA,7\n", "--as", "bo")[0]
    assert "bo may not read comment of deal records" in "\n".join(
        office.said("comment,title\nADA,7\n", "--as", "bo", "--key", "comment")
    )


@pytest.mark.parametrize("update", [True, False])
def test_a_hidden_key_is_as_one_that_is_not_there(office: Office, update: bool) -> None:
    """Where nothing is unique a second record is made; where something is, the words are those of a missing right."""
    outcomes = {
        code: office.load(f"code,title\n{code},x\n", "--as", "ada", update=update).output for code in ("DI", "NO")
    }
    assert outcomes["DI"] == outcomes["NO"]
    assert office.deals()[2:4] == [("DI", "di", 1), ("DI", "x", None)]

    office.admin.execute(RECORDS)
    office.admin.execute("create unique index taken on crm.deal (code)")
    try:
        hidden = office.said("code,title\nDI,x\n", "--as", "ada", update=update)
        beyond = office.said("code,title,owner_id\nNO,x,di\n", "--as", "ada", update=update)
    finally:
        office.admin.execute("drop index crm.taken")
    assert hidden == beyond
    assert hidden[0] == "Error: data.csv:2: ada has no right to create this record"


def test_a_hidden_record_is_looked_up_as_one_that_is_not_there(office: Office) -> None:
    """By name, under somebody's rights; their own is found."""
    hidden, absent = (
        office.said(f"code,title,company_id\nADA,x,Company of {whose}\n", "--as", "ada")[0].replace(
            f"of {whose}", "of ?"
        )
        for whose in ("di", "no")
    )
    assert hidden == absent
    assert "did you mean" not in hidden
    assert office.load("code,title,company_id\nADA,x,Company of ada\n", "--as", "ada").exit_code == 0


def test_a_file_is_one_entry_of_the_log(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many batches are checked."""
    monkeypatch.setattr("rls.records.loading.BATCH", 10)
    rows = [f"c{number},t" for number in range(35)]
    assert office.load("code,title\n" + "\n".join(rows), "--as", "ada").exit_code == 0
    assert office.logged() == [("ada", "import", 35)]


def test_over_a_thousand_bad_rows_are_all_told(office: Office) -> None:
    """More than an import says at once; the good ones go in."""
    rows = [f"d{number},t,{500 if number < 1005 else 5}" for number in range(1010)]
    result = office.load("code,title,probability\n" + "\n".join(rows), "--as", "ada", "--on-error", "keep")
    assert "1,010 rows read, 5 loaded, 1,005 bad" in result.stderr
    assert sum(int(str(rows)) for _, _, rows in office.logged()) == 5
