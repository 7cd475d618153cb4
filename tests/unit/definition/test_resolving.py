"""Wildcards, extended roles and defaults written out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from rls.definition import Carries, Definition, Level, Owner, Parent, Pipeline
from rls.definition.loading import load
from rls.names import QualifiedName
from tests.oracle import roles as oracle
from tests.unit.definition.examples import ENTITIES, definitions, loaded

OWN_TABLES = Path(__file__).parent / "good" / "own_tables.yaml"


def said(definition: Definition, role: str) -> dict[tuple[str, str, str | None, str | None], str]:
    """Return what a role says of records, as the oracle writes it."""
    (found,) = (one for one in definition.roles if one.name == role)
    return {
        (one.entity, one.operation, one.pipeline, one.stage): one.level.name
        for one in found.permissions
        if one.fields is None
    }


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_permissions_are_those_a_second_reading_finds(data: dict[str, Any]) -> None:
    """Wildcard, named entity, extension: as the oracle reads them."""
    definition = loaded(data)

    for role in data["roles"]:
        assert oracle.permissions(data, role) == said(definition, role)


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_everything_is_sorted(data: dict[str, Any]) -> None:
    """Equal definitions print equal bytes, so nothing depends on the order of the file."""
    definition = loaded(data)
    backwards = {key: dict(reversed(data[key].items())) for key in ("roles", "entities")}

    assert definition == loaded(data | backwards | {"assignments": data["assignments"][::-1]})


def roles(**permissions: Any) -> Definition:
    """Return a definition whose roles say this; ``extends`` stands among the permissions."""
    data = {
        name: {
            "extends": words.pop("extends", []),
            "permissions": {name.replace("every", "*"): levels for name, levels in words.items()},
        }
        for name, words in permissions.items()
    }
    return loaded({"entities": ENTITIES, "roles": data})


def test_a_wildcard_reaches_what_it_can_apply_to() -> None:
    """Own needs an owner, open a flag, children have nothing."""
    assert {"contact", "deal", "lead"} == {entity for entity, *_ in said(roles(r={"every": "own"}), "r")}
    assert {"lead"} == {entity for entity, *_ in said(roles(r={"every": "open"}), "r")}
    assert {"contact", "deal", "lead", "product"} == {entity for entity, *_ in said(roles(r={"every": "all"}), "r")}


def test_a_named_entity_stands_before_the_wildcard_operation_by_operation() -> None:
    """What it does not mention keeps the wildcard's level."""
    found = said(roles(r={"every": "own", "lead": {"read": "all"}}), "r")

    assert found["lead", "read", None, None] == "all"
    assert found["lead", "update", None, None] == "own"


def test_a_role_replaces_what_it_extends() -> None:
    """Also by a lower level, and by its wildcard."""
    found = said(roles(base={"lead": {"read": "all"}}, r={"extends": "base", "lead": {"read": "none"}}), "r")
    assert found == {("lead", "read", None, None): "none"}

    found = said(roles(base={"lead": {"read": "all"}}, r={"extends": "base", "every": "own"}), "r")
    assert found["lead", "read", None, None] == "own"


def test_of_several_extended_roles_the_highest_counts() -> None:
    """Whatever their order."""
    bases: dict[str, Any] = {"low": {"lead": {"read": "own"}}, "high": {"lead": {"read": "all"}}}

    for order in (["low", "high"], ["high", "low"]):
        found = said(roles(**bases, r={"extends": order}), "r")
        assert found == {("lead", "read", None, None): "all"}


def test_a_long_chain_and_a_wide_lattice_of_roles() -> None:
    """Neither deep nor exponential: 300 roles, each extending the two before it."""
    names = [f"r{number}" for number in range(300)]
    data: dict[str, Any] = {name: {"extends": names[max(0, at - 2) : at]} for at, name in enumerate(names)}
    data["r0"]["permissions"] = {"lead": "own"}

    definition = loaded({"entities": ENTITIES, "roles": data})

    assert {6} == {len(role.permissions) for role in definition.roles}


def test_somebodys_own_tables() -> None:
    """Names in upper case, with blanks, dots, digits: as they are written."""
    definition = load([OWN_TABLES])
    opportunity, client = definition.entity("opportunity"), definition.entity("client")

    assert definition.several_roles == "explicit"
    assert QualifiedName("Sales", "Opportunities.2024") == opportunity.table
    assert Owner("Rep No", "key") == client.owner
    assert client.key == ("Company", "Client No")
    assert client.columns == ("Client No", "Company", "Name", "yes")
    assert (
        Pipeline("empty", ()),
        Pipeline("hardware", ("quoted", "won/lost", "null")),
        Pipeline("no", ("1", "2", "yes", "2024-01-01", "*won*")),
    ) == opportunity.pipelines
    assert opportunity.stages == ()


def test_children_and_assignments() -> None:
    """Parents and what is carried; every kind of principal."""
    definition = load([OWN_TABLES])
    visit = definition.entity("visit")

    parents = (Parent("client", "client"), Parent("opp", "opportunity"), Parent("opp_2", "opportunity"))
    assert parents == visit.parents
    assert Carries("parent_rep", "parent_public", "parent_phase", "parent_line") == visit.carries
    assert visit.key == ("id",)
    assert [(one.role, one.kind, one.name) for one in definition.assignments] == [
        ("both", "department", "Firma/Süd & West"),
        ("both", "group", "1. Mannschaft"),
        ("both", "person", "anna"),
        ("both", "project_group", "CRM"),
        ("both", "subdepartments", "Firma/Süd & West"),
        ("no", "everyone", None),
    ]


def test_merge_keys_and_aliases() -> None:
    """What a mapping says itself stands before what it merges."""
    definition = load([OWN_TABLES])

    assert said(definition, "both")["client", "read", None, None] == "all"
    assert said(definition, "both")["opportunity", "read", None, None] == "open"


def test_a_directory_is_one_definition(tmp_path: Path) -> None:
    """Files are read in the order of their names, other files and directories not at all."""
    (tmp_path / "b.yaml").write_text("roles: {r: {permissions: {deal: all}}}")
    (tmp_path / "a.yml").write_bytes("\ufeffentities: {deal: {table: crm.deal}}\r\n".encode())
    (tmp_path / "notes.txt").write_text("- nothing of ours")
    (tmp_path / "more.yaml").mkdir()

    whole = load([tmp_path])

    assert [Level.all] * 6 == [permission.level for permission in whole.roles[0].permissions]
    assert whole == load([tmp_path / "b.yaml", tmp_path / "a.yml", tmp_path])


@pytest.mark.parametrize("empty", ["{}", "{permissions: {}}", "{extends: [], description: ''}"])
def test_a_role_may_say_nothing(empty: str, tmp_path: Path) -> None:
    """No rights is a role, too."""
    (tmp_path / "a.yaml").write_text(f"entities: {{deal: {{table: crm.deal}}}}\nroles: {{r: {empty}}}\n")

    assert load([tmp_path]).roles[0].permissions == ()
