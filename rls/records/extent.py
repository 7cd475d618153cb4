"""Which records of an entity a person may export, as SQL over the relation they read it by.

Policies say what they may read.  What of it they may carry away is what all their roles come to together, as the
definition in force has it, for the records of those they reach now.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from psycopg import Connection, sql

from rls.definition.combining import combined
from rls.definition.model import Definition, Entity, Role
from rls.effect.people import Owners, Reach, read_reach
from rls.effect.sides import Side
from rls.errors import RowlockError
from rls.names import Installation
from rls.organisation.effective import held_roles
from rls.state.tables import read_facts


def exportable(
    connection: Connection[Any], installation: Installation, definition: Definition, entity: Entity, login: str
) -> sql.Composable:
    """Return SQL that is true for the rows within the person's export level; rows are named as the table is.

    :raises RowlockError: none of their roles has the right to export the entity.
    """
    held = held_roles(connection, login)
    facts = read_facts(connection, {one.table for one in definition.entities}, installation)
    side = Side(definition, facts)
    exporting = [role.name for role in definition.roles if side.gives(role.name, entity.name, "export")]
    if not set(held) & set(exporting):
        raise RowlockError(_refusal(login, entity, held, exporting))
    role = combined(definition, [role for role in definition.roles if role.name in held], login)
    together = Side(replace(definition, roles=(role,)), facts)
    return _bound(together, role, entity, _owners(connection, side, entity, login))


def _refusal(login: str, entity: Entity, held: Iterable[str], exporting: Iterable[str]) -> str:
    roles = ", ".join(sorted(held)) or "none"
    others = ", ".join(sorted(exporting))
    advice = f"ask for one of the roles that have it: {others}" if others else "give it to one in the definition"
    return f"{login} may not export {entity.name}: no role of theirs ({roles}) has the level `export`; {advice}"


def _owners(connection: Connection[Any], side: Side, entity: Entity, login: str) -> Owners:
    owner = side.owner(entity.name)
    reach = read_reach(connection, [login]).get(login, Reach())
    return reach.by_key if owner is not None and owner.holds == "key" else reach.by_id


def _bound(side: Side, role: Role, entity: Entity, owners: Owners) -> sql.Composable:
    """Return the predicate of exporting with whom the person reaches."""
    body = sql.SQL(side.predicate(role.name, entity.name, "export").body())
    if side.owner(entity.name) is None:
        return body
    kind = sql.SQL(side.owner_type(entity.name))
    return sql.SQL(
        "(select {body} from (select {me}::{kind} as me, {department}::{kind}[] as department_owners,"
        " {subtree}::{kind}[] as subtree_owners) as reached)"
    ).format(
        body=body,
        kind=kind,
        me=sql.Literal(next(iter(owners.me), None)),
        department=sql.Literal(sorted(owners.department)),
        subtree=sql.Literal(sorted(owners.subtree)),
    )
