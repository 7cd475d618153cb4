"""What must hold of entities."""

from __future__ import annotations

from collections.abc import Iterator

from rls.definition import schema
from rls.definition.checking import Declared, Source, repeated
from rls.definition.wording import Path, shown, unknown
from rls.errors import Problem

Entity = Declared[schema.Entity]

OF_A_RECORD = ("owner", "open", "stage", "stages", "pipeline", "pipelines")


def check(source: Source) -> Iterator[Problem]:
    """Yield everything wrong with the entities of *source*."""
    for entity, before in repeated(source.all_entities(), lambda one: (one.raw.table.schema_, one.raw.table.name)):
        if entity.path != before.path:
            table = f"{entity.raw.table.schema_}.{entity.raw.table.name}"
            yield entity.problem(("table",), f"table {shown(table)} already belongs to entity {shown(before.name)}")
    for entity in source.all_entities():
        if not entity.document.damaged(entity.path):
            yield from _columns(entity)
            yield from _fields(entity)
            yield from _budgets(entity)
            yield from () if entity.raw.parents else _stages(entity)
            yield from _repeats(entity)
            yield from _parents(entity, source)


def _columns(entity: Entity) -> Iterator[Problem]:
    """Let one column decide one thing, and an open flag stand beside an owner."""
    raw, used = entity.raw, dict[str, str]()
    for path, column in _deciding(raw):
        what = _use(path)
        if used.setdefault(column, what) != what:
            yield entity.problem(path, f"column {shown(column)} is already used as {used[column]}: one column, one use")
    if raw.open and not raw.owner and not raw.parents:
        yield entity.problem(("open",), 'an open flag needs an owner: without one only "none" and "all" apply')


def _deciding(raw: schema.Entity) -> Iterator[tuple[Path, str]]:
    """Yield the columns that decide who reaches a record, and where each is said."""
    said: list[tuple[Path, str | None]] = [
        (("owner",), raw.owner.column if raw.owner else None),
        (("open",), raw.open),
        (("stage",), raw.stage),
        (("pipeline",), raw.pipeline),
        *((("parents", column), column) for column in raw.parents or ()),
    ]
    if raw.carries:
        said += [(("carries", part), getattr(raw.carries, part)) for part in ("owner", "open", "stage", "pipeline")]
    yield from ((path, column) for path, column in said if column is not None)


def _use(path: Path) -> str:
    return ".".join(map(str, path[:1] if path[0] == "parents" else path))


def _fields(entity: Entity) -> Iterator[Problem]:
    """Let a column be in one group, decide nothing, and be among those people may see at all."""
    raw = entity.raw
    deciding = {column: _use(path) for path, column in _deciding(raw)} | dict.fromkeys(raw.key or (), "key")
    grouped: dict[str, str] = {}
    if raw.fields is not None and not raw.fields:
        yield entity.problem(("fields",), "is empty: list group: [columns], or remove it")
    for group, columns in (raw.fields or {}).items():
        for index, column in enumerate(columns):
            path = ("fields", group, index)
            if column in deciding:
                why = f"decides who reaches a record ({deciding[column]})"
                yield entity.problem(path, f"column {shown(column)} {why}: whoever reads the record sees it, remove it")
            if grouped.setdefault(column, group) != group:
                yield entity.problem(path, f"column {shown(column)} is already in group {grouped[column]}: remove one")
            if raw.columns is not None and column not in raw.columns:
                yield entity.problem(path, f"column {shown(column)} is not among columns: add it there, or remove it")


def _budgets(entity: Entity) -> Iterator[Problem]:
    """Let a statement not have more rows than the time it is in."""
    budget = entity.raw.create_budget
    if budget and budget.statement and budget.statement > budget.rows:
        message = f"a statement has more rows than a {budget.per} ({budget.rows}): at most as many"
        yield entity.problem(("create_budget", "statement"), message)


