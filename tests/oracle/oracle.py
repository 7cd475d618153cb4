"""May this person do this with this record?  A plain reading of the contract, one sentence at a time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from tests.oracle.company import Assignment, Company, Person, Record
from tests.oracle.roles import LEVELS, Cell, declared, effective, permissions

WRITTEN = ("read", "create", "update", "delete")
"""The operations a statement of SQL does; export and import are more than one record."""


def allowed(company: Company, person: Person, operation: str, record: Record) -> bool:
    """Say whether the person may do this with the record as it is (``create``: as it would be).

    "update and delete reach only records the person may also read, by whatever role."
    """
    reached = within(company, person, operation, record)
    if operation in ("update", "delete"):
        return reached and within(company, person, "read", record)
    return reached


def allowed_update(company: Company, person: Person, old: Record, new: Record) -> bool:
    """Say whether the person may change the record from old to new.

    "an updated record must still lie within the person's update level: nobody
    can push a record to where they could not have written it."
    """
    return allowed(company, person, "update", old) and allowed(company, person, "update", new)


def visible(company: Company, person: Person, records: Iterable[Record]) -> list[Record]:
    """Return the records the person's queries show, in the order given."""
    return [record for record in records if allowed(company, person, "read", record)]


def exists_for(company: Company, person: Person, entity: str) -> bool:
    """Say whether the entity exists for the person at all: whether any record of it could be reached.

    "an entity for which a person has no permission at all does not exist for them"
    """
    parents = company.definition["entities"][entity].get("parents")
    wanted = (
        {(parent, followed(operation)) for parent in parents.values() for operation in WRITTEN}
        if parents
        else {(entity, operation) for operation in WRITTEN}
    )
    return any(
        level != "none" and (name, operation) in wanted
        for role in roles_of(company, person)
        for (name, operation, _, _), level in words_of(company, role).items()
    )


def within(company: Company, person: Person, operation: str, record: Record) -> bool:
    """Say whether the record lies within the person's level for one operation, reading aside.

    "Dismissed people lose every right at once."  "Activities follow their
    parent: who may read the deal may read what happened on it"; whoever may
    update the parent, so reads it too, may write what hangs on it.
    """
    if person.dismissed:
        return False
    if record.parent is not None:
        return allowed(company, person, followed(operation), record.parent)
    level = level_of(company, person, operation, record.entity, record.pipeline, record.stage)
    return reaches(company, person, level, record)


def followed(operation: str) -> str:
    """Return the parent's operation that decides about a child's."""
    return "update" if operation in ("create", "delete") else operation


@lru_cache(maxsize=100_000)
def level_of(
    company: Company, person: Person, operation: str, name: str, pipeline: str | None, stage: str | None
) -> str:
    """Return the level all the person's roles together give on an entity at a pipeline and stage.

    "highest (default): per stage, the highest of each role's effective level."
    "explicit: at a stage where *any* of the person's roles says a level
    explicitly, only explicit levels count (highest of them)."
    """
    entity = company.definition["entities"][name]
    pipeline, stage = declared(entity, pipeline, stage)
    found = [effective(words_of(company, role), name, operation, pipeline, stage) for role in roles_of(company, person)]
    if company.definition.get("several_roles", "highest") == "explicit" and any(explicit for _, explicit in found):
        found = [(level, explicit) for level, explicit in found if explicit]
    return max((level for level, _ in found), key=LEVELS.index, default="none")


def reaches(company: Company, person: Person, level: str, record: Record) -> bool:
    """Say whether a level reaches a record: the table of access levels, and its edge cases."""
    if level in ("none", "all"):
        return level == "all"
    entity = company.definition["entities"][record.entity]
    if level == "open" and entity.get("open") and record.is_open:
        return True
    owner = company.person(record.owner)
    return owner is not None and (owner.login == person.login or responsible(company, person, level, owner))


def responsible(company: Company, person: Person, level: str, owner: Person) -> bool:
    """Say whether the owner is in a department the level reaches from the person's.

    "department: + owned by any member of any department I am a member of;
    subdepartments: + owned by members of any department below mine."
    """
    if level == "own":
        return False
    if level == "department":
        return bool(person.departments & owner.departments)
    return any(person.departments & set(company.above(department)) for department in owner.departments)


@lru_cache(maxsize=100)
def words_of(company: Company, role: str) -> dict[Cell, str]:
    """Return what a role says, worked out once a company."""
    return permissions(company.definition, role)


@lru_cache(maxsize=10_000)
def roles_of(company: Company, person: Person) -> list[str]:
    """Return the roles the person holds now, directly or through a principal.

    "No assignment, no access."  "Dismissed people lose every right at once."
    """
    if person.dismissed:
        return []
    every = (*written_assignments(company.definition), *company.assignments)
    return sorted({given.role for given in every if in_force(company, given) and concerns(company, given, person)})


def written_assignments(definition: Any) -> list[Assignment]:
    """Return the assignments the definitions file itself makes."""
    found = []
    for line in definition.get("assignments") or ():
        to = line["to"]
        if to == "everyone":
            found.append(Assignment(line["role"], "everyone"))
            continue
        kind = next(kind for kind in ("person", "department", "group", "project_group") if kind in to)
        below = kind == "department" and to.get("subdepartments", False)
        found.append(Assignment(line["role"], "subdepartments" if below else kind, to[kind]))
    return found


def in_force(company: Company, given: Assignment) -> bool:
    """Say whether an assignment counts now: its start has come, its end has not."""
    started = given.valid_from is None or given.valid_from <= company.now
    return started and (given.valid_until is None or company.now < given.valid_until)


def concerns(company: Company, given: Assignment, person: Person) -> bool:
    """Say whether the person belongs to the principal of an assignment."""
    match given.kind:
        case "everyone":
            return True
        case "person":
            return given.name == person.login
        case "group":
            return given.name in person.groups
        case "project_group":
            return given.name in person.project_groups
        case "department":
            return given.name in person.departments
        case "subdepartments":
            return any(given.name in company.above(department) for department in person.departments)
    raise ValueError(f"unknown kind of principal: {given.kind}")
