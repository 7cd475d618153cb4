"""Fields one may see and write, records one may carry away and load.

A plain reading of the contract's "field rights" ("a group of fields is readable
or writable by its own level; elsewhere it reads as NULL and cannot be filtered
on") and "export / import: bulk reading and bulk loading are separate from
reading and creating".
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from itertools import product
from typing import Any

from tests.oracle.company import Company, Person, Record
from tests.oracle.oracle import allowed, allowed_update, followed, reaches, roles_of, within, words_of
from tests.oracle.roles import LEVELS, FieldCell, declared, effective, field_words


def groups(company: Company, entity: str) -> dict[str, list[str]]:
    """Return the entity's groups of fields and their columns."""
    found = company.definition["entities"][entity].get("fields") or {}
    return {name: [columns] if isinstance(columns, str) else list(columns) for name, columns in found.items()}


def group_of(company: Company, entity: str, column: str) -> str | None:
    """Return the group a column is in; None means its right is the record's."""
    return next((name for name, columns in groups(company, entity).items() if column in columns), None)


def sees_field(company: Company, person: Person, record: Record, group: str) -> bool:
    """Say whether the person's queries show the group's fields of the record; elsewhere they are NULL.

    The record is readable, by whatever role, and lies within the group's read
    level of some role the person holds.
    """
    return allowed(company, person, "read", record) and within_field(company, person, "read", record, group)


def writes_field(company: Company, person: Person, operation: str, record: Record, group: str) -> bool:
    """Say whether the person may fill in (``create``) or change (``update``) the group's fields of the record.

    The record may be created or changed as it is, and lies within the group's
    writing level of some role the person holds.
    """
    return allowed(company, person, operation, record) and within_field(company, person, operation, record, group)


def writes_fields_from(company: Company, person: Person, old: Record, new: Record, written: Collection[str]) -> bool:
    """Say whether the person may change the record from old to new, writing fields of these groups.

    As a changed record must still lie within the update level, so must it
    within those of the groups written with it.
    """
    return allowed_update(company, person, old, new) and all(
        within_field(company, person, "update", record, group) for group in written for record in (old, new)
    )


def within_field(company: Company, person: Person, operation: str, record: Record, group: str) -> bool:
    """Say whether the record lies within the group's level of some role, the record's own rights aside.

    A child's group follows the group of the same name of its parent; where the
    parent has none, the parent itself.
    """
    if person.dismissed:
        return False
    of = record if record.parent is None else record.parent
    operation = operation if record.parent is None else followed(operation)
    return any(
        reaches(company, person, field_level(company, role, operation, of.entity, group, of.pipeline, of.stage), of)
        for role in roles_of(company, person)
    )


@lru_cache(maxsize=100_000)
def field_level(
    company: Company, role: str, operation: str, name: str, group: str, pipeline: str | None, stage: str | None
) -> str:
    """Return how far one role sees (``read``) or writes (``create``, ``update``) a group of fields there.

    What it says of the group holds at every stage; a group it does not mention
    is as the entity.
    """
    said = field_words_of(company, role).get((name, group, "read" if operation == "read" else "update"))
    if said is not None:
        return said
    entity = company.definition["entities"][name]
    return effective(words_of(company, role), name, operation, *declared(entity, pipeline, stage))[0]


@lru_cache(maxsize=100)
def field_words_of(company: Company, role: str) -> dict[FieldCell, str]:
    """Return what a role says of groups of fields, worked out once a company."""
    return field_words(company.definition, role)


def names_field(company: Company, person: Person, operation: str, entity: str, group: str) -> bool:
    """Say whether the person may name the group's fields on the table itself (``read``, ``create``, ``update``).

    Privileges of a column know no rows and add up: some role of the person must give it.
    """
    return any(gives_field(company, role, operation, entity, group) for role in roles_of(company, person))


def reaches_any(company: Company, role: str, operation: str, entity: str) -> bool:
    """Say whether a role reaches any record with the operation."""
    return any(_record(company, role, *place) != "none" for place in _places(company, entity, operation))


