"""Which differences of two definitions let somebody reach more."""

from __future__ import annotations

import functools
import itertools
from dataclasses import replace
from typing import Any

import pytest

from rls.definition.combining import combined
from rls.definition.levels import cells, levels
from rls.definition.model import (
    FIELD_OPERATIONS,
    Assignment,
    Budget,
    Definition,
    Entity,
    FieldGroup,
    Level,
    Owner,
    Permission,
    Pipeline,
    Role,
    SeveralRoles,
)
from rls.effect import level_changes, widens
from rls.names import QualifiedName

DEAL = Entity("deal", QualifiedName("crm", "deal"), Owner("owner_id"), stage="stage", stages=("new", "won"))
PIPED = Entity(
    "deal",
    QualifiedName("crm", "deal"),
    Owner("owner_id"),
    stage="stage",
    pipeline="pipeline",
    pipelines=(Pipeline("sales", ("new", "won")), Pipeline("partners", ("new", "audit"))),
)


def reading(level: str, pipeline: str | None = None, /, **stages: str) -> tuple[Permission, ...]:
    """Return permissions to read deals: a level, and other ones in some stages."""
    base = Permission("deal", "read", Level[level], pipeline)
    return (base, *(Permission("deal", "read", Level[said], pipeline, stage) for stage, said in stages.items()))


def defined(*permissions: Permission, rule: SeveralRoles = "highest", entity: Entity = DEAL, **more: Any) -> Definition:
    """Return a definition with one role, manager."""
    return Definition(rule, (entity,), (Role("manager", permissions=permissions),), **more)


def lines(before: Definition, after: Definition) -> list[str]:
    """Return the differences as a plan prints them."""
    return [str(change) for change in level_changes(before, after)]


def test_no_difference_is_none() -> None:
    """Equal definitions change nothing."""
    rights = defined(*reading("own", won="none"))

    assert level_changes(rights, rights) == ()
    assert not widens(())


@pytest.mark.parametrize(
    "before, after, line",
    [
        (reading("own"), reading("department"), "manager: deal read own → department (opens)"),
        (reading("all"), reading("open"), "manager: deal read all → open (closes)"),
        (reading("own"), (), "manager: deal read own → none (closes)"),
        (reading("own"), reading("own", won="none"), "manager: deal read in won own → none (closes)"),
        (reading("own", won="none"), reading("all", won="none"), "manager: deal read not in won own → all (opens)"),
    ],
)
def test_a_level(before: tuple[Permission, ...], after: tuple[Permission, ...], line: str) -> None:
    """A level that reaches further opens, another closes; the line says where."""
    assert lines(defined(*before), defined(*after)) == [line]
    assert widens(level_changes(defined(*before), defined(*after))) is line.endswith("(opens)")


def test_both_ways_at_once() -> None:
    """More here and less there are two lines, and that counts as widening."""
    changes = level_changes(defined(*reading("own", won="all")), defined(*reading("department", won="none")))

    assert sorted(map(str, changes)) == [
        "manager: deal read in won all → none (closes)",
        "manager: deal read not in won own → department (opens)",
    ]
    assert widens(changes)


@pytest.mark.parametrize(
    "after, line",
    [
        (reading("own", "partners"), "manager: deal read in pipeline partners none → own (opens)"),
        (reading("none", "partners", audit="all"), "manager: deal read in partners: audit none → all (opens)"),
        (reading("none", won="all"), "manager: deal read in won none → all (opens)"),
    ],
)
def test_a_pipeline(after: tuple[Permission, ...], line: str) -> None:
    """A pipeline's own level is named by its pipeline, a stage of every pipeline by its stage."""
    assert lines(defined(entity=PIPED), defined(*after, entity=PIPED)) == [line]


def test_a_stage_declared_with_a_level_of_its_own() -> None:
    """What was one of the other stages had the entity's level."""
    more = Entity("deal", DEAL.table, DEAL.owner, stage="stage", stages=("new", "won", "audit"))

    assert lines(defined(*reading("own")), defined(*reading("own", audit="all"), entity=more)) == [
        "manager: deal read in audit own → all (opens)"
    ]
    assert lines(defined(*reading("own")), defined(*reading("own"), entity=more)) == []


def test_a_role() -> None:
    """A new role opens, a dropped one closes; abstract ones are no roles."""
    nobody = Definition(entities=(DEAL,))
    abstract = Definition(entities=(DEAL,), roles=(Role("manager", abstract=True, permissions=reading("all")),))

    assert lines(nobody, defined(*reading("own"))) == ["role manager: added, with rights on deal (opens)"]
    assert lines(defined(*reading("own")), nobody) == ["role manager: removed, with rights on deal (closes)"]
    assert lines(nobody, abstract) == []


