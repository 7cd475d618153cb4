"""load: values, look-ups, bad rows with their places, all or the good ones, and the rights of a person."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import Result

from tests.fixtures.database import Database

STAFF = """
login,name,key,email,department,roles
ada,Ada Wolff,17,ada@example.com,Company/East,manager
bo,Bo Diaz,,bo@example.com,Company/West,
cy,Cy Young,,,Company/East,executive
"""


class Loader:
    """Loading into a database with three people."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.directory = directory
        staff = directory / "staff.csv"
        staff.write_text(STAFF.lstrip(), encoding="utf-8")
        assert database.invoke(["people", "sync", "--yes", str(staff)]).exit_code == 0

    def load(self, entity: str, text: str, *options: str) -> Result:
        """Load a file with *text*."""
        file = self.directory / "data.csv"
        file.write_text(text, encoding="utf-8")
        result = self.database.invoke(["load", entity, str(file), *options])
        assert "Traceback" not in result.output
        assert "internal error" not in result.output
        return result

    def said(self, result: Result) -> str:
        """Return what was said, without the directory."""
        return result.stderr.replace(f"{self.directory}/", "")

    def rows(self, query: str) -> list[tuple[object, ...]]:
        """Return what a query of the administrator gives."""
        return self.database.connect().execute(query.encode()).fetchall()


@pytest.fixture
def loader(standard_database: Database, tmp_path: Path) -> Loader:
    """Give a company."""
    return Loader(standard_database, tmp_path)


def test_owners_are_found_by_anything_they_are_called(loader: Loader) -> None:
    """Login, key, name or e-mail; none is nobody's record."""
    text = "name,owner_id\nA,ada\nB,17\nC,Ada Wolff\nD,ada@example.com\nE,\n"

    assert loader.load("company", text).exit_code == 0
    query = "select c.name, p.login from crm.company c left join crm.person p on p.id = c.owner_id order by 1"
    assert loader.rows(query) == [("A", "ada"), ("B", "ada"), ("C", "ada"), ("D", "ada"), ("E", None)]


def test_a_reference_may_say_what_it_looks_up(loader: Loader) -> None:
    """Where names are not unique, another column is."""
    loader.rows("insert into crm.company (name, vat_number) values ('Twin', 'X1'), ('Twin', 'X2') returning 1")

    result = loader.load("deal", "title,company_id\nA,Twin\n")
    assert result.exit_code == 2
    assert '2 records of crm.company are called "Twin"' in result.stderr
    assert loader.load("deal", "title,vat\nA,X2\n", "--map", "company_id.vat_number=vat").exit_code == 0
    query = "select c.vat_number from crm.deal d join crm.company c on c.id = d.company_id"
    assert loader.rows(query) == [("X2",)]


def test_every_bad_row_is_reported_and_nothing_loaded(loader: Loader) -> None:
    """Each mistake of each row: file:line:character, column, reason; those only the server finds as well."""
    text = (
        "title,owner_id,amount,stage,closed_on,probability\n"
        "Good,ada,10,won,2026-01-02,50\n"
        "Bad,adda,1x,wonn,02/01/2026,50\n"
        ",ada,10,won,,50\n"
        "Short,ada\n"
        "Chance,ada,10,lost,2026-01-02,500\n"
    )
    result = loader.load("deal", text)

    assert result.exit_code == 2
    lines = [line.removeprefix("Error: ") for line in loader.said(result).splitlines() if line.startswith("Error")]
    assert [line.split(": ")[0] for line in lines] == [
        "data.csv:3:10 amount",
        "data.csv:3:18 closed_on",
        "data.csv:3:5 owner_id",
        "data.csv:3:13 stage",
        "data.csv:4:1 title",
        "data.csv:5",
        "data.csv:6",
    ]
    said = "\n".join(lines)
    assert 'nothing in crm.person has the login or key or name or email "adda"; did you mean "ada"?' in said
    assert '"1x" is not a number' in said
    assert 'did you mean "won"' in said
    assert "is it --dates MDY or DMY?" in said
    assert "empty, but title must have a value" in said
    assert "2 values under 6 column names" in said
    assert 'violates check constraint "deal_probability"' in said
    assert "deal: 5 rows read, 0 loaded, 4 bad: nothing was loaded" in result.stderr
    assert loader.rows("select from crm.deal") == []