def _stages(entity: Entity) -> Iterator[Problem]:
    """Let columns and what is declared for them come in pairs."""
    raw = entity.raw
    any_stage = raw.stages or any((raw.pipelines or {}).values())
    if raw.pipelines is not None and raw.stages is not None:
        yield entity.problem(("stages",), "an entity with pipelines lists its stages in them: remove stages")
        return
    if raw.stage and not any_stage:
        where = "pipelines: {name: […]}" if raw.pipeline else "stages: […]"
        yield entity.problem(("stage",), f"no stages are declared: list them in {where}")
    if any_stage and not raw.stage:
        path = "stages" if raw.stages else "pipelines"
        yield entity.problem((path,), "stages without their column: say which one in stage")
    if raw.pipeline and not raw.pipelines:
        yield entity.problem(("pipeline",), "no pipelines are declared: list them in pipelines: {name: […]}")
    for name in raw.pipelines or {}:
        if "/" in name:
            yield entity.problem(
                ("pipelines", name), "a pipeline's name cannot contain /, which ends it in rls.permission"
            )
    if raw.pipelines and not raw.pipeline:
        yield entity.problem(("pipelines",), "pipelines without their column: say which one in pipeline")


def _repeats(entity: Entity) -> Iterator[Problem]:
    """Let no list name anything twice, nor a list of columns be empty."""
    raw = entity.raw
    lists: list[tuple[Path, list[str] | None]] = [(("stages",), raw.stages), (("key",), raw.key)]
    lists.append((("columns",), raw.columns))
    lists += [(("pipelines", name), stages) for name, stages in (raw.pipelines or {}).items()]
    lists += [(("fields", group), columns) for group, columns in (raw.fields or {}).items()]
    for path, items in lists:
        if items is not None and not items and path[0] in ("key", "columns", "fields"):
            yield entity.problem(path, "is empty: list columns or remove it")
        for index, item in enumerate(items or ()):
            if item in (items or ())[:index]:
                yield entity.problem((*path, index), f"{shown(item)} is listed twice: remove one")


def _parents(entity: Entity, source: Source) -> Iterator[Problem]:
    """Let a child follow entities that are not children, and carry what decides over them."""
    raw = entity.raw
    if raw.parents is None:
        if raw.carries:
            yield entity.problem(("carries",), "only a child carries: say in parents what it belongs to, or remove it")
        return
    if not raw.parents:
        yield entity.problem(("parents",), "is empty: list column: entity, or remove it")
    for part in OF_A_RECORD:
        if getattr(raw, part) is not None:
            yield entity.problem((part,), f"a child follows its parents and has no {part} of its own: remove it")
    for column, parent in raw.parents.items():
        yield from _parent(entity, column, parent, source)
    if all(parent in source.entities for parent in raw.parents.values()):
        yield from _carries(entity, source)


def _parent(entity: Entity, column: str, parent: str, source: Source) -> Iterator[Problem]:
    path = ("parents", column)
    names = source.names("entities")
    if parent not in names:
        yield entity.problem(path, unknown("entity", parent, names))
    elif parent == entity.name:
        yield entity.problem(path, f"{shown(parent)} cannot be its own parent")
    elif parent in source.entities and source.entities[parent].parents:
        yield entity.problem(path, f"{shown(parent)} is a child itself: name the entity it follows")


def _carries(entity: Entity, source: Source) -> Iterator[Problem]:
    """Let the child carry what its parents' rights read, and nothing else."""
    parents = [source.entities[name] for name in (entity.raw.parents or {}).values()]
    if any(parent.parents for parent in parents):
        return
    for part in ("owner", "open", "stage", "pipeline"):
        having = sorted({parent.name for parent in parents if getattr(parent, part) is not None})
        carried = entity.raw.carries and getattr(entity.raw.carries, part)
        if having and not carried:
            yield entity.problem(
                ("carries",), f"carries.{part} is missing: name the column that copies that of {having[0]}"
            )
        if carried and not having:
            yield entity.problem(("carries", part), f"no parent has {part}: remove it")
    if len({parent.owner.holds for parent in parents if parent.owner}) > 1:
        yield entity.problem(("parents",), "some parents' owners hold id, others' key: one column cannot carry both")
    if parents and not any(parent.owner for parent in parents) and any(parent.stage for parent in parents):
        yield entity.problem(("parents",), "stages are followed only where a parent has an owner")
