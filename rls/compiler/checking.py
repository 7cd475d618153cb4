"""Does the definition fit the database?  Every mismatch, with the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches

from rls.definition.model import Definition, Entity
from rls.errors import PlanError, Problem
from rls.state.facts import Facts, Table

_NUMBERS = ("integer", "bigint", "smallint", "numeric")
"""Types ``person.id`` is compared with."""


def check(definition: Definition, facts: Facts) -> None:
    """Return nothing when every table, column and principal the definition names exists.

    :raises PlanError: one problem for each that does not.
    """
    problems = [problem for entity in definition.entities for problem in _entity(entity, facts)]
    problems += list(_assignments(definition, facts))
    if problems:
        raise PlanError(problems)


def _entity(entity: Entity, facts: Facts) -> Iterator[Problem]:
    path = f"entities.{entity.name}"
    table = facts.tables.get(entity.table)
    if table is None:
        known = [str(name) for name in (*facts.tables, *facts.others)]
        hint = _nearest(str(entity.table), known)
        yield Problem("", f"{path}.table", f"the database has no table {entity.table}{hint}")
        return
    if table.kind != "table":
        yield Problem("", f"{path}.table", f"{entity.table} is a {table.kind}; row security stands on tables only")
        return
    if not (entity.key or table.key):
        yield Problem("", f"{path}.key", f"table {entity.table} has no primary key: name its key columns under `key`")
    for key, name in _columns(entity):
        if table.column(name) is None:
            hint = _nearest(name, (column.name for column in table.columns))
            yield Problem("", f"{path}.{key}", f"table {entity.table} has no column {name}{hint}")
    yield from _types(entity, table, path)


def _types(entity: Entity, table: Table, path: str) -> Iterator[Problem]:
    owner = table.column(entity.owner.column) if entity.owner else None
    if entity.owner and owner and entity.owner.holds == "id" and (owner.compared_as or owner.type) not in _NUMBERS:
        yield Problem(
            "",
            f"{path}.owner",
            f"column {owner.name} of {entity.table} is {owner.type}, and person.id is a number: "
            f"write `owner: {{column: {owner.name}, holds: key}}` to match person.key",
        )
    if entity.owner and owner and entity.owner.holds == "key" and owner.compared_as is None:
        message = f"column {owner.name} of {entity.table} is {owner.type}; people are named by text, numbers or uuid"
        yield Problem("", f"{path}.owner", message)
    flag = table.column(entity.open) if entity.open else None
    if flag and flag.type != "boolean":
        yield Problem("", f"{path}.open", f"column {flag.name} of {entity.table} is {flag.type}; it must be boolean")


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


def _assignments(definition: Definition, facts: Facts) -> Iterator[Problem]:
    for assignment in definition.assignments:
        if assignment.kind == "everyone" or (assignment.kind, assignment.name or "") in facts.principals:
            continue
        kind = "department" if assignment.kind == "subdepartments" else assignment.kind.replace("_", " ")
        hint = _nearest(assignment.name or "", (name for found, name in facts.principals if found == assignment.kind))
        message = f'the organisation has no {kind} "{assignment.name}"{hint}'
        yield Problem("", f"assignments ({assignment.role})", message)


def _nearest(word: str, known: Iterable[str]) -> str:
    close = get_close_matches(word, sorted(known), n=1)
    return f'; did you mean "{close[0]}"?' if close else ""
