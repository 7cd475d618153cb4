"""Who holds which roles before and after, and whose records they reach."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from psycopg import Connection
from psycopg.rows import dict_row

from rls.definition.model import Definition
from rls.names import Installation
from rls.resources import sql_text, template
from rls.state.facts import Facts

Roles = frozenset[str]


@dataclass(frozen=True)
class Holder:
    """A person with an ordinary login, and the roles they hold now and will hold."""

    login: str
    name: str
    before: Roles
    after: Roles


@dataclass(frozen=True)
class Owners:
    """Whose records somebody reaches, as text: their own, their departments', those below; each contains the former."""

    me: frozenset[str] = frozenset()
    department: frozenset[str] = frozenset()
    subtree: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Reach:
    """A person's row of ``rls.reach``: by ``person.id`` and by ``person.key``."""

    by_id: Owners = Owners()
    by_key: Owners = Owners()


def holders(
    connection: Connection[Any], before: Definition, after: Definition, facts: Facts, installation: Installation
) -> tuple[Holder, ...]:
    """Return everybody with an ordinary login, by login.

    :param facts: with the principals the new definition names.
    """
    wanted = [one for one in after.assignments if (one.kind, one.name or "") in facts.principals]
    wanted += [one for one in after.assignments if one.kind == "everyone"]
    values = {
        "roles": [one.role for one in wanted],
        "kinds": [one.kind for one in wanted],
        "ids": [facts.principals.get((one.kind, one.name or "")) for one in wanted],
    }
    was, becomes = _names(before), _names(after)
    query = template("effect/people.sql", organisation=installation.organisation)
    with connection.cursor(row_factory=dict_row) as cursor:
        return tuple(
            Holder(row["login"], row["name"], was & set(row["before"]), becomes & set(row["after"]))
            for row in cursor.execute(query, values)
        )


def _names(definition: Definition) -> Roles:
    return frozenset(role.name for role in definition.roles if not role.abstract)


def read_reach(connection: Connection[Any], logins: Iterable[str]) -> dict[str, Reach]:
    """Return login → reach of the people asked for."""
    values = {"logins": sorted(logins)}
    known: dict[str, frozenset[str]] = {}

    def members(array: str) -> frozenset[str]:
        """Return the members of a JSON array as text, one set for all people who have the same."""
        if array not in known:
            known[array] = frozenset(map(str, json.loads(array)))
        return known[array]

    def owners(me: str | None, department: str, subtree: str) -> Owners:
        return Owners(frozenset() if me is None else frozenset([me]), members(department), members(subtree))

    with connection.cursor(row_factory=dict_row) as cursor:
        return {
            row["login"]: Reach(
                owners(row["id"], row["department_ids"], row["subtree_ids"]),
                owners(row["key"], row["department_keys"], row["subtree_keys"]),
            )
            for row in cursor.execute(sql_text("effect/reach.sql"), values)
        }