def test_good_rows_are_kept_when_asked(loader: Loader) -> None:
    """Exit 1 says that some were bad."""
    result = loader.load("deal", "title,probability\nA,50\nB,500\nC,60\n", "--on-error", "keep")

    assert result.exit_code == 1
    assert loader.rows("select title from crm.deal order by 1") == [("A",), ("C",)]


def test_bad_rows_the_server_finds_are_found_among_thousands(loader: Loader) -> None:
    """A refused batch is halved until the bad rows stand alone."""
    bad = {7, 999, 1000, 1001, 2499}
    rows = [f"T{number},{500 if number in bad else 5}" for number in range(2500)]
    result = loader.load("deal", "title,probability\n" + "\n".join(rows) + "\n", "--on-error", "keep")

    places = [line.split(":")[2].strip() for line in loader.said(result).splitlines() if line.startswith("Error")]
    assert [int(place) for place in places] == sorted(number + 2 for number in bad)
    assert loader.rows("select count(*) from crm.deal") == [(2495,)]


def test_rejects_are_written_with_their_reasons(loader: Loader) -> None:
    """As CSV, to mend and load again."""
    rejects = loader.directory / "rejects.csv"
    loader.load("deal", 'title,probability\nA,50\n"B, b",many\n', "--on-error", "keep", "--rejects", str(rejects))

    text = rejects.read_text(encoding="utf-8")
    assert text == 'title,probability,reason\n"B, b",many,"probability: ""many"" is not a whole number"\n'


def test_rejects_keep_the_delimiter(loader: Loader) -> None:
    """So that they load with the same options."""
    rejects = loader.directory / "rejects.csv"
    options = ["--on-error", "keep", "--delimiter", "tab", "--rejects", str(rejects)]
    loader.load("deal", "title\tprobability\nA\t50\nB\tmany\n", *options)

    assert rejects.read_text(encoding="utf-8").splitlines()[0] == "title\tprobability\treason"


def test_words_are_found_in_any_capitals(loader: Loader) -> None:
    """Stages and pipelines; what was read otherwise is summed up."""
    result = loader.load("lead", "title,stage\nA,In Process\nB,NEW\nC,new\n")

    assert loader.rows("select stage from crm.lead order by title") == [("in_process",), ("new",), ("new",)]
    assert '! stage: "In Process" read as "in_process" in 1 row (first: data.csv:2:3)' in loader.said(result)


def test_translations_and_constants(loader: Loader) -> None:
    """Named by our column or the file's."""
    text = "name,branch\nA,technolgy\nB,medical\n"
    options = ["--map", "industry=branch", "--translate", "branch:technolgy=technology", "--set", "country=Kenya"]

    result = loader.load("company", text, *options)
    assert 'industry: "technolgy" read as "technology" in 1 row' in result.stderr
    assert loader.rows("select industry, country from crm.company order by name") == [
        ("technology", "Kenya"),
        ("medical", "Kenya"),
    ]


def test_a_key_loads_nothing_twice(loader: Loader) -> None:
    """Rows that are there are left out, rows that are in the file twice are a mistake."""
    options = ["--key", "code"]
    loader.load("deal", "title,code\nA,1\nB,2\n", *options)

    result = loader.load("deal", "title,code\nB,2\nC,3\n", *options)
    assert "2 rows read, 1 loaded, 1 there already" in result.stderr
    result = loader.load("deal", "title,code\nD,4\nE,4\n", *options)
    assert result.exit_code == 2
    assert '"4" is in data.csv:2:3 too' in loader.said(result)


