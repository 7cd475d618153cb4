"""A plan → the text of a revision, as far as what it says holds in other databases, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import shorten
from typing import Any

from psycopg import Connection

from rls import __version__
from rls.definition import Definition
from rls.errors import PlanError, Problem
from rls.installed import definition_in_force
from rls.plan import Plan, make_plan
from rls.plan.changes import Change, Phase
from rls.plan.render import statements
from rls.revising.literal import Literals, constants
from rls.revising.revision import Principals, Rights, compared, stated
from rls.state.catalog import managed_tables, pin, read_applied
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View
from rls.state.objects import PUBLIC, AssignmentRow, DatabaseRole, Function, Grant, Object, Policy, RowSecurity
from rls.state.tables import read_facts
from rls.state.texts import Applied

_WIDTH = 110

_PHASES = {
    Phase.prepare: "prepare: locks a table for a moment, without effect",
    Phase.switch: "switch: takes effect, all at once, locks no table",
    Phase.clean_up: "clean up: what nobody uses any more",
}


def rights_of(connection: Connection[Any], plan: Plan, revision: str) -> Rights:
    """Return the revision that does what *plan* does, in every database alike.

    :param revision: Alembic's name of it.
    :raises PlanError: the plan is about this database alone: something was
        changed in it by hand; every such thing.
    """
    with connection.transaction():
        pin(connection)
        before = definition_in_force(connection)
        problems = [*(_drift(connection, before) if before else ()), *_foreign_grants(plan)]
        if problems:
            raise PlanError(problems)
        principals = read_facts(connection, (), plan.installation).principals
        managed = managed_tables(connection)
    return Rights(
        revision=revision,
        rowlock=__version__,
        prefix=plan.installation.prefix,
        organisation=plan.installation.organisation,
        definition=compared(before or Definition(), plan.definition),
        changes=tuple(stated(change, _all(principals, plan)) for change in plan.changes),
        manages=tuple(
            sorted(
                thing.table
                for thing in plan.desired.objects
                if isinstance(thing, RowSecurity) and thing.table not in managed
            )
        ),
    )


def _all(principals: Principals, plan: Plan) -> Principals:
    """Return the principals by name.

    :raises PlanError: an assignment that goes is of somebody without a login.
    """
    known = {(kind, number) for (kind, _), number in principals.items()}
    rows = [change.object for change in plan.changes if isinstance(change.object, AssignmentRow)]
    lost = [row for row in rows if row.principal_id is not None and (row.principal_kind, row.principal_id) not in known]
    if lost:
        advice = "has no name other databases know: `rowlock unassign` it first"
        raise PlanError([Problem("", f"assignment {row}", advice) for row in lost])
    return principals


def _drift(connection: Connection[Any], before: Definition) -> Iterator[Problem]:
    """Yield what was changed by hand since *before* was applied; not what follows new columns, or a new Rowlock."""
    try:
        changes = make_plan(connection, before).changes
    except PlanError:
        return
    applied = read_applied(connection)
    for change in changes:
        if _by_hand(change, applied):
            advice = "was changed by hand, here alone: mend it first, by `rowlock apply` of what is in force"
            yield Problem("", f"{change.object.kind} {change.object}", advice)


def _by_hand(change: Change, applied: Mapping[tuple[str, ...], Applied]) -> bool:
    before, after = change.before, change.after
    known = applied.get((change.object.kind, *change.object.identity))
    match before:
        case None:
            return known is not None
        case ImportTable():
            return not before.sound
        case Grant() if isinstance(after, Grant):
            return not set(before.columns or ()) <= set(after.columns or ()) or before.grantable
    text = _text(before)
    return text is None or known is None or known.source != text


def _text(thing: Object) -> str | None:
    """Return the text by which ``rls.applied`` knows an object."""
    match thing:
        case Function():
            return thing.body
        case Policy():
            return thing.using or thing.with_check
        case Routine() | Trigger():
            return thing.text
        case View():
            return thing.query
    return None


def _foreign_grants(plan: Plan) -> Iterator[Problem]:
    """Yield the grants to people, departments and groups: they are made by hand, and of this database alone."""
    names = plan.installation
    roles = {
        thing.name
        for state in (plan.current, plan.desired)
        for thing in state.objects
        if isinstance(thing, DatabaseRole)
    }
    ours = {PUBLIC, names.everyone, *names.owners} | roles
    for change in plan.changes:
        thing = change.object
        if isinstance(thing, Grant) and thing.grantee not in ours:
            texts = "; ".join(statement.as_string(None) for statement in statements(change))
            yield Problem("", f"grant {thing}", f"was made by hand, here alone; take it away first: {texts}")


def text_of(rights: Rights, plan: Plan) -> str:
    """Return ``RIGHTS = …`` of a revision's file: names, definitions, changes by phase with their risk."""
    names = constants(rights.changes)
    literals = Literals(names)
    lines = [
        *(f"{name} = {Literals().value(value)}" for value, name in names.items()),
        "RIGHTS = rights.Rights(",
        "    revision=revision,",
        *(f"    {name}={getattr(rights, name)!r}," for name in ("rowlock", "prefix", "organisation")),
        "    # the definition: - before, + after",
        f'    definition=r"""\n{rights.definition}""",',
        *([f"    manages={literals.value(rights.manages, '    ')},"] if rights.manages else []),
        "    changes=(",
        *_changes(rights, plan, literals),
        "    ),",
        ")",
    ]
    return "\n".join(lines)


def _changes(rights: Rights, plan: Plan, literals: Literals) -> Iterator[str]:
    pairs = list(zip(plan.changes, rights.changes, strict=True))
    for phase, heading in _PHASES.items():
        of_phase = [pair for pair in pairs if pair[0].phase is phase]
        if of_phase:
            yield f"        # {heading}"
        for change, said in of_phase:
            yield f"        # {shorten(f'{change.risk.value}: {change}', _WIDTH, placeholder=' ...')}"
            yield f"        {literals.change(said, ' ' * 8)},"
