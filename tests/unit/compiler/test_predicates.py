"""The body of a predicate function: readable, and each reach argument used once."""

from __future__ import annotations

import re

import pytest

from rls.compiler import compile_state
from rls.definition.model import (
    OPERATIONS,
    Carries,
    Definition,
    Entity,
    Level,
    Owner,
    Parent,
    Permission,
    Pipeline,
    Role,
)
from rls.names import Installation, QualifiedName
from rls.state.facts import Column, Facts, Table
from rls.state.objects import Function, Policy

DEAL = Entity(
    "deal",
    QualifiedName("crm", "deal"),
    owner=Owner("owner_id"),
    open="is_open",
    stage="stage",
    pipeline="pipeline",
    pipelines=(Pipeline("partners", ("new", "signed")), Pipeline("sales", ("new", "won"))),
)
PRODUCT = Entity("product", QualifiedName("crm", "product"))
ACTIVITY = Entity(
    "activity",
    QualifiedName("crm", "activity"),
    parents=(Parent("deal_id", "deal"), Parent("product_id", "product")),
    carries=Carries("parent_owner_id", "parent_is_open", "parent_stage", "parent_pipeline"),
)
COLUMNS = {
    DEAL: {"id": "bigint", "owner_id": "integer", "is_open": "boolean", "stage": "text", "pipeline": "text"},
    PRODUCT: {"id": "bigint", "name": "text"},
    ACTIVITY: {
        "id": "bigint",
        "deal_id": "bigint",
        "product_id": "bigint",
        "parent_owner_id": "integer",
        "parent_is_open": "boolean",
        "parent_stage": "text",
        "parent_pipeline": "text",
    },
}
FACTS = Facts(
    {
        entity.table: Table(
            entity.table, tuple(Column(name, kind, identity=name == "id") for name, kind in columns.items()), ("id",)
        )
        for entity, columns in COLUMNS.items()
    }
)


def functions(*roles: Role, several_roles: str = "highest") -> dict[tuple[str, str], Function]:
    """Compile the roles; return the functions by name and table."""
    definition = Definition(several_roles, (ACTIVITY, DEAL, PRODUCT), roles)  # type: ignore[arg-type]
    state = compile_state(definition, FACTS, Installation())
    return {(thing.name, thing.table.name): thing for thing in state.objects if isinstance(thing, Function)}


def role(name: str, *permissions: Permission, timed: bool = False) -> Role:
    """Return a role."""
    return Role(name, permissions=permissions, timed=timed)


def body(permissions: list[Permission], operation: str = "reads", table: str = "deal") -> str:
    """Return the body of one function of a role with these permissions, without quotes round names."""
    found = functions(role("manager", *permissions))[f"manager_{operation}", table]
    return found.body.replace('"', "")


MINE = "(mine[deal.owner_id] or null) is not null"
DEPARTMENT = "(department_reached[deal.owner_id] or null) is not null"
SUBTREE = "(subtree_reached[deal.owner_id] or null) is not null"
BY_ME = "deal.owner_id = rls.me()"
BY_DEPARTMENT = "rls.owned_by(deal.owner_id, rls.department_owners())"
BY_SUBTREE = "rls.owned_by(deal.owner_id, rls.subtree_owners())"


@pytest.mark.parametrize(
    "level, expected",
    [
        (Level.none, "false"),
        (Level.own, f"({MINE}) and ({BY_ME})"),
        (Level.department, f"({DEPARTMENT}) and ({BY_DEPARTMENT})"),
        (Level.subdepartments, f"({SUBTREE}) and ({BY_SUBTREE})"),
        (Level.open, f"(({SUBTREE}) or (deal.is_open)) and (({BY_SUBTREE}) or (deal.is_open))"),
        (Level.all, "true"),
    ],
)
def test_a_level_without_stages_is_one_condition(level: Level, expected: str) -> None:
    """Own is an equality with one value, all is nothing at all (performance: What decides)."""
    assert expected == body([Permission("deal", "read", level)])


