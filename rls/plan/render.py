"""Change → SQL.  The one place where statements about rights are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import groupby

from psycopg import sql

from rls.acting import become
from rls.names import RIGHTS_SCHEMA, Installation
from rls.plan import texts
from rls.plan.changes import Change
from rls.plan.imports import make_import_table, take_import_table
from rls.plan.texts import grantee, relation
from rls.state.imports import ImportTable
from rls.state.made import Routine, Trigger, View
from rls.state.objects import (
    AssignmentRow,
    BudgetRow,
    DatabaseRole,
    Deviation,
    Function,
    Grant,
    Object,
    PermissionRow,
    Policy,
    RoleRow,
    RowSecurity,
)

_PRIVILEGES = {
    name: sql.SQL(name)
    for name in (
        "select", "insert", "update", "delete", "truncate", "references", "trigger", "maintain", "usage", "create",
        "execute",
    )
}  # fmt: skip
_ATTRIBUTES = {
    word: sql.SQL(word)
    for attribute in ("superuser", "createdb", "createrole", "login", "replication", "bypassrls")
    for word in (attribute, f"no{attribute}")
}
_COMMANDS = {name: _PRIVILEGES[name] for name in ("select", "insert", "update", "delete")}


def statements(change: Change) -> list[sql.Composed]:
    """Return the statements that make the change, in their order."""
    taken = _take(change.before, change.after) if change.before is not None else ()
    made = _make(change.after, change.before) if change.after is not None else ()
    return [*taken, *made]


def transaction(changes: Iterable[Change], installation: Installation) -> Iterator[sql.Composed]:
    """Yield the statements of all changes, each run by whom it must be run by."""
    for maker, group in groupby(changes, lambda change: change.maker(installation)):
        if maker:
            yield become(maker)
        for change in group:
            yield from statements(change)
        if maker:
            yield become(None)


def script(changes: Iterable[Change], installation: Installation) -> str:
    """Return one transaction as text for psql."""
    texts = [statement.as_string(None) for statement in transaction(changes, installation)]
    return "".join(f"{text};\n" for text in ["begin", *texts, "commit"])


def signature(function: Function) -> sql.Composed:
    """Return a predicate function's name and argument types."""
    types = [relation(function.table), *(_type(kind) for _, kind in function.arguments)]
    return sql.SQL("{}({})").format(sql.Identifier(RIGHTS_SCHEMA, function.name), sql.SQL(", ").join(types))


def _type(name: str) -> sql.SQL:
    """Return a type's name as the server's ``format_type`` gave it, which quotes it."""
    return sql.SQL(name)


@singledispatch
def _make(thing: Object, before: Object | None) -> Iterator[sql.Composed]:
    """Return what brings *thing* about where *before* (None: nothing) is."""
    raise NotImplementedError(type(thing))


@singledispatch
def _take(thing: Object, after: Object | None) -> Iterator[sql.Composed]:
    """Return what takes *thing* away, as far as what makes *after* does not."""
    raise NotImplementedError(type(thing))


@_make.register
def _(thing: DatabaseRole, before: Object | None) -> Iterator[sql.Composed]:
    name = sql.Identifier(thing.name)
    if before is None:
        yield sql.SQL("create role {} nologin").format(name)
    elif isinstance(before, DatabaseRole):
        taken = [attribute for attribute in before.attributes if attribute not in thing.attributes]
        given = [attribute for attribute in thing.attributes if attribute not in before.attributes]
        words = [*(f"no{attribute}" for attribute in taken), *given]
        yield sql.SQL("alter role {} {}").format(name, sql.SQL(" ").join(_ATTRIBUTES[word] for word in words))


@_take.register
def _(thing: DatabaseRole, after: Object | None) -> Iterator[sql.Composed]:
    if after is None:
        yield sql.SQL("drop role {}").format(sql.Identifier(thing.name))


