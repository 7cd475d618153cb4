"""Fields, export and import, as the oracle reads them: each case under the sentence it comes from."""

from itertools import combinations_with_replacement, product
from typing import Any

import pytest
from ruamel.yaml import YAML

from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.fields import (
    budget,
    counted,
    exports,
    group_of,
    imports,
    metered,
    names_field,
    sees_field,
    writes_field,
    writes_fields_from,
)
from tests.oracle.oracle import visible

DEFINITION = """
entities:
  deal:
    table: t.deal
    owner: owner_id
    stage: stage
    stages: [new, won]
    fields: {finance: [amount, margin], terms: discount}
    read_budget: 10000 per day
    create_budget: {rows: 1000, per: hour, statement: 100}
  line:
    table: t.line
    parents: {deal_id: deal}
    carries: {owner: parent_owner, stage: parent_stage}
    fields: {finance: price, packing: [box]}
  note: {table: t.note, owner: owner_id}
roles:
  reader: {permissions: {deal: {read: all}}}
  seller: {permissions: {deal: {read: department, update: own, create: own, fields: {finance: {read: own}}}}}
  clerk: {permissions: {deal: {read: all, update: all, create: all, fields: {finance: none}}}}
  blind: {permissions: {deal: {fields: {finance: all}}}}
  setter: {permissions: {deal: {read: all, update: all, create: all, fields: {finance: {read: all, update: own}}}}}
  winner: {permissions: {deal: {read: all, stages: {won: {read: own}}, fields: {terms: own}}}}
  late: {timed: true, permissions: {deal: {read: all}}}
  heir: {extends: [seller, clerk]}
  own_word: {extends: clerk, permissions: {deal: {fields: {finance: {read: department}}}}}
  exporter: {permissions: {deal: {read: all, export: department}}}
  loader: {permissions: {deal: {create: all, import: own}}}
"""
EAST, WEST = "Company/East", "Company/West"
ME = Person("me", frozenset({EAST}))
PEOPLE = (ME, Person("colleague", frozenset({EAST})), Person("west", frozenset({WEST})))


def company(*roles: str, **more: Any) -> Company:
    """Return a company in which ME holds these roles."""
    definition = YAML(typ="safe").load(DEFINITION) | more
    departments = {"Company": None, EAST: "Company", WEST: "Company"}
    return Company(definition, departments, PEOPLE, tuple(Assignment(role, "person", "me") for role in roles))


def deal(owner: str, stage: str | None = None) -> Record:
    """Return a deal of this owner."""
    return Record("deal", owner, stage=stage)


def line(owner: str) -> Record:
    """Return a line of a deal of this owner."""
    return Record("line", parent=deal(owner))


def seen(roles: list[str], group: str = "finance", kind: Any = deal, **more: Any) -> str:
    """Return who owns the records whose fields ME sees."""
    found = company(*roles, **more)
    return " ".join(owner for owner in ("me", "colleague", "west") if sees_field(found, ME, kind(owner), group))


@pytest.mark.parametrize(
    "roles, group, owners",
    [
        (["reader"], "finance", "me colleague west"),
        (["seller"], "finance", "me"),
        (["seller"], "terms", "me colleague"),
        (["clerk"], "finance", ""),
        (["blind"], "finance", ""),
        (["heir"], "finance", "me"),
        (["own_word"], "finance", "me colleague"),
        ([], "finance", ""),
    ],
)
def test_a_group_has_its_own_level_and_without_one_the_entitys(roles: list[str], group: str, owners: str) -> None:
    """No mention: as the entity, role by role; of several extended roles that say it the highest counts."""
    assert owners == seen(roles, group)


def test_levels_of_several_roles_add_up() -> None:
    """The record by whatever role; the field by some role, its own level where it does not mention the group."""
    assert seen(["clerk", "seller"]) == "me"
    assert seen(["clerk", "reader"]) == "me colleague west"
    assert seen(["clerk", "blind"]) == "me colleague west"
    assert seen(["seller", "blind"]) == "me colleague"


@pytest.mark.parametrize("rule", ["highest", "explicit"])
def test_a_groups_level_holds_at_every_stage(rule: str) -> None:
    """What a role says of a group is flat; what it does not say follows the stages."""
    found = company("winner", several_roles=rule)

    assert sees_field(found, ME, deal("me", "won"), "terms")
    assert not sees_field(found, ME, deal("west", "new"), "terms")
    assert sees_field(found, ME, deal("west", "new"), "finance")
    assert not sees_field(found, ME, deal("west", "won"), "finance")


def test_the_dismissed_see_no_field() -> None:
    """They lose every right at once."""
    gone = Person("me", frozenset({EAST}), dismissed=True)

    assert not sees_field(company("reader"), gone, deal("me"), "finance")


def test_fields_of_a_child_follow_the_group_of_the_same_name() -> None:
    """Where the parent has none, they follow the parent itself."""
    assert seen(["seller"], "finance", line) == "me"
    assert seen(["seller"], "packing", line) == "me colleague"
    assert seen(["clerk"], "finance", line) == ""


