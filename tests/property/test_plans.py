"""Properties of compiling and planning: pure, deterministic, convergent."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rls.compiler import compile_state
from rls.definition.model import OPERATIONS, Definition, Entity, Level, Owner, Permission, Pipeline, Role
from rls.names import Installation, QualifiedName
from rls.plan.changes import Change
from rls.plan.diff import diff, patched
from rls.plan.render import script, statements
from rls.state.facts import Column, Facts, Table
from rls.state.objects import RowSecurity, State

STAGES = ("new", "won")
ENTITIES = (
    Entity(
        "deal",
        QualifiedName("crm", "deal"),
        owner=Owner("owner_id"),
        open="is_open",
        stage="stage",
        pipeline="pipeline",
        pipelines=(Pipeline("partners", STAGES), Pipeline("sales", STAGES)),
    ),
    Entity("lead", QualifiedName("crm", "lead"), owner=Owner("owner_id"), stage="stage", stages=STAGES),
    Entity("product", QualifiedName("crm", "product")),
)
KINDS = {"owner_id": "integer", "is_open": "boolean", "stage": "text", "pipeline": "text"}
FACTS = Facts(
    {
        entity.table: Table(
            entity.table,
            (Column("id", "bigint", identity=True), *(Column(name, kind) for name, kind in KINDS.items())),
            ("id",),
        )
        for entity in ENTITIES
    }
)


@st.composite
def permissions(draw: st.DrawFn) -> Permission:
    """Draw any permission that makes sense for its entity."""
    entity = draw(st.sampled_from(ENTITIES))
    levels = [level for level in Level if entity.owner or level in (Level.none, Level.all)]
    stages = [None, *STAGES] if entity.stage else [None]
    pipelines = [None, *(pipeline.name for pipeline in entity.pipelines)]
    return Permission(
        entity.name,
        draw(st.sampled_from(OPERATIONS)),
        draw(st.sampled_from([level for level in levels if entity.open or level is not Level.open])),
        draw(st.sampled_from(pipelines)),
        draw(st.sampled_from(stages)),
    )


@st.composite
def definitions(draw: st.DrawFn) -> Definition:
    """Draw a definition over three entities with up to three roles."""
    entities = draw(st.sets(st.sampled_from(ENTITIES), min_size=1))
    names = draw(st.sets(st.sampled_from(("alpha", "beta", "gamma")), min_size=1))
    known = {entity.name for entity in entities}
    roles = []
    for name in sorted(names):
        said = draw(
            st.lists(permissions(), max_size=12, unique_by=lambda p: (p.entity, p.operation, p.pipeline, p.stage))
        )
        timed = draw(st.booleans())
        roles.append(Role(name, timed=timed, permissions=tuple(p for p in said if p.entity in known)))
    rule = draw(st.sampled_from(("highest", "explicit")))
    return Definition(rule, tuple(sorted(entities)), tuple(roles))  # type: ignore[arg-type]


def compiled(definition: Definition) -> State:
    """Compile against the facts of this module."""
    return compile_state(definition, FACTS, Installation())


def rows_secured(state: State) -> set[Any]:
    """Return the part that no plan takes back."""
    return {thing for thing in state.objects if isinstance(thing, RowSecurity)}


@given(definitions())
def test_nothing_differs_from_itself(definition: Definition) -> None:
    """diff(a, a) is empty."""
    assert diff(compiled(definition), compiled(definition)) == ()


@given(definitions(), definitions())
def test_applying_the_difference_gives_the_other_state(one: Definition, other: Definition) -> None:
    """diff(a, b) applied to a is b, but that row security once enabled stays."""
    a, b = compiled(one), compiled(other)

    assert patched(a, diff(a, b)).objects == b.objects | rows_secured(a)


@given(definitions(), definitions())
def test_the_reverse_goes_back(one: Definition, other: Definition) -> None:
    """Every change knows its reverse."""
    a, b = compiled(one), compiled(other)
    there = patched(a, diff(a, b))
    back = patched(there, tuple(change.reverse() for change in reversed(diff(a, b))))

    assert back == a


@given(definitions(), st.randoms())
def test_the_order_of_the_input_does_not_matter(definition: Definition, random: Any) -> None:
    """Shuffled input gives the same bytes."""
    entities, roles = list(definition.entities), list(definition.roles)
    random.shuffle(entities)
    random.shuffle(roles)
    shuffled = replace(
        definition,
        entities=tuple(entities),
        roles=tuple(replace(role, permissions=_shuffled(role.permissions, random)) for role in roles),
    )
    texts = [script(diff(State(), compiled(one)), Installation()) for one in (definition, shuffled)]

    assert texts[0] == texts[1]


def _shuffled(values: tuple[Permission, ...], random: Any) -> tuple[Permission, ...]:
    mixed = list(values)
    random.shuffle(mixed)
    return tuple(mixed)


@given(definitions(), definitions())
def test_every_change_can_be_written(one: Definition, other: Definition) -> None:
    """Each change and its reverse is SQL; only row security that stays is none."""
    for change in diff(compiled(one), compiled(other)):
        for way in (change, change.reverse()):
            if isinstance(way.object, RowSecurity) and way.after is None:
                continue
            assert statements(way), way


def test_a_change_of_levels_touches_no_table() -> None:
    """Levels, stages and the rule for several roles are switched without a lock."""
    reads = Permission("deal", "read", Level.own)
    before = Definition("highest", ENTITIES, (Role("alpha", permissions=(reads,)), Role("beta")))
    after = Definition(
        "explicit",
        ENTITIES,
        (
            Role("alpha", timed=True, permissions=(replace(reads, level=Level.all), replace(reads, stage="won"))),
            Role("beta", permissions=(Permission("lead", "delete", Level.department),)),
        ),
    )
    changes: tuple[Change, ...] = diff(compiled(before), compiled(after))

    assert changes
    assert not [change for change in changes if change.locks_table]