def test_records_may_refer_to_records_of_the_same_file(loader: Loader) -> None:
    """In any order; circles and unknown ones are bad rows."""
    text = "name,parent_company_id\nC,B\nB,A\nA,\nX,Y\nY,X\nZ,nobody\n"
    result = loader.load("company", text, "--on-error", "keep")

    query = "select c.name, p.name from crm.company c left join crm.company p on p.id = c.parent_company_id order by 1"
    assert loader.rows(query) == [("A", None), ("B", "A"), ("C", "B")]
    places = [line.split(":")[2] for line in loader.said(result).splitlines() if line.startswith("Error")]
    assert places == ["5", "6", "7"]


@pytest.mark.parametrize(
    "entity, options, message",
    [
        ("deel", [], 'unknown entity "deel"'),
        ("deal", ["--map", "titel=name"], 'did you mean "title"'),
        ("deal", ["--map", "title=nme"], 'unknown column "nme"'),
        ("deal", ["--map", "id=name"], "the server makes this value"),
        ("line_item", ["--map", "parent_stage=name"], "triggers keep this column"),
        ("deal", ["--map", "title.x=name"], "refers to no other table"),
        ("deal", ["--map", "company_id.nam=name"], 'did you mean "name"'),
        ("deal", ["--map", "title=name", "--translate", "x"], "write --translate"),
        ("deal", ["--map", "title=name", "--translate", "ttle:a=b"], 'did you mean "title"'),
        ("deal", ["--map", "title=name", "--key", "titel"], 'did you mean "title"'),
        ("deal", ["--map", "owner_id=name", "--map", "title=name", "--key", "owner_id"], "refers to another table"),
        ("deal", [], "nothing fills title, which must not be empty"),
    ],
)
def test_wrong_options_are_explained(loader: Loader, entity: str, options: list[str], message: str) -> None:
    """Before a row is read."""
    result = loader.load(entity, "name\nA\n", *options)

    assert result.exit_code == 2
    assert message in result.stderr


def test_loading_under_a_persons_rights(loader: Loader) -> None:
    """Row by row; they own what no column gives away, and what they may not create is reported."""
    options = ["--as", "ada", "--on-error", "keep"]
    result = loader.load("deal", "title,owner_id\nMine,ada\nTheirs,bo\nAlso,Ada Wolff\n", *options)

    assert result.exit_code == 1
    assert "data.csv:3: ada has no right to create this record" in loader.said(result)
    assert loader.rows("select title, created_by::text from crm.deal order by 1") == [("Also", "ada"), ("Mine", "ada")]

    assert loader.load("deal", "title\nWithout\n", "--as", "ada").exit_code == 0
    query = "select login from crm.deal join crm.person on person.id = owner_id where title = 'Without'"
    assert loader.rows(query) == [("ada",)]


def test_a_person_without_the_privilege_is_told_before(loader: Loader) -> None:
    """Once, not row by row; a column they may not fill is named."""
    result = loader.load("deal", "title\nA\n", "--as", "bo")
    assert "bo may not create deal records with a value in any column" in result.stderr

    loader.database.connect().execute("revoke insert (comment) on crm.deal from crm_manager")
    result = loader.load("deal", "title,comment\nA,x\n", "--as", "ada")
    assert "ada may not create deal records with a value in comment" in result.stderr
    assert 'no active person has the login "adda"' in loader.load("deal", "title\nA\n", "--as", "adda").stderr