@_make.register
def _(thing: Function, before: Object | None) -> Iterator[sql.Composed]:
    if isinstance(before, Function) and before.owner != thing.owner:
        yield sql.SQL("alter function {} owner to {}").format(signature(thing), sql.Identifier(thing.owner))
    if isinstance(before, Function) and before.names != thing.names:
        # The policies that call it are made anew, too: what they call is not what they called.
        yield sql.SQL("drop function {} cascade").format(signature(before))
        before = None
    row = sql.SQL("{} {}").format(sql.Identifier(thing.table.name), relation(thing.table))
    arguments = (sql.SQL("{} {}").format(sql.Identifier(name), _type(kind)) for name, kind in thing.arguments)
    yield sql.SQL("create or replace function {}({})\n  returns boolean\n  language sql\n  {}\n  return {}").format(
        sql.Identifier(RIGHTS_SCHEMA, thing.name),
        sql.SQL(", ").join([row, *arguments]),
        sql.SQL("volatile\n  parallel unsafe" if thing.volatile else "stable\n  parallel safe"),
        sql.SQL(thing.body),
    )
    if before is None or _granted_to(before) != thing.grantee:
        yield sql.SQL("revoke all on function {} from public").format(signature(thing))
        yield sql.SQL("grant execute on function {} to {}").format(signature(thing), sql.Identifier(thing.grantee))


def _granted_to(thing: Object) -> str:
    return thing.grantee if isinstance(thing, Function) else ""


@_take.register
def _(thing: Function, after: Object | None) -> Iterator[sql.Composed]:
    if after is None:
        yield sql.SQL("drop function {}").format(signature(thing))


_make.register(Routine)(texts.make_routine)
_take.register(Routine)(texts.take_routine)
_make.register(View)(texts.make_view)
_take.register(View)(texts.take_view)
_make.register(ImportTable)(make_import_table)
_take.register(ImportTable)(take_import_table)
_make.register(Trigger)(texts.make_trigger)
_take.register(Trigger)(texts.take_trigger)


@_make.register
def _(thing: Policy, before: Object | None) -> Iterator[sql.Composed]:
    text = sql.SQL("create policy {} on {} for {} to {}").format(
        sql.Identifier(thing.name), relation(thing.table), _COMMANDS[thing.command], sql.Identifier(thing.role)
    )
    if thing.using is not None:
        text += sql.SQL("\n  using ({})").format(sql.SQL(thing.using))
    if thing.with_check is not None:
        text += sql.SQL("\n  with check ({})").format(sql.SQL(thing.with_check))
    yield text


@_take.register
def _(thing: Policy, after: Object | None) -> Iterator[sql.Composed]:
    yield sql.SQL("drop policy if exists {} on {}").format(sql.Identifier(thing.name), relation(thing.table))


@_make.register
def _(thing: RowSecurity, before: Object | None) -> Iterator[sql.Composed]:
    for wanted, on, off in (
        (thing.enabled, "enable row level security", "disable row level security"),
        (thing.forced, "force row level security", "no force row level security"),
    ):
        action = sql.SQL(on if wanted else off)
        yield sql.SQL("alter table {} {}").format(relation(thing.table), action)


@_take.register
def _(thing: RowSecurity, after: Object | None) -> Iterator[sql.Composed]:
    yield from ()


@_make.register
def _(thing: Grant, before: Object | None) -> Iterator[sql.Composed]:
    columns = thing.columns
    if columns is not None and isinstance(before, Grant) and before.columns is not None:
        columns = tuple(column for column in columns if column not in before.columns)
    if columns is None or columns:
        yield sql.SQL("grant {} on {} to {}").format(
            _privilege(thing.privilege, columns), _target(thing), _grantee(thing)
        )


@_take.register
def _(thing: Grant, after: Object | None) -> Iterator[sql.Composed]:
    columns = thing.columns
    if isinstance(after, Grant):
        if thing.grantable and not after.grantable:
            privilege = _privilege(thing.privilege, thing.columns)
            yield sql.SQL("revoke grant option for {} on {} from {} cascade").format(
                privilege, _target(thing), _grantee(thing)
            )
        columns = tuple(column for column in thing.columns or () if column not in (after.columns or ()))
        if not columns:
            return
    # A privilege passed on goes with the one it came from.
    cascade = sql.SQL(" cascade" if thing.grantable else "")
    yield sql.SQL("revoke {} on {} from {}{}").format(
        _privilege(thing.privilege, columns), _target(thing), _grantee(thing), cascade
    )


