"""docs/fields.md shows one whole definition: that of the fixture, and what it says of it is so."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli import main
from rls.definition import Level, Operation, budget_lint, field_lint, levels
from rls.definition.combining import combined
from rls.definition.lint import lint
from rls.definition.loading import load

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "fields.md").read_text(encoding="utf-8")
FIXTURE = ROOT / "tests" / "fixtures" / "confidential.yaml"
DEFINITION = load([FIXTURE])

RECORDS = {"department": "of the department", "subdepartments": "of the departments below, too", "all": "all"}
FIELDS = {"none": "none", "own": "their own", "all": "all"}

COLUMNS: list[tuple[str, Operation, str | None]] = [
    ("contact", "read", None),
    ("contact", "read", "details"),
    ("deal", "read", None),
    ("deal", "read", "finance"),
    ("deal", "update", "finance"),
]


def section(heading: str) -> str:
    """Return what is below a heading, down to the next; without a name, what is above the first."""
    parts = re.split(r"^## (.*)\n", PAGE, flags=re.MULTILINE)
    return dict(zip(["", *parts[1::2]], parts[::2], strict=True))[heading]


def block(heading: str = "") -> str:
    """Return the first block of a section."""
    (found, *_) = re.findall(r"^```\w+\n(.*?)^```", section(heading), re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_definition_is_the_fixtures() -> None:
    """So that what is tested with it is what is shown."""
    assert block() == FIXTURE.read_text(encoding="utf-8")


def test_what_validate_says() -> None:
    """No warning, and these notes."""
    assert lint(DEFINITION) == ()
    assert block("What validate says").splitlines() == [
        f"note: {note}" for note in (*field_lint.notes(DEFINITION), *budget_lint.notes(DEFINITION))
    ]


ROWS = [row.strip("| ").split(" | ") for row in re.findall(r"^\| `.*$", section("Who sees what"), re.MULTILINE)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0].replace("`", ""))
def test_who_sees_what(row: list[str]) -> None:
    """Each row of the table, cell by cell."""
    held = re.findall(r"`(\w+)`", row[0])
    one = combined(DEFINITION, [role for role in DEFINITION.roles if role.name in held], "one")

    def level(entity: str, operation: Operation, group: str | None) -> Level:
        (found,) = {level for level, _ in levels(one, DEFINITION.entity(entity), operation, group).values()}
        return found

    for words, (entity, operation, group) in zip(row[1:], COLUMNS, strict=True):
        record, fields = level(entity, operation, None), level(entity, operation, group)
        if group is None:
            assert words == RECORDS[record.name]
        else:
            seen = min(record, fields)
            assert words == FIELDS.get(seen.name, "all they read" if seen == level(entity, "read", None) else "")


def test_the_commands() -> None:
    """Validate prints the notes, matrix the groups."""
    validated = CliRunner().invoke(main, ["validate", str(FIXTURE)])
    shown = CliRunner().invoke(main, ["matrix", str(FIXTURE), "--role", "support", "--entity", "deal"])
    data = json.loads(CliRunner().invoke(main, ["matrix", str(FIXTURE), "--json", "--entity", "deal"]).stdout)

    assert [line for line in validated.stderr.splitlines() if line.startswith("note: ")] == block(
        "What validate says"
    ).splitlines()
    assert re.findall(r"(deal\S*) +│ (\S+)", shown.stdout) == [("deal", "all"), ("deal.finance", "-")]
    assert {row["fields"] for row in data["rows"]} == {None, "finance"}
    assert shown.stdout.splitlines()[-1] == "support reads crm_all.deal without policies"
    assert {role: views for role, views in data["unfiltered"].items() if views} == {
        "finance": ["crm_all.deal"],
        "support": ["crm_all.deal"],
    }
