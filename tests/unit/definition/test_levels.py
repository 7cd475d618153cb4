"""Which level counts where: compared with the oracle's reading of the same file, and said in examples."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings

from rls.definition import OPERATIONS, Cell, Level, cells, levels
from tests.oracle import roles as oracle
from tests.unit.definition.examples import ENTITIES, definitions, loaded


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_levels_are_those_a_second_reading_finds(data: dict[str, Any]) -> None:
    """Every role, entity, operation and cell: level and explicit are the oracle's."""
    definition = loaded(data)

    for role in definition.roles:
        words = oracle.permissions(data, role.name)
        for entity in definition.entities:
            for operation in OPERATIONS:
                found = {
                    cell: (level.name, explicit) for cell, (level, explicit) in levels(role, entity, operation).items()
                }
                expected = {
                    cell: oracle.effective(
                        words, entity.name, operation, *oracle.declared(ENTITIES[entity.name], *cell)
                    )
                    for cell in cells(entity)
                }
                assert expected == found


def _of(permissions: dict[str, Any], entity: str = "deal") -> dict[Cell, tuple[Level, bool]]:
    definition = loaded({"entities": ENTITIES, "roles": {"r": {"permissions": {entity: permissions}}}})
    return levels(definition.roles[0], definition.entity(entity), "read")


def test_cells_of_an_entity_with_pipelines() -> None:
    """Each pipeline, and ``*``, with the stages of all, and ``*``."""
    stages = ["contacted", "won", "new", "*"]

    assert list(_of({})) == [Cell(name, stage) for name in ("other", "partners", "sales", "*") for stage in stages]


def test_cells_of_an_entity_with_stages_and_of_one_without() -> None:
    """Without pipelines there is pipeline ``*`` only."""
    assert list(_of({}, "lead")) == [("*", "new"), ("*", "won"), ("*", "*")]
    assert list(_of({}, "contact")) == [("*", "*")]


def test_what_nobody_mentions_is_none() -> None:
    """No permission, no access."""
    assert {(Level.none, False)} == set(_of({"update": "all"}).values())


def test_a_stage_has_a_level_of_its_own_and_says_so() -> None:
    """A stage's level is explicit, the entity's is not."""
    found = _of({"read": "own", "stages": {"won": {"read": "all"}}}, "lead")

    assert (Level.all, True) == found[Cell("*", "won")]
    assert (Level.own, False) == found[Cell("*", "new")] == found[Cell("*", "*")]


def test_a_pipeline_that_mentions_the_operation_knows_nothing_of_the_entitys_stages() -> None:
    """The rights of one pipeline are independent of another's."""
    found = _of({"read": "own", "stages": {"won": {"read": "none"}}, "pipelines": {"sales": {"read": "all"}}})

    assert (Level.all, False) == found[Cell("sales", "won")] == found[Cell("sales", "*")]
    assert (Level.none, True) == found[Cell("partners", "won")] == found[Cell("*", "won")]


def test_a_pipeline_that_mentions_it_at_a_stage_falls_back_to_the_entity() -> None:
    """Its other stages have the entity's level, not the entity's stages'."""
    said = {"read": "own", "stages": {"won": {"read": "none"}}, "pipelines": {"sales": {"stages": {"new": "all"}}}}
    found = _of(said)

    assert (Level.all, True) == found[Cell("sales", "new")]
    assert (Level.own, False) == found[Cell("sales", "won")]


def test_a_pipeline_that_mentions_another_operation_has_the_entitys_stages() -> None:
    """A pipeline is its own world operation by operation."""
    said = {"read": "own", "stages": {"won": {"read": "none"}}, "pipelines": {"sales": {"update": "all"}}}

    assert (Level.none, True) == _of(said)[Cell("sales", "won")]


def test_children_have_no_levels() -> None:
    """They follow their parents."""
    definition = loaded({"entities": ENTITIES, "roles": {"r": {"permissions": {"*": "all"}}}})

    assert {Cell(): (Level.none, False)} == levels(definition.roles[0], definition.entity("note"), "read")
