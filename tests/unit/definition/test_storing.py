"""A definition as JSON and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rls.definition import Definition, digest, dump, parse
from rls.definition.loading import load, standard
from tests.unit.definition.examples import definitions, loaded

OWN_TABLES = Path(__file__).parent / "good" / "own_tables.yaml"


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_parse_gives_back_what_dump_wrote(data: dict[str, Any]) -> None:
    """Through JSON text, as a database keeps it."""
    definition = loaded(data)

    assert definition == parse(json.loads(json.dumps(dump(definition))))


@pytest.mark.parametrize("path", [standard(), OWN_TABLES], ids=["standard", "own tables"])
def test_real_definitions_come_back(path: Path) -> None:
    """Every part of the model is in use in one of these."""
    definition = load([path])

    back = parse(json.loads(json.dumps(dump(definition), sort_keys=True)))

    assert definition == back
    assert digest(definition) == digest(back)


def test_a_digest_is_of_what_is_said_not_of_how(tmp_path: Path) -> None:
    """Order and layout do not count, a level does."""
    digests = []
    for number, roles in enumerate(["{a: {}, b: {}}", "{b: {}, a: {extends: []}}", "{b: {}, a: {timed: true}}"]):
        file = tmp_path / f"{number}.yaml"
        file.write_text(f"roles: {roles}\nentities: {{deal: {{table: crm.deal}}}}\n")
        digests.append(digest(load([file])))

    assert digests[0] == digests[1] != digests[2]


def test_levels_are_stored_by_name() -> None:
    """So that people can read what is in the database."""
    definition = loaded({"entities": {"deal": {"table": "crm.deal"}}, "roles": {"r": {"permissions": {"deal": "all"}}}})

    assert {"all"} == {permission["level"] for permission in dump(definition)["roles"][0]["permissions"]}


def test_another_format_is_refused() -> None:
    """A database written by a newer version is not misread."""
    with pytest.raises(ValueError, match="has format 2, this version reads 1"):
        parse(dump(Definition()) | {"format": 2})
