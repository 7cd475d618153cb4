"""Files and the database's people → the changes people sync makes.  No database needed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rls.errors import InputError
from rls.names import Installation
from rls.organisation.changes import Change
from rls.organisation.diff import diff
from rls.organisation.entries import Reading
from rls.organisation.mapping import parse_options
from rls.organisation.people import Login, Organisation, Person
from rls.organisation.sync import read_files
from rls.organisation.wanted import Wanted, wanted

ROLES = ["manager", "department_head", "executive"]

EAST, WEST = ("Company", "East"), ("Company", "West")

ADA = Person("ada", "Ada Wolff", email="ada@example.com", key="17")
BO = Person("bo", "Bo Diaz")

CURRENT = Organisation(
    people=frozenset({ADA, BO}),
    departments=frozenset({("Company",), EAST, WEST}),
    heads=frozenset({(EAST, "ada")}),
    members=frozenset({(EAST, "ada"), (EAST, "bo"), (WEST, "bo")}),
    roles=frozenset({("manager", "bo"), ("executive", "bo")}),
    defined=frozenset({("executive", "bo")}),
    logins=frozenset({Login("ada", password=True), Login("bo")}),
)


class Files:
    """Writes files and reads them as people sync does."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.paths: list[Path] = []

    def add(self, name: str, text: str) -> Files:
        """Write a file."""
        path = self.directory / name
        path.write_text(text, encoding="utf-8")
        self.paths.append(path)
        return self

    def reading(self, *maps: str, sets: tuple[str, ...] = ()) -> Reading:
        """Read them all."""
        return read_files(self.paths, parse_options(maps, sets), Installation())

    def wanted(self, current: Organisation = CURRENT, *, dismiss_missing: bool = False) -> Wanted:
        """Return what they ask for."""
        return wanted(self.reading(), current, ROLES, dismiss_missing=dismiss_missing)

    def changes(self, current: Organisation = CURRENT, *, dismiss_missing: bool = False) -> list[str]:
        """Return the plan's lines."""
        return lines(diff(current, self.wanted(current, dismiss_missing=dismiss_missing).organisation))

    def problems(self, current: Organisation = CURRENT) -> list[str]:
        """Return what is wrong, without the directory."""
        with pytest.raises(InputError) as caught:
            self.wanted(current)
        return [str(problem).replace(f"{self.directory}/", "") for problem in caught.value.problems]