def test_a_role_that_follows_the_clock() -> None:
    """Assignments that begin or end may count otherwise."""
    timed = Definition(entities=(DEAL,), roles=(Role("manager", timed=True),))

    assert lines(defined(), timed) == ["role manager timed: no → yes (changes)"]
    assert widens(level_changes(defined(), timed))


def test_an_assignment() -> None:
    """Whoever is given a role gains."""
    given = defined(assignments=(Assignment("manager", "subdepartments", "Company/East"),))

    assert lines(defined(), given) == ["assignment manager: added, to department Company/East and those below (opens)"]
    assert lines(given, defined()) == [
        "assignment manager: removed, to department Company/East and those below (closes)"
    ]


def test_an_entity() -> None:
    """Another table or owner column may mean anything; so may a table that is left to itself."""
    other = Entity("deal", DEAL.table, Owner("rep", "key"), stage="stage", stages=DEAL.stages)
    nothing = Definition(roles=defined().roles)

    assert lines(defined(), defined(entity=other)) == ["entity deal owner: owner_id/id → rep/key (changes)"]
    assert lines(defined(), nothing) == ["entity deal: removed, table crm.deal (closes)"]
    assert lines(nothing, defined()) == ["entity deal: added, table crm.deal (closes)"]


def test_columns() -> None:
    """Fewer columns close, more open."""
    some = Entity("deal", DEAL.table, DEAL.owner, stage="stage", stages=DEAL.stages, columns=("id", "title"))
    fewer = Entity("deal", DEAL.table, DEAL.owner, stage="stage", stages=DEAL.stages, columns=("id",))

    assert [widens(level_changes(defined(entity=one), defined(entity=two))) for one, two in
            ((DEAL, some), (some, fewer), (fewer, some), (some, DEAL))] == [False, False, True, True]  # fmt: skip


def test_the_rule() -> None:
    """Of fewer levels the highest is no higher."""
    highest, explicit = defined(*reading("own")), defined(*reading("own"), rule="explicit")

    assert lines(highest, explicit) == ["several_roles: highest → explicit (closes)"]
    assert lines(explicit, highest) == ["several_roles: explicit → highest (opens)"]


def test_the_same_level_said_for_a_stage() -> None:
    """Under explicit it silences other roles; without it they speak."""
    inherited, said = (defined(*reading("own", **stages), rule="explicit") for stages in ({}, {"won": "own"}))

    assert lines(inherited, said) == ["manager: deal read in won own (inherited) → own (explicit) (changes)"]
    assert widens(level_changes(said, inherited))
    assert lines(defined(*reading("own")), defined(*reading("own", won="own"))) == []


def test_a_role_with_stages_dropped_under_explicit() -> None:
    """What it silenced speaks again."""
    roles = Definition("explicit", (DEAL,), (Role("guest", permissions=reading("none", won="none")),))

    assert widens(level_changes(roles, Definition("explicit", (DEAL,))))


SAID: tuple[tuple[Permission, ...], ...] = (
    (),
    reading("own"),
    reading("department"),
    reading("own", won="none"),
    reading("none", won="own"),
    reading("own", won="own"),
    reading("department", won="all"),
)
SIDES = [
    Definition(rule, (DEAL,), (Role("a", permissions=one), Role("b", permissions=two)))
    for rule in ("highest", "explicit")
    for one, two in itertools.product(SAID, repeat=2)
]


FINANCE = replace(DEAL, fields=(FieldGroup("finance", ("amount",)),))


def finance(read: str, update: str | None = None) -> tuple[Permission, ...]:
    """Return permissions to read all deals, and what is said of finance."""
    said = {"read": read} | ({"update": update} if update else {})
    groups = (Permission("deal", op, Level[said[op]], fields="finance") for op in FIELD_OPERATIONS if op in said)
    return (*reading("all"), *groups)


def test_levels_of_groups() -> None:
    """Told where a role says them; filling in goes with changing."""
    own, department = (defined(*finance(level, level), entity=FINANCE) for level in ("own", "department"))
    silent = defined(*reading("all"), entity=FINANCE)

    assert lines(own, department) == [
        f"manager: deal.finance {operation} own → department (opens)" for operation in ("read", "create", "update")
    ]
    assert lines(silent, defined(*finance("own"), entity=FINANCE)) == ["manager: deal.finance read all → own (closes)"]
    assert lines(silent, defined(*reading("own"), entity=FINANCE)) == ["manager: deal read all → own (closes)"]