@lru_cache(maxsize=10_000)
def gives_field(company: Company, role: str, operation: str, entity: str, group: str) -> bool:
    """Say whether a role gives the privilege on the group's columns of the table.

    To write them where it writes them in any record, its own or what another
    role of the person lets them write; in which, is asked row by row.  To read
    them where it reads records at all, and it and any second role, held
    together, reach none whose fields they withhold.  A role that follows the
    clock is a membership between its assignments, too, and then counts for
    nothing: the second must do alone.
    """
    places = list(_places(company, entity, operation))
    if operation != "read":
        return any(_fields(company, role, group, *place) != "none" for place in places)
    if not reaches_any(company, role, operation, entity):
        return False
    roles = company.definition["roles"]
    others = [name for name, node in roles.items() if name != role and not (node or {}).get("abstract")]
    timed = (roles[role] or {}).get("timed", False)
    together = [[role], *([other] if timed else [role, other] for other in others)]
    return all(_shown(company, some, group, *place) for place in places for some in together)


def _shown(
    company: Company, roles: list[str], group: str, name: str, operation: str, pipeline: str | None, stage: str | None
) -> bool:
    """Say whether these roles together show the group's fields wherever any of them reaches the record."""
    reached = (_record(company, role, name, operation, pipeline, stage) for role in roles)
    fields = (_fields(company, role, group, name, operation, pipeline, stage) for role in roles)
    return max(map(LEVELS.index, fields)) >= max(map(LEVELS.index, reached))


def _record(company: Company, role: str, name: str, operation: str, pipeline: str | None, stage: str | None) -> str:
    place = declared(company.definition["entities"][name], pipeline, stage)
    return effective(words_of(company, role), name, operation, *place)[0]


def _fields(
    company: Company, role: str, group: str, name: str, operation: str, pipeline: str | None, stage: str | None
) -> str:
    return field_level(company, role, operation, name, group, pipeline, stage)


def _places(company: Company, name: str, operation: str) -> Iterator[tuple[str, str, str | None, str | None]]:
    """Yield every pipeline and stage of the entity whose rights count, None for one nobody declared."""
    entities = company.definition["entities"]
    parents = entities[name].get("parents")
    for of in dict.fromkeys(parents.values()) if parents else [name]:
        pipelines: Mapping[str, list[str]] = entities[of].get("pipelines") or {}
        stages = [stage for some in pipelines.values() for stage in some] or entities[of].get("stages") or []
        for pipeline, stage in product([*pipelines, None], [*stages, None]):
            yield of, followed(operation) if parents else operation, pipeline, stage


def exports(company: Company, person: Person, record: Record) -> bool:
    """Say whether the person may carry the record away: readable, and within their export level."""
    return allowed(company, person, "read", record) and within(company, person, "export", record)


def metered(company: Company, person: Person, record: Record) -> bool:
    """Say whether reading the record counts against the entity's read budget: only permitted rows count."""
    readable = allowed(company, person, "read", record)
    return bool(budget(company, record.entity, "read_budget")) and readable and not exports(company, person, record)


def imports(company: Company, person: Person, record: Record) -> bool:
    """Say whether the person may load the record in bulk: within their import level, and such as they may create."""
    return allowed(company, person, "create", record) and within(company, person, "import", record)


def counted(company: Company, person: Person, record: Record) -> bool:
    """Say whether creating the record counts against the entity's create budget."""
    creatable = allowed(company, person, "create", record)
    return bool(budget(company, record.entity, "create_budget")) and creatable and not imports(company, person, record)


def budget(company: Company, entity: str, key: str) -> dict[str, Any] | None:
    """Return rows, per and statement of a ``read_budget`` or ``create_budget``; None where there is none."""
    said = company.definition["entities"][entity].get(key)
    if isinstance(said, str):
        rows, per = said.split(" per ")
        said = {"rows": int(rows), "per": per}
    return said and {"statement": said["rows"], **said}
