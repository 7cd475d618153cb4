"""Warnings: what is allowed and probably not meant."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

from hypothesis import given, settings

from rls.definition import OPERATIONS, Cell, Definition, Level, cells, levels, load, standard
from rls.definition.lint import Loss, lint, losses
from tests.unit.definition.examples import ENTITIES, definitions, loaded


def explicit(**roles: Any) -> Definition:
    """Return a definition under the rule ``explicit`` whose roles have these permissions."""
    data = {name: {"permissions": permissions} for name, permissions in roles.items()}
    return loaded({"several_roles": "explicit", "entities": ENTITIES, "roles": data})


def test_a_role_that_closes_a_stage_takes_from_those_that_inherit_it() -> None:
    """Bitrix24's rule: only explicit levels count where there is one."""
    found = losses(explicit(head={"lead": {"read": "all"}}, clerk={"lead": {"stages": {"won": {"read": "own"}}}}))

    assert (Loss("head", "clerk", "lead", "read", Cell("*", "won"), Level.all, Level.own),) == found
    assert str(found[0]) == 'lead.read at stage won: role "clerk" takes access away: "all" of role "head" becomes "own"'


def test_no_loss_between_roles_that_both_say_it() -> None:
    """The highest of the explicit levels counts."""
    stages = {"stages": {"won": {"read": "own"}}}

    assert losses(explicit(head={"lead": {"stages": {"won": {"read": "all"}}}}, clerk={"lead": stages})) == ()


def test_highest_never_takes_anything_away() -> None:
    """The rule is monotone."""
    definition = loaded(
        {
            "entities": ENTITIES,
            "roles": {
                "head": {"permissions": {"lead": "all"}},
                "clerk": {"permissions": {"lead": {"stages": {"won": "none"}}}},
            },
        }
    )

    assert losses(definition) == ()


def test_warnings_share_a_line() -> None:
    """One line for all stages and roles that lose the same."""
    definition = explicit(
        chief={"deal": {"read": "all", "update": "own"}},
        head={"deal": {"read": "all"}},
        clerk={"deal": {"stages": {"won": {"read": "none"}}, "pipelines": {"sales": {"stages": {"new": "none"}}}}},
    )

    assert lint(definition) == (
        'deal.read at won, sales: new: role "clerk" takes access away from chief (all), head (all), down to "none"',
        'deal.update at sales: new: role "clerk" takes access away from chief (own), down to "none"',
    )


def test_writing_further_than_reading() -> None:
    """Update and delete reach only what is read, by whatever role."""
    definition = loaded(
        {"entities": ENTITIES, "roles": {"r": {"permissions": {"lead": {"read": "own", "update": "all"}}}}}
    )

    assert lint(definition) == ('lead.update: role "r" reaches "all", but it reads only "own"',)


def test_the_standard_definition_has_no_warning() -> None:
    """What ships is an example to follow."""
    assert lint(load([standard()])) == ()


@settings(deadline=None, max_examples=60)
@given(definitions())
def test_a_loss_is_what_adding_a_role_takes(data: dict[str, Any]) -> None:
    """Added to another role, a role lowers the effective level exactly where it is listed."""
    definition = loaded(data | {"several_roles": "explicit"})
    lowered = set()
    for held, added in permutations([role for role in definition.roles if not role.abstract], 2):
        for entity, operation in product(definition.entities, OPERATIONS):
            one, other = levels(held, entity, operation), levels(added, entity, operation)
            for cell in cells(entity):
                both = [one[cell], other[cell]]
                counting = [level for level, said in both if said] or [level for level, _ in both]
                if max(counting) < one[cell][0]:
                    lowered.add((held.name, added.name, entity.name, operation, cell))

    assert lowered == {(loss.held, loss.added, loss.entity, loss.operation, loss.cell) for loss in losses(definition)}
