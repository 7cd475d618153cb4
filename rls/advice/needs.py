"""Which columns of its entities' tables a definition makes policies and triggers look for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rls.definition.model import Definition, Entity, Level, Role
from rls.names import QualifiedName


@dataclass(frozen=True)
class Need:
    """A column an index should begin with; ``flag``: an index of the rows that have it will do."""

    table: QualifiedName
    column: str
    why: str
    flag: bool = False


def needs(definition: Definition) -> list[Need]:
    """Return them for every entity, in the order of the definition."""
    return [need for entity in definition.entities for need in _of(definition, entity)]


def filtering(definition: Definition, entity: Entity) -> set[Level]:
    """Return the levels between none and all that some role has on the entity, or on what it follows."""
    names = {parent.entity for parent in entity.parents} or {entity.name}
    return {
        permission.level
        for role in _compiled(definition)
        for permission in role.permissions
        if permission.entity in names and permission.level not in (Level.none, Level.all)
    }


def owner_column(entity: Entity) -> str | None:
    """Return the column that says, or carries, who owns a row."""
    if entity.carries:
        return entity.carries.owner
    return entity.owner.column if entity.owner else None


def _of(definition: Definition, entity: Entity) -> Iterator[Need]:
    levels, owner = filtering(definition, entity), owner_column(entity)
    if owner and levels:
        yield Need(
            entity.table, owner, "policies look for rows by their owner; without it each query reads the whole table"
        )
    flag = entity.carries.open if entity.carries else entity.open
    if flag and Level.open in levels:
        yield Need(entity.table, flag, "policies at level open look for flagged rows, whoever owns them", flag=True)
    for parent in entity.parents:
        yield Need(
            entity.table,
            parent.column,
            f"a {parent.entity} that changes hands looks for what follows it, to carry its new owner there",
        )


def _compiled(definition: Definition) -> Iterator[Role]:
    return (role for role in definition.roles if not role.abstract)