@pytest.mark.parametrize(
    "owner, kind, reached",
    [
        (Owner("owner_id"), "bigint", "any (department_owners)"),
        (Owner("owner_id", "key"), "uuid", "any (department_owners)"),
        (Owner("owner_id"), "integer", "department_reached["),
    ],
)
def test_only_an_integer_can_be_a_subscript(owner: Owner, kind: str, reached: str) -> None:
    """A bigint that does not fit would fail, and so tell of a hidden row."""
    entity = Entity("deal", QualifiedName("crm", "deal"), owner=owner)
    columns = (Column("id", "bigint"), Column("owner_id", kind, compared_as=kind))
    facts = Facts({entity.table: Table(entity.table, columns, ("id",))})
    manager = role("manager", Permission("deal", "read", Level.department))
    state = compile_state(Definition("highest", (entity,), (manager,)), facts, Installation())
    (reads,) = (thing for thing in state.objects if isinstance(thing, Function) and thing.name == "manager_reads")

    assert reached in reads.body.replace('"', "")


def test_a_stage_of_its_own_splits_the_rows_in_two() -> None:
    """Each level appears once, with the stages it holds for; the widest is live for all of them."""
    permissions = [Permission("deal", "read", Level.department), Permission("deal", "read", Level.own, stage="won")]

    assert body(permissions) == (
        f"({DEPARTMENT}) and (((deal.stage in ('won')) and (({MINE}) and ({BY_ME})))"
        f" or (((deal.stage in ('won')) is not true) and ({BY_DEPARTMENT})))"
    )


def test_a_pipeline_that_says_anything_is_a_world_of_its_own() -> None:
    """The entity's stages do not count there."""
    permissions = [
        Permission("deal", "read", Level.all),
        Permission("deal", "read", Level.none, stage="won"),
        Permission("deal", "read", Level.own, pipeline="partners"),
    ]

    assert body(permissions) == (
        f"((deal.pipeline in ('partners')) and (({MINE}) and ({BY_ME})))"
        " or (((deal.pipeline in ('partners')) is not true) and ((deal.stage in ('won')) is not true))"
    )


def test_a_child_reads_what_it_carries_of_its_parent() -> None:
    """An activity's right to be read is its deal's, on the columns it carries."""
    text = body([Permission("deal", "read", Level.own)], table="activity")

    assert text == (
        "((mine[activity.parent_owner_id] or null) is not null)"
        " and ((activity.deal_id is not null) and (activity.parent_owner_id = rls.me()))"
    )


def test_a_child_of_parents_all_of_which_are_readable_has_no_filter() -> None:
    """Nothing is left of the policy at level all."""
    permissions = [Permission(entity, "read", Level.all) for entity in ("deal", "product")]

    assert body(permissions, table="activity") == "true"


def test_a_write_within_the_roles_own_read_needs_no_check_of_reading() -> None:
    """What the role reads at least as far is not asked again."""
    permissions = [Permission("deal", "read", Level.department), Permission("deal", "update", Level.own)]

    assert body(permissions, "updates") == f"({MINE}) and ({BY_ME})"


def test_a_write_beyond_the_roles_own_read_asks_what_its_caller_may_read() -> None:
    """Another role of the same person may read further (security, rule 4)."""
    text = body([Permission("deal", "update", Level.all)], "deletes") + body(
        [Permission("deal", "update", Level.all)], "updates"
    )

    assert "any (readable_all)" in text
    assert "any (readable_own)" in text


def test_a_timed_role_counts_only_where_its_caller_holds_it_now() -> None:
    """The clock is asked once a query."""
    found = functions(role("temp", Permission("product", "read", Level.all), timed=True))["temp_reads", "product"]

    assert re.fullmatch(r"'[0-9a-f]{16}:product:\*/\*' = any \(counted\)", found.body)


