"""Warnings: what is allowed and probably not meant."""

from __future__ import annotations

from itertools import permutations, product
from typing import Any

from hypothesis import given, settings

from rls.definition import OPERATIONS, Cell, Definition, Level, budget_lint, cells, levels
from rls.definition.field_lint import notes
from rls.definition.lint import Loss, lint, losses
from rls.definition.loading import load, standard
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


def fields(**roles: Any) -> Definition:
    """Return a definition whose roles say this of deals."""
    data = {name: {"permissions": {"deal": said}} for name, said in roles.items()}
    return loaded({"entities": ENTITIES, "roles": data})


def test_bulk_further_than_single_records() -> None:
    """Export reaches only what is read, import only what may be created."""
    bulk = {"read": "own", "create": "own", "export": "all", "import": "department"}

    assert lint(fields(r=bulk)) == (
        'deal.export: role "r" reaches "all", but it reads only "own"',
        'deal.import: role "r" reaches "department", but it creates only "own"',
    )


def test_fields_further_than_records() -> None:
    """It may be meant: rights to fields for whoever reaches the records by another role."""
    own = {"read": "own", "fields": {"finance": {"read": "all", "update": "own"}}}

    meant = "meant where its holders reach further by another role"
    assert lint(fields(r=own)) == (
        f'deal.finance.read: role "r" reaches "all", but it reads only "own": {meant}',
        f'deal.finance.update: role "r" reaches "own", but it changes or creates only "none": {meant}',
    )


def test_what_is_overwritten_unseen() -> None:
    """Only in records that may be changed; filling in what one does not see again is what forms are for."""
    unseen = {"read": "all", "update": "own", "create": "all", "fields": {"finance": {"read": "none"}}}
    filled_in = {"read": "all", "create": "all", "fields": {"finance": {"read": "none", "update": "all"}}}

    blind = 'role "r" overwrites "own", but it sees only "none"'
    assert lint(fields(r=unseen)) == (f"deal.finance.update: {blind}: say how far it updates the group, too",)
    assert lint(fields(r=filled_in)) == ()


def test_a_narrow_role_takes_columns_from_the_others() -> None:
    """All of them at once, by name; not from who shows as much as anybody reads."""
    all_ = {"read": "all", "update": "own"}
    narrow = {"read": "all", "fields": {"finance": "none"}}

    assert list(notes(fields(chief=all_, seller={"read": "own"}, clerk={"read": "department"}, intern=narrow))) == [
        'deal.finance: because of role "intern", clerk, seller read margin, amount of crm.deal through its view only',
        'note.finance: because of role "intern", clerk, seller read fee of crm.note through its view only',
    ]
    assert list(notes(fields(chief=all_, seller={"read": "own"}))) == []


def unlimited(said: dict[str, Any], **roles: Any) -> list[str]:
    """Return the entities noted in a definition of leads, of which *said* is said beside."""
    lead = {key: value for key, value in ENTITIES["lead"].items() if key != "read_budget"} | said
    data = {name: {"permissions": {"lead": levels}} for name, levels in roles.items()}
    found = budget_lint.notes(loaded({"entities": {"lead": lead}, "roles": data}))
    return [line.partition(" may not")[0] for line in found]


def test_a_ban_on_exporting_that_binds_nobody() -> None:
    """Noted where one role exports and others read further than they export, and nothing is counted."""
    all_but = {"read": "all", "export": "own"}

    assert unlimited({}, boss="all", rep=all_but, clerk={"read": "own"}) == ["lead: clerk, rep"]
    assert unlimited({}, **dict.fromkeys("abcd", all_but)) == ["lead: a, b, c and 1 more"]
    assert unlimited({}, boss={"read": "all", "export": "all", "stages": {"won": {"export": "own"}}}) == ["lead: boss"]
    assert unlimited({}, boss="all", rep="own") == []
    assert unlimited({}, clerk={"read": "all"}) == []
    assert unlimited({"read_budget": "10 per day"}, boss="all", rep=all_but) == []
    assert unlimited({"read_budget": "none"}, boss="all", rep=all_but) == []


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
