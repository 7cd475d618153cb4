"""Whom a role is assigned to: how people write it, and whom the database knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, get_args

from psycopg import Connection

from rls.definition.model import PrincipalKind
from rls.definition.wording import nearest, shown, unknown
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.resources import template

KINDS: tuple[PrincipalKind, ...] = get_args(PrincipalKind)

EVERYONE = "everyone"


@dataclass(frozen=True, order=True)
class Principal:
    """A person, department, department with subdepartments, group, project group, or everyone."""

    kind: PrincipalKind
    name: str | None = None

    def __str__(self) -> str:
        return self.kind if self.name is None else f"{self.kind}:{self.name}"


def parse(text: str) -> Principal:
    """Return the principal written *text*: ``department:Company/East``, ``everyone``; a bare name is a login.

    :raises InputError: an unknown kind, or no name.
    """
    kind, colon, name = text.partition(":")
    if not colon:
        return Principal("everyone") if kind == EVERYONE else Principal("person", text)
    for known in KINDS:
        if known == kind.strip() and known != EVERYONE and name.strip():
            return Principal(known, "/".join(part.strip() for part in name.split("/")))
    message = f"{kind}: needs a name after it" if kind in KINDS and kind != EVERYONE else unknown("kind", kind, KINDS)
    raise InputError([Problem(text, "", message)])


def find(connection: Connection[Any], installation: Installation, principal: Principal) -> int | None:
    """Return the id of *principal*; None for everyone.

    :raises InputError: nobody is called so; with the nearest name.
    """
    if principal.kind == EVERYONE:
        return None
    query = template("catalog/principals.sql", organisation=installation.organisation)
    rows = connection.execute(query).fetchall()
    ids = {name: number for kind, name, number in rows if kind == principal.kind}
    if principal.name in ids:
        return int(ids[principal.name])
    name = principal.name or ""
    last = {known: known.rpartition("/")[2] for known in sorted(ids)}
    hint = nearest(name, list(ids)) or next((f'; did you mean "{known}"?' for known in last if last[known] == name), "")
    noun = "person has the login" if principal.kind == "person" else f"{_noun(principal)} is called"
    raise InputError([Problem(str(principal), "", f"no {noun} {shown(name)}{hint}")])


def _noun(principal: Principal) -> str:
    nouns = {"subdepartments": "department", "project_group": "project group"}
    return nouns.get(principal.kind, principal.kind)
