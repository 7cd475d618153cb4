"""What all roles of one caller come to together, as SQL over the names of those they hold.

Policies of a reading view and rights to a group of fields are not one role's but the caller's.  Each is one function
whose argument ``held`` is a constant when the planner inlines it (``rls.roles()``), so of every role's part only that
of the caller's roles is left::

    (held && '{director}')
    or (held && '{manager}' and owned by one of the department)
    or (held && '{sales}' and owned by me)

A role that follows the clock, and one another may overrule, cannot be told by a constant: who holds such a role is
``asking``, and the cells are read when the statement runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from psycopg import sql

from rls.compiler.cells import FALSE, TRUE, all_of, any_of, cell_of_row, rows_of
from rls.compiler.owners import FINDABLE, TEAMS, Owners
from rls.compiler.predicates import BY_OWNER, LEVELS
from rls.compiler.sources import Levels, Source, open_column, owner_column
from rls.definition.levels import Cell
from rls.definition.model import Level
from rls.names import QualifiedName

FIRST = {Level.own: "first_mine", **{level: f"first_{team}" for level, team in TEAMS.items()}}
"""Level → the argument with whom the caller reaches at it, for the condition that stands before all others.

It is null where the caller's roles are no longer those of the plan.
"""

STILL_HELD = sql.Identifier("still_held")
"""The argument that says whether the caller's roles are those of the plan."""

ByRole = Mapping[str, Mapping[str, Levels]]
"""Role → source → its levels."""


def holds(roles: Collection[str]) -> sql.Composable:
    """Return SQL that is true for whoever holds one of the roles."""
    if not roles:
        return FALSE
    names = sql.SQL(", ").join(map(sql.Literal, sorted(roles)))
    return sql.SQL("held && array[{}]").format(names)


def lacks(roles: Collection[str]) -> sql.Composable:
    """Return SQL that is true for whoever holds none of the roles."""
    return sql.SQL("not {}").format(holds(roles)) if roles else TRUE


def covering(fields: ByRole, record: ByRole) -> sql.Composable:
    """Return SQL that is true where *fields* reach at least as far as *record* in every cell, for the roles held.

    For each level in each cell: who reaches the record that far by some role reaches the fields so by some role.
    """
    needed: set[tuple[frozenset[str], frozenset[str]]] = set()
    for source, cells in next(iter(record.values()), {}).items():
        for cell in cells:
            for level in range(Level.own, Level.all + 1):
                far = frozenset(role for role in record if record[role][source][cell][0] >= level)
                seeing = frozenset(role for role in fields if fields[role][source][cell][0] >= level)
                if far - seeing:
                    needed.add((far - seeing, seeing))
    terms = [any_of([lacks(far), holds(seeing)]) for far, seeing in sorted(needed, key=_names)]
    return all_of(terms)


def _names(pair: tuple[frozenset[str], frozenset[str]]) -> tuple[list[str], list[str]]:
    return sorted(pair[0]), sorted(pair[1])