def test_who_is_bound_by_policies_is_told(loader: Loader) -> None:
    """A loader must see every record, or say whose rights it has; and write the log."""
    connection = loader.database.connect()
    connection.execute("alter role ada password 'ada-secret'")
    connection.execute("grant usage on schema rls to ada; grant select on rls.installation to ada")
    connection.execute("grant select on all tables in schema crm to ada")

    file = loader.directory / "data.csv"
    file.write_text("title\nA\n", encoding="utf-8")
    result = loader.database.invoke(["load", "deal", str(file)], user="ada")
    assert result.exit_code == 2
    assert "ada is bound by the policies on crm.deal" in result.stderr

    connection.execute("alter role ada bypassrls; grant insert on crm.deal to ada")
    result = loader.database.invoke(["load", "deal", str(file)], user="ada")
    assert result.exit_code == 2
    assert "ada may not write rls.bulk_log (permission denied" in result.stderr
    assert 'or `grant "crm_rls_owner" to "ada"` first' in result.stderr
    assert loader.rows("select count(*) from crm.deal") == [(0,)]


OWN_TABLES = """
entities:
  order: {table: Sales.Orders, owner: {column: rep, holds: key}, stage: state, stages: [open, done]}
roles:
  seller: {permissions: {order: own}}
assignments:
  - {role: seller, to: everyone}
"""


def test_tables_of_your_own(database: Database, tmp_path: Path) -> None:
    """Names with capitals, owners known by a key of yours, under somebody's rights too."""
    connection = database.connect()
    connection.execute('create schema "Sales"')
    connection.execute(
        'create table "Sales"."Orders" (id int generated by default as identity primary key, '
        'rep text, state text, "Net" numeric)'
    )
    staff, rights = tmp_path / "staff.csv", tmp_path / "rights.yaml"
    staff.write_text("login,name,key\nada,Ada,REP-7\nbo,Bo,REP-8\n", encoding="utf-8")
    rights.write_text(OWN_TABLES, encoding="utf-8")
    file = tmp_path / "orders.csv"
    file.write_text("id,rep,state,Net\n100,Ada,Open,1.5\n101,REP-8,done,2\n", encoding="utf-8")
    for arguments in (["apply", str(rights)], ["people", "sync", str(staff), "--yes"], ["load", "order", str(file)]):
        assert database.invoke(arguments).exit_code == 0, database.invoke(arguments).output

    rows = connection.execute('select id, rep, state, "Net"::text from "Sales"."Orders" order by id').fetchall()
    assert rows == [(100, "REP-7", "open", "1.5"), (101, "REP-8", "done", "2")]

    file.write_text("rep,state,Net\nAda,open,3\nBo,open,4\n", encoding="utf-8")
    result = database.invoke(["load", "order", str(file), "--as", "bo", "--on-error", "keep"])
    assert "orders.csv:2: bo has no right to create this record" in result.stderr
    assert connection.execute('select "Net"::text from "Sales"."Orders" where id < 100').fetchall() == [("4",)]


def test_columns_nobody_asked_for_are_named(loader: Loader) -> None:
    """Nothing is left out silently."""
    assert "! columns not loaded: colour, shape" in loader.load("deal", "title,colour,shape\nA,red,round\n").stderr


def test_programs_read_what_happened(loader: Loader) -> None:
    """--json."""
    data = json.loads(loader.load("deal", "title,amount\nA,\nB,x\n", "--json", "--on-error", "keep").stdout)

    assert (data["rows"], data["inserted"], data["existing"]) == (2, 1, 0)
    assert data["problems"][0]["column"] == "amount"
    assert data["notes"][0]["rows"] == 1


def test_values_of_every_column_arrive(loader: Loader) -> None:
    """Nothing is cut, rounded or moved to another time zone's day on the way."""
    text = (
        'title,amount,closed_on,is_open,comment\nZoë,12345678901.25,12/31/2026,yes,"two\nlines, \'quoted\' ""twice"""\n'
    )
    assert loader.load("deal", text, "--dates", "MDY").exit_code == 0

    query = "select title, amount::text, closed_on::text, is_open, comment from crm.deal"
    assert loader.rows(query) == [("Zoë", "12345678901.25", "2026-12-31", True, "two\nlines, 'quoted' \"twice\"")]