def lines(changes: tuple[Change, ...]) -> list[str]:
    """Return the plan's lines."""
    return [str(change) for change in changes]


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Give a place for files."""
    return Files(tmp_path)


def test_a_file_that_says_what_is_there_changes_nothing(files: Files) -> None:
    """Columns that are not there leave everything as it is."""
    files.add("a.csv", "login,name,email,department\nada,Ada Wolff,ada@example.com,Company/East\n")
    files.add("b.csv", "name\nBo Diaz\n")

    assert files.changes() == []


def test_everything_a_row_can_change(files: Files) -> None:
    """Each change has its line, in the order it is made."""
    files.add("a.csv", "login,name,title,department,roles\nbo,Bo Day,Boss,Company/East;Company/North,department_head\n")

    assert files.changes() == [
        "+ department Company/North",
        '~ person bo: name "Bo Diaz" → "Bo Day", job_title nothing → "Boss"',
        "- bo out of Company/West",
        "+ bo in Company/North",
        "- bo no longer holds manager",
        "+ bo holds department_head",
    ]


def test_newcomers_get_logins_and_departments(files: Files) -> None:
    """A head is a person too, and a member of what they head."""
    files.add("a.csv", "name,department,head\nCy Young,Company/South/Team,Dee Low\n")

    assert files.changes() == [
        "+ login cy_young",
        "+ login dee_low",
        "+ department Company/South",
        "+ department Company/South/Team",
        "+ person cy_young (Cy Young)",
        "+ person dee_low (Dee Low)",
        "+ cy_young in Company/South/Team",
        "+ dee_low in Company/South/Team",
        "~ department Company/South/Team: headed by dee_low",
    ]


def test_a_head_who_is_in_the_database_stays_who_they_are(files: Files) -> None:
    """They move to what the file says they head, and leave what they headed before."""
    files.add("a.csv", "name,department,head\nBo Diaz,Company/West,Ada Wolff\n")

    assert files.changes() == [
        "- ada out of Company/East",
        "- bo out of Company/East",
        "+ ada in Company/West",
        "~ department Company/East: headed by nobody",
        "~ department Company/West: headed by ada",
    ]


def test_a_key_says_who_somebody_is(files: Files) -> None:
    """Also under another name, and the login stays."""
    files.add("a.csv", "key,name\n17,Ada Wolff-Day\n")

    assert files.changes() == ['~ person ada: name "Ada Wolff" → "Ada Wolff-Day"']


def test_groups_are_made_joined_and_left(files: Files) -> None:
    """Like roles: the column is the whole truth about its rows."""
    current = replace(CURRENT, groups=frozenset({"Auditors"}), group_members=frozenset({("Auditors", "bo")}))
    files.add("a.csv", "login,groups\nbo,Drivers; Board\nada,\n")
    files.add("b.yaml", "people: [{login: ada, groups: [Auditors]}]")

    assert files.changes(current) == [
        "+ group Board",
        "+ group Drivers",
        "- bo out of group Auditors",
        "+ ada in group Auditors",
        "+ bo in group Board",
        "+ bo in group Drivers",
    ]


def test_missing_people_are_reported_or_dismissed(files: Files) -> None:
    """Only when asked is anybody dismissed; their departments stay."""
    files.add("a.csv", "login\nada\n")

    assert [person.login for person in files.wanted().missing] == ["bo"]
    assert files.changes() == []
    assert files.changes(dismiss_missing=True) == [
        "~ login bo: may not log in, sessions ended",
        "- person bo: dismissed",
    ]


def test_somebody_dismissed_comes_back(files: Files) -> None:
    """A row of their own is enough; being named as a head is not."""
    gone = replace(
        CURRENT,
        people=frozenset({ADA, replace(BO, is_active=False)}),
        logins=frozenset({Login("ada"), Login("bo", can_login=False)}),
    )
    files.add("a.csv", "login\nbo\n")

    assert files.changes(gone) == ["~ login bo: may log in", "+ person bo: works here again"]
    assert Files(files.directory).add("b.csv", "login,active\nbo,no\n").changes(gone) == []


def test_people_without_a_database_role_get_one(files: Files) -> None:
    """As after restoring a dump on another server."""
    files.add("a.csv", "login\nada\nbo\n")

    assert files.changes(replace(CURRENT, logins=frozenset({Login("ada")}))) == ["+ login bo"]


def test_yaml_says_the_same(files: Files) -> None:
    """Nested departments; a person may stand in several."""
    files.add(
        "staff.yaml",
        """
people:
  - {login: ada, roles: [executive]}
departments:
  Company:
    departments:
      East: {head: ada, people: [Bo Diaz]}
      West: {people: [Bo Diaz, {name: Cy Young, title: Clerk, hired_on: 2026-02-03}]}
""",
    )

    assert files.changes() == [
        "+ login cy_young",
        "+ person cy_young (Cy Young)",
        "+ cy_young in Company/West",
        "+ ada holds executive",
    ]


def test_passwords_are_for_those_without(files: Files) -> None:
    """Nobody's password changes."""
    files.add("a.csv", "login\nada\nbo\ncy\n")

    changes = diff(CURRENT, files.wanted().organisation, passwords=True)
    assert [line for line in lines(changes) if "login" in line] == [
        "~ login bo: a password",
        "+ login cy with a password",
    ]


