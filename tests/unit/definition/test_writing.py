"""A definition as the text of a definitions file, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rls.definition import Definition
from rls.definition.loading import load, loads, standard
from rls.definition.writing import text
from rls.errors import DefinitionError
from tests.unit.definition.examples import definitions, loaded

OWN_TABLES = Path(__file__).parent / "good" / "own_tables.yaml"

AWKWARD: dict[str, Any] = {
    "several_roles": "explicit",
    "entities": {
        "on": {
            "table": {"schema": "Sales", "name": 'Deals "2024".x'},
            "owner": {"column": "rep no", "holds": "key"},
            "stage": "true",
            "stages": ["won: yes", '"""', "back\\slash", "line\nbreak", "ночь", "#1", "-", "~", "1.0"],
            "columns": ["id", "null"],
            "description": 'says """ and \\ and\nmore \u2028 \x85',
        }
    },
    "roles": {
        "yes": {
            "timed": True,
            "description": "- a: b",
            "permissions": {"on": {"read": "own", "stages": {'"""': {"read": "none"}, "~": {"read": "all"}}}},
        }
    },
    "assignments": [
        {"role": "yes", "to": {"department": "Company/East: 1", "subdepartments": True}},
        {"role": "yes", "to": {"person": "true"}},
        {"role": "yes", "to": "everyone"},
    ],
}


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_loading_gives_back_what_was_written(data: dict[str, Any]) -> None:
    """The same definition, and written again the same text."""
    definition = loaded(data)

    back = loads(text(definition), "written")

    assert back == definition
    assert text(back) == text(definition)


@pytest.mark.parametrize("path", [standard(), OWN_TABLES], ids=["standard", "own tables"])
def test_real_definitions_come_back(path: Path) -> None:
    """Every part of the model is in use in one of these."""
    definition = load([path])

    assert loads(text(definition), "written") == definition


def test_awkward_names_come_back() -> None:
    """What YAML could take for something else is quoted, and every line is one line."""
    definition = loaded(AWKWARD)
    written = text(definition)

    assert loads(written, "written") == definition
    assert '"""' not in written
    assert len(written.split("\n")) == len(written.splitlines()) + 1


def test_nothing_is_an_empty_text() -> None:
    """A definitions file cannot be empty, but a database can have none."""
    assert text(Definition()) == ""
    assert loads("", "nothing") == Definition()


def test_problems_carry_the_name() -> None:
    """As if it were a file."""
    with pytest.raises(DefinitionError, match=r"^there:1 "):
        loads("rolles: {}", "there")
