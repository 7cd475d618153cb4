"""Access levels as SQL: the body of one predicate function.

PostgreSQL inlines a SQL function only when each argument that contains a
sub-select is used at most once in its body (``inline_function`` in
src/backend/optimizer/util/clauses.c), and every argument here is one.  So a
body is grouped by how rows are reached, and lists the cells for each way::

    (cells at own) and owned by me
    or (cells at department) and owned by one of the department
    or (cells at subdepartments or open) and owned by one of the subtree
    or (cells at open) and is_open
    or (cells at all)

What :mod:`rls.compiler.owners` says of the widest of these is said first and
for all of them, where nothing is reached whoever owns it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from psycopg import sql

from rls.compiler.cells import FALSE, TRUE, all_of, any_of, cell_of_row, rows_of
from rls.compiler.helpers import called
from rls.compiler.owners import FINDABLE, Owners
from rls.compiler.sources import Levels, Source, cell_key, open_column, owner_column
from rls.definition.model import Level
from rls.names import QualifiedName

LEVELS = (Level.own, Level.department, Level.subdepartments, Level.open, Level.all)
"""The levels that reach anything, narrowest first."""

READABLE = {level: f"readable_{level.name}" for level in LEVELS}
"""Level → the argument that lists the cells its caller may read that far, by whatever role."""

BY_OWNER = {
    Level.own: {Level.own},
    Level.department: {Level.department},
    Level.subdepartments: {Level.subdepartments, Level.open},
}
"""Level → the levels that reach the rows it reaches by their owner."""


@dataclass(frozen=True)
class Predicate:
    """What one predicate function decides.

    ``levels`` are the role's own, by source.  ``timed``: the role counts only
    while its caller holds it.  ``overruled``: in some cells an explicit level
    of another role counts instead.  ``within_read``: rows must also be readable
    by any of the caller's roles.  ``version`` is that of the levels.  ``live``:
    the table names its owners by ``person.id`` in an integer column.  ``finds``:
    its rows are to be found, and not only checked.  ``prefix`` is what the names
    of its arguments begin with.

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
    live: bool = False
    finds: Collection[Level] = FINDABLE
    prefix: str = ""

    def body(self, covering: Sequence[str] = ()) -> str:
        """Return the expression after RETURN.

        :param covering: database roles whose policies let the same rows through, so that nothing is asked for this one
            where the caller holds any of them when planning.
        """
        return all_of([_none_held(covering), self.rows()]).as_string(None)

    def rows(self) -> sql.Composable:
        """Return the rows it lets through."""
        return all_of([self.counting(), self._within_read() if self.within_read else self._reached()])

    def counting(self) -> sql.Composable:
        """Return whether the role counts for the caller now, in the row's cell."""
        if not (self.timed or self.overruled or self.within_read):
            return TRUE
        return sql.SQL("{} = any ({})").format(self._counted(), sql.SQL(f"{self.prefix}counted"))

    def cells_from(self, level: Level) -> sql.Composable:
        """Return the cells in which the role reaches rows at this level or a wider one."""
        return self._rows({other for other in LEVELS if other >= level}, TRUE)

    def _counted(self) -> sql.Composable:
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
        owners, flag = self._owners(), self._open()
        elsewise = [self._rows({Level.open}, flag), self._rows({Level.all}, TRUE)]
        by_owner = [level for level, wanted in BY_OWNER.items() if self._reaches(wanted)] if owners else []
        if owners is None or not by_owner:
            return any_of(elsewise)
        if self._reaches({Level.all}) or (self._reaches({Level.open}) and self._reaches({Level.subdepartments})):
            # Then what comes first lets more rows through than the widest of them should have.
            return any_of([*(self._rows(BY_OWNER[level], owners.both(level)) for level in by_owner), *elsewise])
        *others, widest = by_owner
        first = [owners.now(widest), flag] if self._reaches({Level.open}) else [owners.now(widest)]
        ways = [*(self._rows(BY_OWNER[level], owners.both(level)) for level in others)]
        ways.append(self._rows(BY_OWNER[widest], owners.planned(widest)))
        return all_of([any_of(first), any_of([*ways, *elsewise])])

    def _within_read(self) -> sql.Composable:
        """Reach as far as both the role's level and the caller's level to read do.

        Levels nest, so that is the union, level by level, of what lies at that
        level or above for both.
        """
        owners = self._owners()
        ways = {level: owners.both(level) for level in BY_OWNER} if owners else {}
        ways |= {Level.open: self._open(), Level.all: TRUE}
        terms = []
        for level, condition in ways.items():
            readable = sql.SQL("{} = any ({})").format(self._cell(), sql.Identifier(READABLE[level]))
            wanted = {other for other in LEVELS if other >= level}
            terms.append(self._rows(wanted, all_of([condition, readable]) if condition != FALSE else FALSE))
        return any_of(terms)

    def _rows(self, wanted: set[Level], condition: sql.Composable) -> sql.Composable:
        """Return the rows of the cells at a wanted level, as far as *condition* reaches."""
        if not self._reaches(wanted):
            return FALSE
        guards = [self._guard(source, wanted) for source in self.sources if self._source_reaches(source, wanted)]
        where = TRUE if self._everywhere(wanted) else any_of(guards)
        return all_of([where, condition])

    def _everywhere(self, wanted: set[Level]) -> bool:
        return all(level in wanted for source in self.sources for level, _ in self.levels[source.entity.name].values())

    def _guard(self, source: Source, wanted: set[Level]) -> sql.Composable:
        chosen = {cell: level in wanted for cell, (level, _) in self.levels[source.entity.name].items()}
        return rows_of(source, self.table, chosen)

    def _reaches(self, wanted: set[Level]) -> bool:
        return any(self._source_reaches(source, wanted) for source in self.sources)

    def _source_reaches(self, source: Source, wanted: set[Level]) -> bool:
        return any(level in wanted for level, _ in self.levels[source.entity.name].values())

    def _cell(self) -> sql.Composable:
        return cell_of_row(self.sources, self.table, {entity: tuple(levels) for entity, levels in self.levels.items()})

    def _owners(self) -> Owners | None:
        owner = owner_column(self.sources, self.table)
        return Owners(owner, self.live, self.finds, self.prefix) if owner else None

    def _open(self) -> sql.Composable:
        return open_column(self.sources, self.table) or FALSE


def _none_held(covering: Sequence[str]) -> sql.Composable:
    """Return whether the caller held none of these database roles when the statement was planned."""
    if not covering:
        return TRUE
    roles = sql.SQL(", ").join(map(sql.Literal, covering))
    return sql.SQL("not {}").format(called("folded_holds", sql.SQL("array[{}]::name[]").format(roles)))
