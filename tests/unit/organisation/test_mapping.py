"""--map and --set."""

from __future__ import annotations

from pathlib import Path

import pytest

from rls.errors import InputError
from rls.organisation.mapping import fit, parse_options, parse_source
from rls.organisation.rows import Table


@pytest.fixture
def table(tmp_path: Path) -> Table:
    """Give a small table."""
    file = tmp_path / "teams.csv"
    file.write_text("sales_agent,office,manager,email\nAda,East,Bo,a@x\nCy,,Bo,\n", encoding="utf-8")
    return Table(file)


def test_a_source_is_a_column_or_a_text_with_columns(table: Table) -> None:
    """A text with columns is empty where one of them is."""
    row, other = table.rows()

    assert parse_source("office").value(row) == "East"
    assert parse_source("Company/{office}/{manager}").value(row) == "Company/East/Bo"
    assert parse_source("Company/{office}/{manager}").value(other) == ""
    assert parse_source("{{{office}}}").value(row) == "{East}"


def test_columns_of_the_same_name_need_no_map(table: Table) -> None:
    """Only the rest has to be said."""
    sources = fit(table, parse_options(["name=sales_agent"], ["roles=manager"]), ["name", "email", "roles"])

    row = next(table.rows())
    assert {target: source.value(row) for target, source in sources.items()} == {
        "name": "Ada",
        "email": "a@x",
        "roles": "manager",
    }


@pytest.mark.parametrize(
    "maps, sets, message",
    [
        (["name"], [], "write --map TARGET="),
        (["name="], [], "write --map TARGET="),
        (["name={office"], [], "name={office"),
        (["name={}"], [], "put a column name between braces"),
        (["name={office!r}"], [], "put a column name between braces"),
        (["name=office"], ["name=Ada"], "given twice"),
    ],
)
def test_a_wrong_option_is_explained(maps: list[str], sets: list[str], message: str) -> None:
    """Before any file is read."""
    with pytest.raises(InputError) as caught:
        parse_options(maps, sets)
    assert message in str(caught.value)


def test_unknown_targets_and_columns_are_all_named(table: Table) -> None:
    """With the nearest right word."""
    with pytest.raises(InputError) as caught:
        fit(table, parse_options(["nam=sales_agnt", "email=mail"], []), ["name", "email"])

    assert '"name"' in str(caught.value)
    assert '"sales_agent"' in str(caught.value)
    assert len(caught.value.problems) == 3