def test_every_bad_row_is_named_at_once(files: Files) -> None:
    """File, line, character, what, and what to do."""
    files.add(
        "a.csv",
        "login,name,active,hired_on,department,roles\n"
        "Ada,Ada,,,,\n"
        ",,,,,\n"
        "cy,Cy,perhaps,31.12.2026,Company//East,manger\n"
        "pg_dee,Dee,yes,,,\n",
    )

    problems = files.problems()
    assert {problem.split(": ")[0] for problem in problems} == {
        "a.csv:2:1 login",
        "a.csv:4:40 roles",
        "a.csv:4:26 department",
        "a.csv:4:15 hired_on",
        "a.csv:4:7 active",
        "a.csv:5:1 login",
    }
    text = "\n".join(problems)
    assert 'has capitals: write "ada"' in text
    assert 'did you mean "manager"' in text
    assert '"perhaps" is neither yes nor no' in text
    assert "write it as 2026-12-31" in text
    assert "write Company/Office/Team" in text


def test_problems_come_in_reading_order(files: Files) -> None:
    """Line 9 before line 10."""
    files.add("a.csv", "login,active\n" + "".join(f"p{number},maybe\n" for number in range(2, 13)))

    assert [int(problem.split(":")[1]) for problem in files.problems()] == list(range(2, 13))


@pytest.mark.parametrize(
    "text, message",
    [
        ("name\nCy\nCy\n", '"Cy" is in a.csv:2:1 too: give both a login'),
        ("name,login\nCy,cy\nCyd,cy\n", 'name is "Cyd" here and "Cy" in a.csv:2:1'),
        ("name,login,key\nCy,cy,17\n", 'key "17" is that of "ada" already'),
        ("name,key,login\nCy,1,cy\nDi,1,di\n", 'key "1" is also that of "cy" (a.csv:2:1)'),
        ("name,department,head\nCy,Company/East,Di\nEd,Company/East,Flo\n", "a department has one head"),
        ("name,department,head\nCy,,Di\n", '"Di" heads no department'),
        ("name\n李雷\n", "give a login column"),
        ('name\n"a\nb"\n', "has a line break"),
    ],
)
def test_contradictions_are_refused(files: Files, text: str, message: str) -> None:
    """Rather than guessing who is meant."""
    files.add("a.csv", text)

    assert message in "\n".join(files.problems())


def test_namesakes_in_the_database_need_a_login(files: Files) -> None:
    """Two people may have one name; a file must say whom it means."""
    current = replace(CURRENT, people=CURRENT.people | {Person("bo2", "Bo Diaz")})
    files.add("a.csv", "name\nBo Diaz\n")

    assert '"Bo Diaz" may be any of bo, bo2: write which login' in files.problems(current)[0]


@pytest.mark.parametrize(
    "text, message",
    [
        ("people: [", "not YAML"),
        ("- Ada", "the file must say departments: or people:"),
        ("peple: []", 'unknown key "peple"'),
        ("people: Ada", "write people as a list"),
        ("people:\n  - {title: Boss}", "a person needs a name or a login"),
        ("people:\n  - {name: Cy, departments: Company//East}", "has an empty name in it"),
        ("people:\n  - {name: Cy, roles: {a: b}}", "write roles as a list"),
        ("people:\n  - {name: [Cy]}", "must be one value"),
        ("departments: [East]", "write departments as NAME:"),
        ("departments:\n  East: [Ada]", "write head:, people: or departments:"),
        ("departments:\n  A/B: {}", "cannot name a department"),
        ('people: ["a\\nb"]', "has a line break"),
        ("people: &a [*a]", "stands inside its own anchor"),
        ("people:\n  - {name: a, name: b}", "is here twice"),
        ("departments:\n  East: {hed: Ada}", 'did you mean "head"'),
    ],
)
def test_wrong_yaml_is_explained(files: Files, text: str, message: str) -> None:
    """With file and line, never a traceback."""
    files.add("a.yaml", text)

    (problem,) = [problem for problem in files.problems() if message in problem]
    assert problem.startswith("a.yaml:")


def test_a_slash_in_a_value_is_not_taken_for_a_path(tmp_path: Path) -> None:
    """An office called "A/B" would silently become two departments."""
    files = Files(tmp_path).add("a.csv", "name,office\nCy,A/B\n")

    (problem,) = files.reading("department=Company/{office}").problems
    assert "has a / in it" in problem.message
