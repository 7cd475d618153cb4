"""The pages about definitions say what the code does."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from rls.definition.loading import load, standard
from rls.definition.matrix import markdown
from rls.definition.role_rules import LONGEST_VERB
from rls.definition.schema import json_schema
from rls.names import MAX_BYTES

DOCS = Path(__file__).parents[3] / "docs"
DEFINITIONS = (DOCS / "definitions.md").read_text()
MARK = "<!-- The rest is generated"


def keys() -> list[str]:
    """Return every key of the JSON Schema."""
    schema = json_schema()
    return sorted({key for part in [schema, *schema["$defs"].values()] for key in part["properties"]})


@pytest.mark.parametrize("key", keys())
def test_every_key_is_documented(key: str) -> None:
    """In a table, in the first column."""
    assert re.search(rf"^\| `{key}` \|", DEFINITIONS, re.MULTILINE)


def test_every_level_is_documented() -> None:
    """In the table of levels."""
    for level in json_schema()["$defs"]["Operations"]["properties"]["read"]["enum"]:
        assert re.search(rf"^\| `{level}` \| .* \| .* \|$", DEFINITIONS, re.MULTILINE)


def test_the_examples_are_one_definition(tmp_path: Path) -> None:
    """As the page says."""
    for number, example in enumerate(re.findall(r"^```yaml\n(.*?)^```", DEFINITIONS, re.MULTILINE | re.DOTALL)):
        (tmp_path / f"{number}.yaml").write_text(example)

    assert {"clause", "client", "contract", "deal", "lead", "opportunity", "product", "visit"} == {
        entity.name for entity in load([tmp_path]).entities
    }


def test_the_longest_name_is_as_documented() -> None:
    """With the prefix ``crm_`` or any of up to eight bytes."""
    assert f"at most {MAX_BYTES - LONGEST_VERB} bytes" in DEFINITIONS


def test_the_matrix_of_the_roles_is_current() -> None:
    """docs/roles.md is generated from the definition that ships."""
    page = DOCS / "roles.md"
    introduction, mark, rest = page.read_text().partition(MARK)
    comment, _, generated = rest.partition("\n")
    expected = "\n" + markdown(load([standard()]))
    if os.environ.get("ROWLOCK_REGENERATE"):
        page.write_text(introduction + mark + comment + "\n" + expected)
    else:
        assert expected == generated
