"""Which rows lie in which cells: sets of (pipeline, stage) as boolean SQL.

A *cell* is a pipeline and a stage; ``*`` stands for every one the definitions
file does not declare.  A guard is SQL that is true for the rows of a set of
cells.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from psycopg import sql

from rls.compiler.sources import Source, cell_key, column
from rls.definition.levels import Cell
from rls.names import QualifiedName

REST = "*"

Stages = tuple[bool, tuple[str, ...]]
"""(True, listed): every stage but those listed; (False, listed): only those."""

FALSE = sql.SQL("false")
TRUE = sql.SQL("true")


def any_of(terms: Iterable[sql.Composable]) -> sql.Composable:
    """Join with OR; no term is false."""
    return _joined(terms, sql.SQL(" or "), neutral=FALSE, decisive=TRUE)


def all_of(terms: Iterable[sql.Composable]) -> sql.Composable:
    """Join with AND; no term is true."""
    return _joined(terms, sql.SQL(" and "), neutral=TRUE, decisive=FALSE)


def _joined(
    terms: Iterable[sql.Composable], word: sql.SQL, *, neutral: sql.Composable, decisive: sql.Composable
) -> sql.Composable:
    left = [term for term in terms if term != neutral]
    if not left or decisive in left:
        return decisive if left else neutral
    return left[0] if len(left) == 1 else word.join(sql.SQL("({})").format(term) for term in left)


def one_of(subject: sql.Composable, values: tuple[str, ...]) -> sql.Composable:
    """Return ``subject in (values)``."""
    return sql.SQL("{} in ({})").format(subject, sql.SQL(", ").join(map(sql.Literal, values)))


def not_one_of(subject: sql.Composable, values: tuple[str, ...]) -> sql.Composable:
    """Return a test that is true for every other value and for null."""
    return sql.SQL("({}) is not true").format(one_of(subject, values))


def _stages(chosen: Mapping[Cell, bool], pipeline: str) -> Stages:
    of_pipeline = {cell.stage: wanted for cell, wanted in chosen.items() if cell.pipeline == pipeline}
    rest = of_pipeline.pop(REST)
    return rest, tuple(sorted(stage for stage, wanted in of_pipeline.items() if wanted is not rest))


def _stage_guard(stages: Stages, stage: sql.Composable | None) -> sql.Composable:
    rest, listed = stages
    if not listed:
        return TRUE if rest else FALSE
    assert stage is not None, "an entity without stages has one stage, the rest"
    return not_one_of(stage, listed) if rest else one_of(stage, listed)


def guard(source: Source, table: QualifiedName, chosen: Mapping[Cell, bool]) -> sql.Composable:
    """Return SQL that is true for rows in the cells marked True, and for no other.

    :param chosen: every cell of the source's entity.
    """
    stage = column(table, source.stage) if source.stage else None
    groups: dict[Stages, list[str]] = {}
    for pipeline in sorted({cell.pipeline for cell in chosen}):
        groups.setdefault(_stages(chosen, pipeline), []).append(pipeline)
    if len(groups) == 1:
        return _stage_guard(next(iter(groups)), stage)
    assert source.pipeline is not None, "an entity without pipelines has one pipeline, the rest"
    subject = column(table, source.pipeline)
    named = {pipeline for cell in chosen if (pipeline := cell.pipeline) != REST}
    terms = []
    for stages, pipelines in groups.items():
        inner = _stage_guard(stages, stage)
        outside = tuple(sorted(named - set(pipelines)))
        where = not_one_of(subject, outside) if REST in pipelines else one_of(subject, tuple(pipelines))
        terms.append(all_of([where, inner]))
    return any_of(terms)


def rows_of(source: Source, table: QualifiedName, chosen: Mapping[Cell, bool]) -> sql.Composable:
    """Return SQL that is true for the source's rows in the cells marked True, and for no other row of the table."""
    cells = guard(source, table, chosen)
    if source.reference is None:
        return cells
    return all_of([sql.SQL("{} is not null").format(column(table, source.reference)), cells])


def cell_of_row(found: tuple[Source, ...], table: QualifiedName, cells: Mapping[str, Iterable[Cell]]) -> sql.Composable:
    """Return an expression for the key of the cell a row lies in (:func:`cell_key`).

    :param cells: by entity, its cells.
    """
    branches = []
    for source in found:
        key = _key_of(source, table, tuple(cells[source.entity.name]))
        if source.always_this:
            return key
        test = sql.SQL("{} is not null").format(column(table, str(source.reference)))
        branches.append(sql.SQL("when {} then {}").format(test, key))
    return sql.SQL("case {} end").format(sql.SQL(" ").join(branches))


def _key_of(source: Source, table: QualifiedName, cells: tuple[Cell, ...]) -> sql.Composable:
    parts: list[sql.Composable] = [sql.Literal(f"{source.entity.name}:")]
    for name, values in (
        (source.pipeline, {cell.pipeline for cell in cells}),
        (source.stage, {cell.stage for cell in cells}),
    ):
        parts.append(_known(table, name, tuple(sorted(values - {REST}))))
    if source.pipeline is None and source.stage is None:
        return sql.Literal(cell_key(source, Cell(REST, REST)))
    return sql.SQL("{} || {} || '/' || {}").format(*parts)


def _known(table: QualifiedName, name: str | None, declared: tuple[str, ...]) -> sql.Composable:
    if name is None or not declared:
        return sql.Literal(REST)
    value = column(table, name)
    return sql.SQL("case when {} then {}::text else {} end").format(one_of(value, declared), value, sql.Literal(REST))