def _privilege(name: str, columns: tuple[str, ...] | None) -> sql.Composable:
    if columns is None:
        return _PRIVILEGES[name]
    return sql.SQL("{} ({})").format(_PRIVILEGES[name], sql.SQL(", ").join(map(sql.Identifier, columns)))


def _target(grant: Grant) -> sql.Composable:
    if grant.table is None:
        return sql.SQL("schema {}").format(sql.Identifier(grant.schema))
    if grant.privilege == "execute":
        name, _, arguments = grant.table.partition("(")
        types = sql.SQL("(" + arguments)
        return sql.SQL("function {}{}").format(sql.Identifier(grant.schema, name), types)
    kind = sql.SQL("sequence" if grant.privilege == "usage" else "table")
    return sql.SQL("{} {}").format(kind, sql.Identifier(grant.schema, grant.table))


def _grantee(grant: Grant) -> sql.Composable:
    return grantee(grant.grantee)


@_make.register
def _(thing: RoleRow, before: Object | None) -> Iterator[sql.Composed]:
    yield sql.SQL(
        "insert into rls.role (name, database_role, timed) values ({}, {}, {})\n"
        "  on conflict (name) do update set database_role = excluded.database_role, timed = excluded.timed"
    ).format(sql.Literal(thing.name), sql.Literal(thing.database_role), sql.Literal(thing.timed))


@_take.register
def _(thing: RoleRow, after: Object | None) -> Iterator[sql.Composed]:
    if after is None:
        yield sql.SQL("delete from rls.assignment where role = {}").format(sql.Literal(thing.name))
        yield sql.SQL("delete from rls.role where name = {}").format(sql.Literal(thing.name))


@_make.register
def _(thing: PermissionRow, before: Object | None) -> Iterator[sql.Composed]:
    values = (thing.role, thing.entity, thing.operation, thing.cell, thing.level, thing.explicit)
    yield sql.SQL(
        "insert into rls.permission (role, entity, operation, cell, level, explicit) values ({})\n"
        "  on conflict (role, entity, operation, cell)"
        " do update set level = excluded.level, explicit = excluded.explicit"
    ).format(sql.SQL(", ").join(map(sql.Literal, values)))


@_take.register
def _(thing: PermissionRow, after: Object | None) -> Iterator[sql.Composed]:
    if after is None:
        yield sql.SQL("delete from rls.permission where (role, entity, operation, cell) = ({})").format(
            sql.SQL(", ").join(map(sql.Literal, thing.identity))
        )


_make.register(BudgetRow)(texts.make_budget)
_take.register(BudgetRow)(texts.take_budget)


@_make.register
def _(thing: AssignmentRow, before: Object | None) -> Iterator[sql.Composed]:
    yield sql.SQL(
        "insert into rls.assignment (role, principal_kind, principal_id, from_definition) values ({}, {}, {}, true)\n"
        "  on conflict on constraint assignment_once do update set from_definition = true"
    ).format(sql.Literal(thing.role), sql.Literal(thing.principal_kind), sql.Literal(thing.principal_id))


@_take.register
def _(thing: AssignmentRow, after: Object | None) -> Iterator[sql.Composed]:
    yield sql.SQL(
        "delete from rls.assignment\n"
        "  where from_definition and role = {} and principal_kind = {} and principal_id is not distinct from {}\n"
        "    and (coalesce(valid_from, valid_until) is not null) = {}"
    ).format(*map(sql.Literal, (thing.role, thing.principal_kind, thing.principal_id, thing.limited)))


@_make.register
def _(thing: Deviation, before: Object | None) -> Iterator[sql.Composed]:
    yield from ()


@_take.register
def _(thing: Deviation, after: Object | None) -> Iterator[sql.Composed]:
    # The text is ours: from files that ship, with names filled in.
    yield from (sql.Composed([sql.SQL(text)]) for text in thing.statements)
