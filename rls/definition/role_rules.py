"""What must hold of roles and of assignments to them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from rls.definition import resolving, schema
from rls.definition.checking import Declared, Source, repeated
from rls.definition.model import Entity, Level
from rls.definition.wording import Path, shown, unknown
from rls.errors import Problem
from rls.names import MAX_BYTES, VERBS

Role = Declared[schema.Role]

RESERVED = re.compile(
    r"owner|rls_owner|view_owner|all_owner|everyone|app|pgbouncer(_reader)?|public|none|pg_.*|(department|group|project_group)_[0-9]+(_tree)?"
)
"""Role names whose database role, or whose plain form, means something else already."""

LONGEST_VERB = max(len(verb) for verb in VERBS.values()) + 1
WILDCARD = resolving.WILDCARD


def check(source: Source, prefix: str) -> Iterator[Problem]:
    """Yield everything wrong with the roles and assignments of *source*; *prefix* begins every database role."""
    for role in source.all_roles():
        yield from _name(role, prefix)
        yield from _extends(role, source)
        yield from _permissions(role, source)
    yield from _cycles(source)
    yield from _assignments(source)


def _name(role: Role, prefix: str) -> Iterator[Problem]:
    name = role.name
    longest = MAX_BYTES - max(len(prefix.encode()), LONGEST_VERB)
    if RESERVED.fullmatch(name):
        yield role.problem((), f"role name {shown(name)} is reserved: choose another")
    if len(name.encode()) > longest:
        size = len(name.encode())
        derived = f"{prefix}<role> and <role>_deletes"
        yield role.problem((), f"role name has {size} bytes, {longest} fit into {derived}: shorten it")


def _extends(role: Role, source: Source) -> Iterator[Problem]:
    bases = role.raw.extends or []
    names = source.names("roles")
    for index, base in enumerate(bases):
        if base not in names:
            yield role.problem(("extends", index), unknown("role", base, names))
        elif base in bases[:index]:
            yield role.problem(("extends", index), f"{shown(base)} is listed twice: remove one")


def _cycles(source: Source) -> Iterator[Problem]:
    """Yield each cycle of roles once, at its first role by name."""
    graph = {name: set(role.raw.extends or ()) for name, role in source.declared_roles.items()}
    while True:
        try:
            TopologicalSorter(graph).prepare()
        except CycleError as error:
            members: list[str] = error.args[1][:-1]
        else:
            return
        first = members.index(min(members))
        cycle = [*members[first:], *members[:first], members[first]]
        if graph[cycle[0]].isdisjoint(cycle[1:2]):
            cycle.reverse()
        path = " → ".join(cycle)
        yield source.declared_roles[cycle[0]].problem(("extends",), f"roles extend each other: {path}; remove one")
        graph[cycle[0]].discard(cycle[1])


def _permissions(role: Role, source: Source) -> Iterator[Problem]:
    names = source.names("entities")
    for name, raw in (role.raw.permissions or {}).items():
        path: Path = ("permissions", name)
        if name == WILDCARD:
            for part in ("stages", "pipelines", "fields"):
                if getattr(raw, part) is not None:
                    yield role.problem((*path, part), f'"*" speaks of every entity: {part} belong to a named one')
        elif name not in names:
            yield role.problem(path, unknown("entity", name, [*names, WILDCARD]))
        elif name in source.entities:
            entity = source.entities[name]
            if entity.parents:
                parents = ", ".join(parent.entity for parent in entity.parents)
                yield role.problem(path, f"{shown(name)} follows its parents ({parents}): permissions go there")
            else:
                yield from _levels(role, path, entity, raw)
                yield from _places(role, path, entity, raw)
                groups = tuple(group.name for group in entity.fields)
                yield from _known(role, (*path, "fields"), "group", raw.fields or {}, groups, entity)


def _levels(role: Role, path: Path, entity: Entity, raw: schema.Permissions) -> Iterator[Problem]:
    """Yield the levels that mean nothing on *entity*."""
    for one in resolving.mentions(raw):
        if resolving.applicable(one.level, entity):
            continue
        if entity.owner is None:
            why = f"{shown(entity.name)} has no owner: one of none, all"
        else:
            allowed = ", ".join(known.name for known in Level if known != Level.open)
            why = f"{shown(entity.name)} has no open flag: one of {allowed}"
        yield role.problem((*path, *one.path), f"level {shown(one.level.name)} means nothing here, {why}")


def _places(role: Role, path: Path, entity: Entity, raw: schema.Permissions) -> Iterator[Problem]:
    """Yield the pipelines and stages that *entity* does not have."""
    stages = {pipeline.name: pipeline.stages for pipeline in entity.pipelines}
    every = entity.stages or tuple(dict.fromkeys(stage for some in stages.values() for stage in some))
    yield from _known(role, (*path, "stages"), "stage", raw.stages or {}, every, entity)
    yield from _known(role, (*path, "pipelines"), "pipeline", raw.pipelines or {}, tuple(stages), entity)
    for name, inner in (raw.pipelines or {}).items():
        if name in stages:
            here = (*path, "pipelines", name, "stages")
            yield from _known(role, here, "stage", inner.stages or {}, stages[name], entity)


def _known(
    role: Role, path: Path, kind: str, said: Mapping[str, object], declared: tuple[str, ...], entity: Entity
) -> Iterator[Problem]:
    if said and not declared:
        place = f"pipeline {shown(path[-2])}" if kind == "stage" and "pipelines" in path else shown(entity.name)
        yield role.problem(path, f"{place} has no {kind}s: declare them under entities, or remove this")
        return
    for name in said:
        if name not in declared:
            yield role.problem((*path, name), unknown(kind, name, declared))


def _assignments(source: Source) -> Iterator[Problem]:
    names = source.names("roles")
    right = []
    for assignment in source.all_assignments():
        role = assignment.raw.role
        if role not in names:
            yield assignment.problem(("role",), unknown("role", role, names))
        elif role in source.declared_roles and source.declared_roles[role].raw.abstract:
            yield assignment.problem(("role",), f"role {shown(role)} is abstract: assign one that extends it")
        problems = list(_principal(assignment))
        yield from problems
        right += [] if problems else [assignment]
    for assignment, before in repeated(iter(right), lambda one: (one.raw.role, *resolving.principal(one.raw.to))):
        yield assignment.problem((), f"already assigned at {before.line}: remove one")


def _principal(assignment: Declared[schema.Assignment]) -> Iterator[Problem]:
    to, path = assignment.raw.to, ("to",)
    kinds = ("everyone", "person", "department", "group", "project_group")
    given = [kind for kind in kinds if getattr(to, kind) is not None]
    if len(given) != 1:
        found = " and ".join(given) or "none"
        yield assignment.problem(path, f"needs exactly one of {', '.join(kinds)}, not {found}")
    elif to.subdepartments is not None and to.department is None:
        yield assignment.problem((*path, "subdepartments"), "goes only with department: remove it")
    elif to.department is not None and not all(part.strip() for part in to.department.split("/")):
        why = "is a path of names from the root, like Company/East"
        yield assignment.problem((*path, "department"), f"department {shown(to.department)} {why}")
