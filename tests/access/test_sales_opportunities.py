"""A real company from real, dirty files: people sync and load, then everybody counts their deals over their own login.

The expected numbers come from the CSV files alone.
"""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import pytest

from tests.fixtures.database import Database

ROOT = Path(__file__).parents[2]

DATA = Path(os.environ.get("ROWLOCK_DATA", ROOT.parent / "shared" / "data")) / "crm-sales-opportunities"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"no sales data at {DATA}; set ROWLOCK_DATA")

LEADERS = "name,roles\nAda Wolff,executive\nRoot Keeper,administrator\n"

PEOPLE = """
    people sync {data}/sales_teams.csv --yes --logins scram --passwords {passwords}
    --map name=sales_agent --map 'department=Company/{{regional_office}}/{{manager}}'
    --map head=manager --set roles=manager --set head_roles=department_head
"""

PRODUCTS = "load product {data}/products.csv --key name --map name=product --map price=sales_price"

COMPANIES = """
    load company {data}/accounts.csv --key name --map name=account --map industry=sector
    --map founded_year=year_established --map country=office_location --map parent_company_id=subsidiary_of
"""

DEALS = """
    load deal {data}/sales_pipeline.csv --key code --dates MDY
    --map code=opportunity_id --map title=opportunity_id --map owner_id=sales_agent --map company_id=account
    --map product_id=product --map stage=deal_stage --set pipeline=sales
    --map amount=close_value --map engaged_on=engage_date --map closed_on=close_date
"""

TRANSLATED = DEALS + "--translate 'product:GTXPro=GTX Pro'"

COUNT = "select count(*), coalesce(sum(amount), 0) from crm.deal"

Totals = tuple[int, Decimal]


def rows(name: str) -> list[dict[str, str]]:
    """Return the rows of a file of the data."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def login(name: str) -> str:
    """Return the login of a name of this data."""
    return re.sub(r"\W", "_", name.lower())


def expected() -> dict[str, Totals]:
    """Return what everybody must count: agents their own, heads their team's, the two at the top everything."""
    counts: Counter[str] = Counter()
    sums: dict[str, Decimal] = defaultdict(Decimal)
    manager = {row["sales_agent"]: row["manager"] for row in rows("sales_teams.csv")}
    for row in rows("sales_pipeline.csv"):
        agent = row["sales_agent"]
        for who in (agent, manager[agent], "Ada Wolff", "Root Keeper"):
            counts[who] += 1
            sums[who] += Decimal(row["close_value"] or 0)
    everybody = {*manager, *manager.values(), "Ada Wolff", "Root Keeper"}
    return {login(name): (counts[name], sums[name]) for name in everybody}


class Company:
    """The company being set up in a database."""

    def __init__(self, database: Database, directory: Path) -> None:
        self.database = database
        self.directory = directory

    def rowlock(self, command: str, expected: int = 0) -> str:
        """Run a command and return everything it says."""
        filled = command.format(data=shlex.quote(str(DATA)), passwords=self.directory / "passwords.csv")
        result = self.database.invoke(shlex.split(filled))
        assert result.exit_code == expected, result.output
        return result.output

    def passwords(self) -> dict[str, str]:
        """Return login → generated password."""
        lines = (self.directory / "passwords.csv").read_text(encoding="utf-8").splitlines()
        return {row["login"]: row["password"] for row in csv.DictReader(lines)}

    def totals(self, person: str) -> Totals:
        """Return what a person counts over their own login."""
        row = self.database.connect(person, self.passwords()[person]).execute(COUNT).fetchone()
        assert row is not None
        return (row[0], row[1])


@pytest.fixture
def company(standard_database: Database, tmp_path: Path) -> Company:
    """Give the company with people, products and customers, without deals."""
    company = Company(standard_database, tmp_path)
    leaders = tmp_path / "leaders.csv"
    leaders.write_text(LEADERS, encoding="utf-8")
    company.rowlock(PEOPLE)
    (tmp_path / "passwords.csv").rename(tmp_path / "team.csv")
    company.rowlock(f"people sync {leaders} --yes --logins scram --passwords {{passwords}}")
    with (tmp_path / "passwords.csv").open("a", encoding="utf-8") as file:
        file.writelines((tmp_path / "team.csv").read_text(encoding="utf-8").splitlines(keepends=True)[1:])
    company.rowlock(PRODUCTS)
    company.rowlock(COMPANIES)
    return company