def test_an_explicit_level_of_another_role_is_asked_for_only_where_there_is_one() -> None:
    """Bitrix24's rule costs nothing where no role says a stage of its own."""
    plain = Permission("deal", "read", Level.all)
    explicit = Permission("deal", "read", Level.none, stage="won")
    alone = functions(role("a", plain), role("b", plain), several_roles="explicit")
    overruled = functions(role("a", plain), role("b", plain, explicit), several_roles="explicit")

    assert alone["a_reads", "deal"].body == "true"
    assert "any (counted)" in overruled["a_reads", "deal"].body
    assert "counted" not in overruled["b_reads", "deal"].body


def covering(*roles: Role, several_roles: str = "highest") -> dict[str, list[str]]:
    """Return role → the database roles that have its reading of deals left out."""
    made = functions(*roles, several_roles=several_roles)
    return {
        each.name: re.findall(r"'(crm_\w+)'", made[f"{each.name}_reads", "deal"].body.partition(" and ")[0])
        for each in roles
    }


def test_a_role_is_left_out_where_another_reads_as_far() -> None:
    """In every stage, at any time, whatever other roles say; of two that read alike it is one; never for everything."""
    own, wide = (Permission("deal", "read", level) for level in (Level.own, Level.department))
    won = Permission("deal", "read", Level.all, stage="won")
    none = Permission("deal", "read", Level.none, stage="won")
    everything = Permission("deal", "read", Level.all)

    assert covering(role("a", own), role("b", wide)) == {"a": ["crm_b"], "b": []}
    assert covering(role("a", own), role("b", own), role("c", own)) == {
        "a": [],
        "b": ["crm_a"],
        "c": ["crm_a", "crm_b"],
    }
    assert covering(role("a", own), role("b", won)) == {"a": [], "b": []}
    assert covering(role("a", own), role("b", wide, won)) == {"a": ["crm_b"], "b": []}
    assert covering(role("a", own), role("b", everything)) == {"a": [], "b": []}
    assert covering(role("a", own), role("b", wide), role("c", wide, won))["a"] == ["crm_c", "crm_b"]
    assert covering(role("a", own, timed=True), role("b", own)) == {"a": ["crm_b"], "b": []}
    assert covering(role("a", own), role("b", wide, timed=True)) == {"a": [], "b": []}
    assert covering(role("a", own), role("b", wide), role("c", none), several_roles="explicit")["a"] == []


def test_every_reach_argument_is_used_at_most_once() -> None:
    """More, and PostgreSQL does not inline the function."""
    every = [
        Permission("deal", operation, level, stage=stage, pipeline=pipeline)
        for operation in OPERATIONS
        for pipeline in (None, "partners")
        for stage, level in zip((None, "new", "signed", "won"), (Level.open, *list(Level)[1:4]), strict=True)
    ]
    for function in functions(role("manager", *every)).values():
        for name, _ in function.arguments:
            assert len(re.findall(rf"\b{name}\b", function.body.replace(f'."{name}"', ""))) <= 1, (name, function.body)


def test_policies_depend_on_the_names_of_roles_and_entities_alone() -> None:
    """A change of rights must not touch a table."""
    one = Definition("highest", (ACTIVITY, DEAL, PRODUCT), (role("manager"),))
    other = Definition("explicit", one.entities, (role("manager", Permission("deal", "read", Level.all), timed=True),))
    policies = [
        {thing for thing in compile_state(definition, FACTS, Installation()).objects if isinstance(thing, Policy)}
        for definition in (one, other)
    ]

    assert policies[0] == policies[1]


def test_where_the_flag_opens_some_stages_only_each_level_is_live_by_itself() -> None:
    """What comes first lets open records through, and constants may say too much."""
    won = Permission("deal", "read", Level.subdepartments, stage="won")

    assert body([Permission("deal", "read", Level.open), won]) == (
        f"(({SUBTREE}) and ({BY_SUBTREE})) or (((deal.stage in ('won')) is not true) and (deal.is_open))"
    )
