"""Access levels as SQL: the body of one predicate function.

PostgreSQL inlines a SQL function only when each argument that contains a
sub-select is used at most once in its body (``inline_function`` in
src/backend/optimizer/util/clauses.c), and every argument here is one.  So a
body is grouped by how rows are reached, and lists the cells for each way::

    (cells at own) and owner = me
    or (cells at department) and owner = any (department_owners)
    or (cells at subdepartments or open) and owner = any (subtree_owners)
    or (cells at open) and is_open
    or (cells at all)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from psycopg import sql

from rls.compiler.cells import FALSE, TRUE, all_of, any_of, cell_of_row, guard
from rls.compiler.sources import Levels, Source, cell_key, column
from rls.definition.model import Level
from rls.names import QualifiedName

LEVELS = (Level.own, Level.department, Level.subdepartments, Level.open, Level.all)
"""The levels that reach anything, narrowest first."""

READABLE = {level: f"readable_{level.name}" for level in LEVELS}
"""Level → the argument that lists the cells its caller may read that far, by whatever role."""


@dataclass(frozen=True)
class Predicate:
    """What one predicate function decides.

    ``levels`` are the role's own, by source.  ``timed``: the role counts only
    while its caller holds it.  ``overruled``: in some cells an explicit level
    of another role counts instead.  ``within_read``: rows must also be readable
    by any of the caller's roles.  ``version`` is that of the levels.

    Whatever asks something when it runs asks in ``counted`` whether the levels
    are still those it was written for.
    """

    table: QualifiedName
    sources: tuple[Source, ...]
    levels: Mapping[str, Levels]
    timed: bool = False
    overruled: bool = False
    within_read: bool = False
    version: str = ""

    def body(self) -> str:
        """Return the expression after RETURN."""
        reached = self._within_read() if self.within_read else self._reached()
        if self.timed or self.overruled or self.within_read:
            reached = all_of([sql.SQL("{} = any (counted)").format(self._counting()), reached])
        return reached.as_string(None)

    def _counting(self) -> sql.Composable:
        """Return the cell that must count: the row's own, or any where the role counts everywhere or nowhere."""
        if self.overruled:
            return sql.SQL("{} || {}").format(sql.Literal(f"{self.version}:"), self._cell())
        reached = (
            cell_key(source, cell)
            for source in self.sources
            for cell, (level, _) in self.levels[source.entity.name].items()
            if level > Level.none
        )
        return sql.Literal(f"{self.version}:{next(reached, '')}")

    def _reached(self) -> sql.Composable:
        ways = (
            ({Level.own}, self._own()),
            ({Level.department}, self._owned_by("department_owners")),
            ({Level.subdepartments, Level.open}, self._owned_by("subtree_owners")),
            ({Level.open}, self._open()),
            ({Level.all}, TRUE),
        )
        return any_of(self._rows(wanted, condition) for wanted, condition in ways if self._reaches(wanted))

    def _within_read(self) -> sql.Composable:
        """Reach as far as both the role's level and the caller's level to read do.

        Levels nest, so that is the union, level by level, of what lies at that
        level or above for both.
        """
        ways = {
            Level.own: self._own(),
            Level.department: self._owned_by("department_owners"),
            Level.subdepartments: self._owned_by("subtree_owners"),
            Level.open: self._open(),
            Level.all: TRUE,
        }
        terms = []
        for level, condition in ways.items():
            wanted = {other for other in LEVELS if other >= level}
            if self._reaches(wanted) and self._makes_sense(level):
                readable = sql.SQL("{} = any ({})").format(self._cell(), sql.Identifier(READABLE[level]))
                terms.append(all_of([self._rows(wanted, condition), readable]))
        return any_of(terms)

    def _rows(self, wanted: set[Level], condition: sql.Composable) -> sql.Composable:
        """Return the rows of the cells at a wanted level, as far as *condition* reaches."""
        guards = [self._guard(source, wanted) for source in self.sources if self._source_reaches(source, wanted)]
        where = TRUE if self._everywhere(wanted) else any_of(guards)
        return all_of([where, condition])

    def _everywhere(self, wanted: set[Level]) -> bool:
        return all(level in wanted for source in self.sources for level, _ in self.levels[source.entity.name].values())

    def _guard(self, source: Source, wanted: set[Level]) -> sql.Composable:
        chosen = {cell: level in wanted for cell, (level, _) in self.levels[source.entity.name].items()}
        cells = guard(source, self.table, chosen)
        if source.reference is None:
            return cells
        belongs = sql.SQL("{} is not null").format(column(self.table, source.reference))
        return all_of([belongs, cells])

    def _reaches(self, wanted: set[Level]) -> bool:
        return any(self._source_reaches(source, wanted) for source in self.sources)

    def _source_reaches(self, source: Source, wanted: set[Level]) -> bool:
        return any(level in wanted for level, _ in self.levels[source.entity.name].values())

    def _makes_sense(self, level: Level) -> bool:
        if level is Level.all:
            return True
        return (self._open_column() if level is Level.open else self._owner_column()) is not None

    def _cell(self) -> sql.Composable:
        return cell_of_row(self.sources, self.table, {entity: tuple(levels) for entity, levels in self.levels.items()})

    def _owner_column(self) -> str | None:
        return next((source.owner.column for source in self.sources if source.owner), None)

    def _open_column(self) -> str | None:
        return next((source.open for source in self.sources if source.open), None)

    def _own(self) -> sql.Composable:
        name = self._owner_column()
        return sql.SQL("{} = me").format(column(self.table, name)) if name else FALSE

    def _owned_by(self, argument: str) -> sql.Composable:
        name = self._owner_column()
        if name is None:
            return FALSE
        return sql.SQL("{} = any ({})").format(column(self.table, name), sql.Identifier(argument))

    def _open(self) -> sql.Composable:
        name = self._open_column()
        return column(self.table, name) if name else FALSE
