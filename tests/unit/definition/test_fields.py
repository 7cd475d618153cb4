"""Levels of groups of fields, and who names them on the table: compared with the oracle, and said in examples."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from rls.definition import FIELD_ACCESS, Cell, Level, cells, levels
from rls.definition.combining import combined
from rls.definition.fields import withholding
from tests.oracle import fields as oracle
from tests.oracle.company import Company
from tests.unit.definition.examples import ENTITIES, GROUPS, definitions, loaded


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_levels_are_those_a_second_reading_finds(data: dict[str, Any]) -> None:
    """Every role, entity, group, operation and cell."""
    definition, company = loaded(data), Company(data)
    for role in definition.roles:
        for name, groups in GROUPS.items():
            entity = definition.entity(name)
            for group in groups if not entity.parents else ():
                for operation in FIELD_ACCESS:
                    found = {cell: level.name for cell, (level, _) in levels(role, entity, operation, group).items()}

                    assert found == {
                        cell: oracle.field_level(company, role.name, operation, name, group, *cell)
                        for cell in cells(entity)
                    }


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_columns_are_given_as_a_second_reading_finds(data: dict[str, Any]) -> None:
    """Children and roles that follow the clock included."""
    data["roles"]["a"]["timed"] = True
    definition, company = loaded(data), Company(data)
    for name, group in ((name, group) for name, groups in GROUPS.items() for group in groups):
        found = withholding(definition, definition.entity(name), group)

        assert {role: oracle.gives_field(company, role, "read", name, group) for role in found} == {
            role: not others and oracle.reaches_any(company, role, "read", name) for role, others in found.items()
        }


def _said(*roles: dict[str, Any], entity: str = "deal") -> dict[str, tuple[str, ...]]:
    permissions = {f"r{number}": {"permissions": {"deal": said}} for number, said in enumerate(roles)}
    definition = loaded({"entities": ENTITIES, "roles": permissions})
    return dict(withholding(definition, definition.entity(entity), "finance"))


def test_a_role_that_shows_all_it_reads_gives_the_columns() -> None:
    """Where nobody else reads further than they show."""
    assert _said({"read": "own"}, {"read": "all"}) == {"r0": (), "r1": ()}


def test_one_narrower_role_takes_the_columns_from_those_who_read_less() -> None:
    """Whoever holds r0 and r2 reads all deals, and sees the finance of their own; r1 shows finance of all."""
    narrow = {"read": "all", "fields": {"finance": "none"}}

    assert _said({"read": "own"}, {"read": "all"}, narrow) == {"r0": ("r2",), "r1": (), "r2": ("r2",)}


def test_columns_of_lines_are_given_as_those_of_what_they_belong_to() -> None:
    """By the group of the same name where there is one."""
    assert _said({"read": "all", "fields": {"finance": "own"}}, entity="note") == {"r0": ("r0",)}


def test_a_level_of_a_group_holds_at_every_stage_and_is_none_of_a_stage() -> None:
    """It is never explicit; what is not said is as the entity, explicit where that is."""
    said = {"read": "own", "update": "all", "stages": {"won": {"read": "all"}}, "fields": {"finance": {"read": "none"}}}
    definition = loaded({"entities": ENTITIES, "roles": {"r": {"permissions": {"deal": said}}}})
    role, deal = definition.roles[0], definition.entity("deal")

    assert {(Level.none, False)} == set(levels(role, deal, "read", "finance").values())
    assert {(Level.all, False)} == set(levels(role, deal, "update", "finance").values())
    assert (Level.all, True) == levels(role, deal, "read", "terms")[Cell("sales", "won")]
    assert {(Level.none, False)} == set(levels(role, deal, "create", "finance").values())


def test_filling_in_follows_what_is_said_of_changing() -> None:
    """And create, where nothing is said."""
    said = {"create": "all", "update": "own", "fields": {"finance": {"update": "none"}}}
    definition = loaded({"entities": ENTITIES, "roles": {"r": {"permissions": {"deal": said}}}})
    role, deal = definition.roles[0], definition.entity("deal")

    assert {(Level.none, False)} == set(levels(role, deal, "create", "finance").values())
    assert {(Level.all, False)} == set(levels(role, deal, "create", "terms").values())


@settings(deadline=None, max_examples=40)
@given(definitions())
def test_levels_of_several_roles_add_up(data: dict[str, Any]) -> None:
    """Under both rules; where no role mentions the group, it is as the record, which bounds it in any case."""
    definition, company = loaded(data), Company(data)
    one = combined(definition, definition.roles, "all")
    for name, group in ((name, group) for name, groups in GROUPS.items() for group in groups if name != "note"):
        entity = definition.entity(name)
        for operation in FIELD_ACCESS:
            record = levels(one, entity, operation)
            for cell, (level, _) in levels(one, entity, operation, group).items():
                said = (oracle.field_level(company, role, operation, name, group, *cell) for role in data["roles"])

                assert min(level, record[cell][0]) == min(max(Level[each] for each in said), record[cell][0])