@pytest.mark.parametrize(
    "roles, operation, owners",
    [
        (["setter"], "update", "me"),
        (["setter"], "create", "me"),
        (["clerk"], "create", ""),
        (["seller"], "update", "me"),
        (["reader"], "update", ""),
        (["clerk", "setter"], "update", "me"),
        (["clerk", "blind"], "update", "me colleague west"),
    ],
)
def test_writing_a_group_covers_changing_and_filling_in(roles: list[str], operation: str, owners: str) -> None:
    """Bounded by the entity's own update and create; not mentioned, as those."""
    found = company(*roles)
    writable = [one for one in ("me", "colleague", "west") if writes_field(found, ME, operation, deal(one), "finance")]

    assert owners == " ".join(writable)


def test_what_is_written_lies_within_the_group_before_and_after() -> None:
    """As a changed record must still lie within the update level."""
    found = company("setter")

    assert writes_fields_from(found, ME, deal("me"), deal("me"), ["finance"])
    assert not writes_fields_from(found, ME, deal("me"), deal("west"), ["finance"])
    assert not writes_fields_from(found, ME, deal("west"), deal("me"), ["finance"])
    assert writes_fields_from(found, ME, deal("west"), deal("me"), [])


def test_lines_are_filled_in_by_whoever_may_write_the_deals_group() -> None:
    """Writing a child is updating its parent."""
    assert writes_field(company("setter"), ME, "create", line("me"), "finance")
    assert not writes_field(company("setter"), ME, "create", line("west"), "finance")
    assert writes_field(company("setter"), ME, "create", line("west"), "packing")


def test_a_column_is_named_only_where_no_second_role_could_show_more_rows() -> None:
    """Privileges know no rows: with clerk, who reads all, none but readers of everything give finance."""
    assert names_field(company("reader"), ME, "read", "deal", "finance")
    assert not names_field(company("seller"), ME, "read", "deal", "finance")
    assert not names_field(company("late"), ME, "read", "deal", "finance"), "between assignments it shows nothing"
    assert not names_field(company("clerk"), ME, "read", "deal", "finance")
    assert names_field(company("clerk", "reader"), ME, "read", "deal", "finance")
    assert names_field(company("reader"), ME, "read", "line", "finance")
    assert not names_field(company("winner"), ME, "read", "deal", "terms")


def test_a_column_is_written_by_whoever_writes_it_anywhere() -> None:
    """In which records, is asked row by row."""
    assert names_field(company("setter"), ME, "update", "deal", "finance")
    assert names_field(company("setter"), ME, "create", "line", "finance")
    assert not names_field(company("clerk"), ME, "update", "deal", "finance")
    assert names_field(company("blind"), ME, "update", "deal", "finance"), "in deals another role updates"
    assert names_field(company("blind"), ME, "create", "line", "finance")
    assert not names_field(company("blind"), ME, "update", "deal", "terms")
    assert not names_field(company("reader"), ME, "update", "deal", "finance")


def test_what_one_role_adds_is_written_where_another_writes() -> None:
    """Permissions of all of a person's roles add up."""
    for operation in ("update", "create"):
        assert writes_field(company("clerk", "blind"), ME, operation, deal("west"), "finance")
        assert not writes_field(company("seller", "blind"), ME, operation, deal("west"), "finance")
        assert not writes_field(company("blind"), ME, operation, deal("me"), "finance")


def test_whoever_names_a_field_sees_it_wherever_they_read() -> None:
    """The privilege never shows more than the reading view."""
    roles = list(YAML(typ="safe").load(DEFINITION)["roles"])
    records = [deal(owner, stage) for owner in ("me", "colleague", "west") for stage in (None, "won")]
    for held, group in product(combinations_with_replacement(roles, 2), ("finance", "terms")):
        found = company(*held)
        if names_field(found, ME, "read", "deal", group):
            assert all(sees_field(found, ME, record, group) for record in visible(found, ME, records))


def test_whoever_has_export_is_not_metered() -> None:
    """As far as that level: further readable records count."""
    found = company("exporter")

    assert exports(found, ME, deal("colleague"))
    assert not metered(found, ME, deal("colleague"))
    assert metered(found, ME, deal("west"))
    assert not metered(company("seller"), ME, deal("west")), "a hidden record changes nothing"
    assert not metered(found, ME, Record("note", "me")), "no budget, no meter"


def test_import_is_beside_create() -> None:
    """Every row is checked against the import level and the create rules."""
    found = company("loader")

    assert imports(found, ME, deal("me"))
    assert not counted(found, ME, deal("me"))
    assert counted(found, ME, deal("west"))
    assert not counted(company("reader"), ME, deal("me"))


def test_budgets_and_groups_are_read_in_both_forms() -> None:
    """Short and long."""
    found = company()

    assert budget(found, "deal", "read_budget") == {"rows": 10000, "per": "day", "statement": 10000}
    assert budget(found, "deal", "create_budget") == {"rows": 1000, "per": "hour", "statement": 100}
    assert budget(found, "note", "read_budget") is None
    assert [group_of(found, "deal", column) for column in ("margin", "discount", "name")] == ["finance", "terms", None]