def test_everybody_counts_what_the_files_say(company: Company) -> None:
    """Agents see their deals, heads their team's, the executive and the administrator all."""
    company.rowlock(TRANSLATED)

    wanted = expected()
    counted = {person: company.totals(person) for person in wanted}

    assert counted == wanted
    assert counted["darcel_schlecht"][0] == 747
    assert counted["ada_wolff"][0] == 8800


def test_the_dirt_is_reported_and_nothing_lost(company: Company) -> None:
    """What was read otherwise or left empty is counted, with the first place; every row is in the table."""
    said = company.rowlock(TRANSLATED)

    file = DATA / "sales_pipeline.csv"
    assert f'product_id: "GTXPro" read as "GTX Pro" in 1,480 rows (first: {file}:3:26)' in said
    assert "company_id: empty, left empty in 1,425 rows" in said
    assert "closed_on: empty, left empty in 2,089 rows" in said
    assert "8,800 rows read, 8,800 loaded" in said
    connection = company.database.connect()
    codes = {code for (code,) in connection.execute("select code from crm.deal")}
    assert codes == {row["opportunity_id"] for row in rows("sales_pipeline.csv")}


def test_untranslated_rows_are_all_named_and_nothing_is_loaded(company: Company) -> None:
    """1,480 rows name a product the list does not have: each has its line, and the nearest product is named."""
    said = company.rowlock(DEALS, expected=2)

    wrong = [index for index, row in enumerate(rows("sales_pipeline.csv"), start=2) if row["product"] == "GTXPro"]
    reported = re.findall(
        r"sales_pipeline\.csv:(\d+):\d+ product_id: nothing .* \"GTXPro\"; did you mean \"GTX Pro\"", said
    )
    assert [int(line) for line in reported] == wrong
    assert company.totals("ada_wolff") == (0, Decimal(0))


def test_good_rows_are_kept_and_the_rest_mended(company: Company, tmp_path: Path) -> None:
    """Bad rows go to a file that loads once it is mended; nothing is loaded twice."""
    rejects = tmp_path / "rejects.csv"
    said = company.rowlock(f"{DEALS} --on-error keep --rejects {rejects}", expected=1)
    assert "8,800 rows read, 7,320 loaded, 1,480 bad" in said

    rejects.write_text(rejects.read_text(encoding="utf-8").replace(",GTXPro,", ",GTX Pro,"), encoding="utf-8")
    company.rowlock(DEALS.replace("{data}/sales_pipeline.csv", str(rejects)))

    assert company.totals("ada_wolff")[0] == 8800
    assert "8,800 rows read, 0 loaded, 8,800 there already" in company.rowlock(TRANSLATED)


def test_syncing_and_loading_again_change_nothing(company: Company) -> None:
    """Every command can be run twice."""
    people = PEOPLE.replace("--yes", "--check").replace("--passwords {passwords}", "")

    assert "Nothing to do" in company.rowlock(people)
    assert "7 rows read, 0 loaded, 7 there already" in company.rowlock(PRODUCTS)
    assert "85 rows read, 0 loaded, 85 there already" in company.rowlock(COMPANIES)


def test_subsidiaries_find_their_parents_further_down(company: Company) -> None:
    """A company may be a subsidiary of one that the file names later."""
    query = """
        select child.name, parent.name
        from crm.company as child join crm.company as parent on parent.id = child.parent_company_id
    """
    loaded = set(company.database.connect().execute(query))

    assert loaded == {(row["account"], row["subsidiary_of"]) for row in rows("accounts.csv") if row["subsidiary_of"]}


def test_as_somebody_sees_what_they_see(company: Company) -> None:
    """The administrator's `as` gives the same numbers as the person's own login."""
    company.rowlock(TRANSLATED)
    said = company.rowlock(f'as melvin_marxen --json -c "{COUNT}"')

    (result,) = json.loads(said[: said.rindex("}") + 1])["results"]
    count, total = result["rows"][0]
    assert (count, Decimal(total)) == expected()["melvin_marxen"] == company.totals("melvin_marxen")