def test_groups_come_and_go() -> None:
    """What is in no group is seen in every record: a new group opens nothing, whatever roles say of it."""
    plain, grouped = defined(*reading("own")), defined(*reading("own"), *finance("all")[1:], entity=FINANCE)

    assert lines(plain, grouped) == ["entity deal fields: none → finance (amount) (closes)"]
    assert lines(grouped, plain) == ["entity deal fields: finance (amount) → none (opens)"]
    assert not widens(level_changes(plain, grouped))


def test_a_field_changes_its_group() -> None:
    """Either may be seen by more."""
    other = replace(DEAL, fields=(FieldGroup("terms", ("amount",)),))

    assert lines(defined(entity=FINANCE), defined(entity=other)) == [
        "entity deal fields: finance (amount) → terms (amount) (changes)"
    ]


@pytest.mark.parametrize(
    "before, after, risk",
    [
        (None, Budget(10, "day"), "closes"),
        (Budget(10, "day"), None, "opens"),
        (Budget(10, "day"), Budget(11, "day"), "opens"),
        (Budget(10, "day"), Budget(10, "day", 5), "closes"),
        (Budget(10, "day", 5), Budget(11, "day", 4), "changes"),
        (Budget(10, "day"), Budget(5, "hour"), "changes"),
    ],
)
def test_budgets(before: Budget | None, after: Budget | None, risk: str) -> None:
    """More rows open, fewer close; in another time it is either."""
    sides = [defined(entity=replace(DEAL, create_budget=budget)) for budget in (before, after)]

    assert [change.risk.value for change in level_changes(*sides)] == [risk]


def test_a_barrier() -> None:
    """Up it closes, down it opens."""
    open_, closed = defined(), defined(entity=replace(DEAL, barrier=True))

    assert lines(open_, closed) == ["entity deal barrier: no → yes (closes)"]
    assert widens(level_changes(closed, open_))


def test_whatever_opens_is_told() -> None:
    """Of every pair of definitions: where anybody, whatever roles they hold, reaches more, that counts as widening."""
    for before, after in itertools.product(SIDES, repeat=2):
        if not widens(level_changes(before, after)):
            assert not opened(before, after), lines(before, after)


def opened(before: Definition, after: Definition) -> bool:
    """Return whether somebody with some of the roles reaches more in some cell."""
    return any(
        now > was
        for held in (("a",), ("b",), ("a", "b"))
        for now, was in zip(together(after, held), together(before, held), strict=True)
    )


@functools.cache
def together(definition: Definition, held: tuple[str, ...]) -> list[Level]:
    """Return the level in every cell of who holds the roles."""
    one = combined(definition, [role for role in definition.roles if role.name in held], "all")
    return [level for level, _ in levels(one, DEAL, "read").values()]


def test_cells_are_those_compared() -> None:
    """The comparison above looks at every cell."""
    assert len(together(SIDES[0], ("a",))) == len(cells(DEAL))


SAID_OF_FINANCE: tuple[tuple[Permission, ...], ...] = (
    (),
    *((Permission("deal", "read", level, fields="finance"),) for level in (Level.none, Level.own, Level.all)),
)
FIELD_SIDES = [
    Definition(rule, (entity,), (Role("a", permissions=(*one, *said)), Role("b", permissions=two)))
    for rule in ("highest", "explicit")
    for entity, saying in ((DEAL, SAID_OF_FINANCE[:1]), (FINANCE, SAID_OF_FINANCE))
    for said in saying
    for one in (reading("own"), reading("all"), reading("own", won="all"))
    for two in (reading("none"), reading("all"), reading("none", won="own"))
]


def test_whatever_opens_fields_is_told() -> None:
    """Of every pair of definitions, with the group and without: where anybody sees a field in more records."""
    for before, after in itertools.product(FIELD_SIDES, repeat=2):
        if not widens(level_changes(before, after)):
            assert not any(
                now > was
                for held in (("a",), ("b",), ("a", "b"))
                for now, was in zip(seen(after, held), seen(before, held), strict=True)
            ), lines(before, after)


@functools.cache
def seen(definition: Definition, held: tuple[str, ...]) -> list[Level]:
    """Return how far who holds the roles sees finance in every cell."""
    roles = [role for role in definition.roles if role.name in held]
    entity = definition.entities[0]
    if not entity.fields:
        return together(definition, held)
    fields = [max(levels(role, entity, "read", "finance")[cell][0] for role in roles) for cell in cells(entity)]
    return [min(pair) for pair in zip(together(definition, held), fields, strict=True)]
