"""Does the definition fit the database?  Every mismatch, with the nearest right word."""

from __future__ import annotations

from collections.abc import Iterator

from rls.definition.model import Definition, Entity, Owner
from rls.definition.wording import nearest
from rls.errors import PlanError, Problem
from rls.state.facts import Facts, Table

_NUMBERS = ("integer", "bigint", "smallint", "numeric")
"""Types ``person.id`` is compared with."""


def check(definition: Definition, facts: Facts) -> None:
    """Return nothing when every table, column and principal the definition names exists.

    :raises PlanError: one problem for each that does not.
    """
    problems = [problem for entity in definition.entities for problem in _entity(entity, definition, facts)]
    problems += list(_assignments(definition, facts))
    if problems:
        raise PlanError(problems)


def _entity(entity: Entity, definition: Definition, facts: Facts) -> Iterator[Problem]:
    path = f"entities.{entity.name}"
    table = facts.tables.get(entity.table)
    if table is None:
        known = [str(name) for name in (*facts.tables, *facts.others)]
        hint = nearest(str(entity.table), sorted(known))
        yield Problem("", f"{path}.table", f"the database has no table {entity.table}{hint}")
        return
    if table.kind != "table":
        yield Problem("", f"{path}.table", f"{entity.table} is a {table.kind}; row security stands on tables only")
        return
    if not (entity.key or table.key):
        yield Problem("", f"{path}.key", f"table {entity.table} has no primary key: name its key columns under `key`")
    for key, name in _columns(entity):
        if table.column(name) is None:
            hint = nearest(name, sorted(column.name for column in table.columns))
            yield Problem("", f"{path}.{key}", f"table {entity.table} has no column {name}{hint}")
    yield from _owner_type(entity, definition, table, path)
    yield from _flag_type(entity, table, path)
    yield from _fields(entity, table, path)


def _owner_type(entity: Entity, definition: Definition, table: Table, path: str) -> Iterator[Problem]:
    key, owner = _owner(entity, definition)
    column = table.column(owner.column) if owner else None
    if owner is None or column is None:
        return
    what = f"column {column.name} of {entity.table} is {column.type}"
    if owner.holds == "id" and (column.compared_as or column.type) not in _NUMBERS:
        advice = f"write `owner: {{column: {column.name}, holds: key}}` to match person.key"
        if entity.parents:
            advice = "make it what the parent's owner column is"
        yield Problem("", f"{path}.{key}", f"{what}, and person.id is a number: {advice}")
    if owner.holds == "key" and column.compared_as is None:
        yield Problem("", f"{path}.{key}", f"{what}; people are named by text, numbers or uuid")


def _owner(entity: Entity, definition: Definition) -> tuple[str, Owner | None]:
    """Return where the definition says it, and the owner column of the entity's rows."""
    parents = (definition.entity(parent.entity).owner for parent in entity.parents)
    holds = next((owner.holds for owner in parents if owner), None)
    if entity.carries and holds:
        return "carries.owner", Owner(entity.carries.owner, holds)
    return "owner", entity.owner


def _flag_type(entity: Entity, table: Table, path: str) -> Iterator[Problem]:
    key, name = ("carries.open", entity.carries.open) if entity.carries else ("open", entity.open)
    flag = table.column(name) if name else None
    if flag and flag.type != "boolean":
        yield Problem("", f"{path}.{key}", f"column {flag.name} of {entity.table} is {flag.type}; it must be boolean")


def _fields(entity: Entity, table: Table, path: str) -> Iterator[Problem]:
    """Let a group's columns be such as can be left out, and what is computed of them be in their group."""
    groups = {column: group.name for group in entity.fields for column in group.columns}
    for column in table.columns:
        group = groups.get(column.name)
        what = f"column {column.name} of {table.name}"
        if group and not entity.key and column.name in table.key:
            why = "is its primary key: whoever reads the record sees it"
            yield Problem("", f"{path}.fields.{group}", f"{what} {why}; take it out of the group")
        elif group and not column.optional:
            why = "must be filled in: whoever may not write it could create no record"
            yield Problem("", f"{path}.fields.{group}", f"{what} {why}; give it a default, or drop not null")
        if entity.columns is None or column.name in entity.columns:
            for other in sorted({groups[name] for name in column.computed_of if name in groups} - {group}):
                shown = ", ".join(name for name in column.computed_of if groups.get(name) == other)
                message = f"{what} is computed of {shown}, and so shows it: put it into the group, too"
                yield Problem("", f"{path}.fields.{other}", message)


def _columns(entity: Entity) -> Iterator[tuple[str, str]]:
    if entity.owner:
        yield "owner", entity.owner.column
    for key in ("open", "stage", "pipeline"):
        name = getattr(entity, key)
        if name:
            yield key, name
    for parent in entity.parents:
        yield "parents", parent.column
    for key in ("owner", "open", "stage", "pipeline"):
        name = getattr(entity.carries, key, None)
        if name:
            yield f"carries.{key}", name
    for name in entity.key or ():
        yield "key", name
    for name in entity.columns or ():
        yield "columns", name
    for group in entity.fields:
        yield from ((f"fields.{group.name}", name) for name in group.columns)


def _assignments(definition: Definition, facts: Facts) -> Iterator[Problem]:
    for assignment in definition.assignments:
        if assignment.kind == "everyone" or (assignment.kind, assignment.name or "") in facts.principals:
            continue
        kind = "department" if assignment.kind == "subdepartments" else assignment.kind.replace("_", " ")
        known = sorted(name for found, name in facts.principals if found == assignment.kind)
        hint = nearest(assignment.name or "", known)
        message = f'the organisation has no {kind} "{assignment.name}"{hint}'
        yield Problem("", f"assignments ({assignment.role})", message)