@dataclass(frozen=True)
class Together:
    """The rows the caller's roles reach together.

    ``asking``: SQL that is true for whoever's cells are read when the statement
    runs, from the arguments that ``asked`` names by level.  ``live``, ``finds``
    and ``prefix``: see :class:`rls.compiler.predicates.Predicate`.
    """

    table: QualifiedName
    sources: tuple[Source, ...]
    levels: ByRole
    live: bool
    asking: sql.Composable | None = None
    asked: Mapping[Level, str] = field(default_factory=dict)
    finds: Collection[Level] = FINDABLE
    prefix: str = ""

    def rows(self) -> sql.Composable:
        """Return the condition of a policy: what is live first, then what finds rows by an index."""
        owners = self._owners()
        if not self.finds:
            return self._ways({level: owners.both(level) for level in BY_OWNER} if owners else {})
        by_owner = {
            level: all_of([any_of([self._tested_first(level), owners.now(level)]), owners.planned(level)])
            for level in BY_OWNER
            if owners
        }
        return all_of([self._first(), self._ways(by_owner)])

    def within(self) -> sql.Composable:
        """Return the condition on a row that is known to be reached: nothing but what is live."""
        owners = self._owners()
        by_owner = {level: owners.reached(level) for level in BY_OWNER} if owners else {}
        return self._ways(by_owner)

    def counting(self) -> sql.Composable:
        """Return nothing: what a role counts by is asked in every cell."""
        return TRUE

    def cells_from(self, level: Level) -> sql.Composable:
        """Return the cells in which the caller reaches rows at this level or a wider one."""
        return self._where({other for other in LEVELS if other >= level}, level)

    def _ways(self, by_owner: Mapping[Level, sql.Composable]) -> sql.Composable:
        ways = [(BY_OWNER[level], level, condition) for level, condition in by_owner.items()]
        ways += [({Level.open}, Level.open, self._open()), ({Level.all}, Level.all, TRUE)]
        return any_of(all_of([self._where(wanted, level), condition]) for wanted, level, condition in ways)

    def _where(self, wanted: set[Level], level: Level) -> sql.Composable:
        """Return the cells in which the caller reaches rows this way."""
        by_roles = any_of(all_of([holds(roles), self._cells(chosen)]) for chosen, roles in self._alike(wanted).items())
        if self.asking is None or level not in self.asked:
            return by_roles
        asked = sql.SQL("{} = any ({})").format(self._cell(), sql.Identifier(self.prefix + self.asked[level]))
        return sql.SQL("case when {} then {} else {} end").format(self.asking, asked, by_roles)

    def _alike(self, wanted: set[Level]) -> dict[frozenset[tuple[str, Cell]], list[str]]:
        """Return sets of cells, and the roles that are at a wanted level just there."""
        found: dict[frozenset[tuple[str, Cell]], list[str]] = {}
        for role, by_source in sorted(self.levels.items()):
            cells = frozenset(
                (source, cell) for source, levels in by_source.items() for cell in levels if levels[cell][0] in wanted
            )
            if cells:
                found.setdefault(cells, []).append(role)
        return found

    def _cells(self, chosen: frozenset[tuple[str, Cell]]) -> sql.Composable:
        every = next(iter(self.levels.values()))
        if len(chosen) == sum(len(levels) for levels in every.values()):
            return TRUE
        guards = []
        for source in self.sources:
            marked = {cell: (source.entity.name, cell) in chosen for cell in every[source.entity.name]}
            if any(marked.values()):
                guards.append(rows_of(source, self.table, marked))
        return any_of(guards)

    def _first(self) -> sql.Composable:
        """Return what costs the planner nothing, and so comes before every condition of the caller's own."""
        owners = self._owners()
        at = {level: self._at(wanted) for level, wanted in BY_OWNER.items()}
        if owners is None or not self.live or not any(at.values()):
            return TRUE
        anyway = [self.asking or FALSE, holds(self._at({Level.all}))]
        open_too = all_of([holds(self._at({Level.open})), self._open()])
        terms, wider = [], set[str]()
        for level in reversed(BY_OWNER):
            if at[level]:
                live = sql.SQL("({}[{}] or null) is not null").format(sql.Identifier(FIRST[level]), owners.column)
                terms.append(all_of([lacks(wider), holds(at[level]), live]))
                wider |= at[level]
        return any_of([*anyway, open_too, *terms])

    def current(self) -> sql.Composable:
        """Return whether the caller's roles are those of the plan; nothing for whom :meth:`_first` says so."""
        return any_of([self._by_owner_alone(), STILL_HELD]) if self.live and self._owners() else STILL_HELD

    def _tested_first(self, level: Level) -> sql.Composable:
        """Return what is true for whoever meets just this level's live test in :meth:`_first`."""
        return all_of([self._by_owner_alone(), lacks(self._at({other for other in BY_OWNER if other > level}))])

    def _by_owner_alone(self) -> sql.Composable:
        asking = sql.SQL("not ({})").format(self.asking) if self.asking else TRUE
        return all_of([asking, lacks(self._at({Level.open, Level.all}))])

    def _at(self, wanted: set[Level]) -> set[str]:
        return {
            role
            for role, by_source in self.levels.items()
            if any(level in wanted for levels in by_source.values() for level, _ in levels.values())
        }

    def _cell(self) -> sql.Composable:
        every = next(iter(self.levels.values()))
        return cell_of_row(self.sources, self.table, {source: tuple(levels) for source, levels in every.items()})

    def _owners(self) -> Owners | None:
        owner = owner_column(self.sources, self.table)
        return Owners(owner, self.live, self.finds, self.prefix) if owner else None

    def _open(self) -> sql.Composable:
        return open_column(self.sources, self.table) or FALSE
