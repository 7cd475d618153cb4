"""Counting what is read by who may not export it: the last condition of a reading policy.

::

    <the rows the role reads>
    and case
      case when <the same rows, by arguments of its own> then <the caller exports the row, by whatever role> end
      when false then case allowance >= nextval(counter) when true then true when false then rls.over_budget('deal') end
      when true then true
    end is not null

The counter is a sequence of the caller's own and the allowance the last number
it may come to in the present window of time, both read once a statement.  Both
are null while somebody exports (``rls.allowance``): then what may not be
exported is neither read nor counted.

Hidden rows are never counted.  The rows are said again since PostgreSQL
promises no order: it goes on after a condition that is null, and it takes
conditions by their estimated cost (``order_qual_clauses`` in
src/backend/optimizer/plan/createplan.c).  That ``rls.over_budget`` costs more
than what finds rows only saves time.  A CASE is estimated to keep half of the
rows, IS NOT NULL nearly all.

A policy passes everything twice that the rows are said again by, since an
argument may be used once; what is passed is rewritten for every statement,
also where the function drops it.  So where some role exports a part of what is
read, whom the caller reaches is asked once for both, narrowest level first::

    exportable ? case
      when again_mine[owner] then case when <the cells the role reads at own or wider> then 'own ' || <the cell> end
      when again_department_reached[owner] then …
    end

A role that exports what it reads is not metered: its function is as if there
were no budget, and what the policy passes to it is dropped when it is inlined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import starmap
from typing import Protocol

from psycopg import sql

from rls.compiler.cells import FALSE, TRUE, all_of, cell_of_row
from rls.compiler.helpers import asked, called
from rls.compiler.owners import Argument, Owners
from rls.compiler.predicates import BY_OWNER, Predicate
from rls.compiler.rights import Rights
from rls.compiler.sources import open_column, owner_column
from rls.definition.model import Definition, Entity, Level, Role
from rls.state.objects import BudgetRow

HELPERS = (
    "allowance(wanted_entity text, wanted_kind text)",
    "counter_of(wanted_entity text, wanted_kind text)",
    "exportable(wanted_entity text)",
    "over_budget(wanted_entity text)",
)
"""Helper functions that metering calls, as ``pg_get_function_identity_arguments`` prints them."""

AGAIN = "again_"
"""What the arguments begin with that say the rows again."""


Branch = tuple[Level, sql.Composable, sql.Composable]
"""A level, the rows the caller reaches at it, and the cells in which those are permitted."""


class Rows(Protocol):
    """What is said again: the rows a policy lets through."""

    def rows(self) -> sql.Composable:
        """Return what is true for them."""
        ...

    def counting(self) -> sql.Composable:
        """Return what must be true besides, whoever owns the row."""
        ...

    def cells_from(self, level: Level) -> sql.Composable:
        """Return what is true for rows of the cells that are reached at this level or a wider one."""
        ...


def metered(definition: Definition) -> bool:
    """Return whether reading anything is counted."""
    return any(entity.read_budget for entity in definition.entities)


def budgets(entity: Entity) -> Iterator[BudgetRow]:
    """Yield the entity's budgets as rows of ``rls.budget``."""
    for kind, budget in (("read", entity.read_budget), ("create", entity.create_budget)):
        if budget is not None:
            yield BudgetRow(entity.name, kind, budget.rows, budget.per, budget.statement or budget.rows)


@dataclass(frozen=True)
class Metering:
    """How reading one entity is counted."""

    rights: Rights

    @property
    def entity(self) -> Entity:
        """The entity."""
        return self.rights.entity

    def counts(self, role: Role) -> bool:
        """Return whether anything the role reads is counted: it lies beyond what the role exports."""
        if self.entity.read_budget is None:
            return False
        exported = {key: level for key, level, _ in self.rights.cells(role, "export")}
        overruled = self.rights.overruled(role, "export")
        return any(
            level > Level.none and (exported[key] < level or key in overruled)
            for key, level, _ in self.rights.cells(role, "read")
        )

    def arguments(self, again: Sequence[Argument]) -> list[Argument]:
        """Return what a reading policy passes for counting; a sub-select may be used once, so some come again.

        :param again: what the rows are found by.
        """
        if self.entity.read_budget is None:
            return []
        name = self.entity.name
        return [
            *((f"{AGAIN}{argument}", kind, value) for argument, kind, value in again),
            ("exportable", "jsonb", asked("exportable", name)),
            ("allowance", "bigint", asked("allowance", name, "read")),
            ("counter", "regclass", asked("counter_of", name, "read")),
        ]

    def within(self, rows: Predicate) -> str:
        """Return the rows that a function lets through, counted."""
        again = replace(rows, finds=(), prefix=AGAIN)
        return all_of([rows.rows(), self.clause(again)]).as_string(None)

    def clause(self, again: Rows) -> sql.Composable:
        """Return what is true for a permitted row that is exported or within the budget.

        It is false for any other row but one beyond the budget: for that, it fails.
        """
        counted = sql.SQL("case allowance >= nextval(counter) when true then true when false then {} end").format(
            called("over_budget", sql.Literal(self.entity.name))
        )
        exported = self._partly(again) if self._said - {Level.all} else self._wholly(again)
        if exported == FALSE:
            return sql.SQL("{} is not null").format(counted)
        return sql.SQL("case {} when false then {} when true then true end is not null").format(exported, counted)

    @cached_property
    def _said(self) -> set[Level]:
        """The levels at which any role exports."""
        cells = (cell for role in self.rights.roles for cell in self.rights.cells(role, "export"))
        return {level for _, level, _ in cells} - {Level.none}

    def _wholly(self, again: Rows) -> sql.Composable:
        """Return whether a row's cell is exported; null for rows that are not permitted."""
        permitted = again.rows()
        exported = sql.SQL("exportable ? {}").format(self._key(Level.all)) if self._said else FALSE
        return exported if permitted == TRUE else sql.SQL("case when {} then {} end").format(permitted, exported)

    def _partly(self, again: Rows) -> sql.Composable:
        """Return the same where it depends on the narrowest level at which the caller reaches the row."""
        branches: list[Branch] = []
        for level, reached in self._reached():
            branch = (level, reached, again.cells_from(level))
            while branches and self._needless(branches[-1], branch):
                branches.pop()
            if branch[2] != FALSE:
                branches.append(branch)
        key = sql.SQL("exportable ? case {} end").format(sql.SQL(" ").join(starmap(self._branch, branches)))
        counting = again.counting()
        return key if counting == TRUE else sql.SQL("case when {} then {} end").format(counting, key)

    def _needless(self, branch: Branch, wider: Branch) -> bool:
        """Return whether a row comes to the same by the wider branch, which takes all that the narrower would."""
        return branch[0] not in self._said and branch[2] == wider[2] and wider[0] is not Level.open

    def _branch(self, level: Level, reached: sql.Composable, cells: sql.Composable) -> sql.Composable:
        key: sql.Composable = self._key(level)
        if cells != TRUE:
            key = sql.SQL("case when {} then {} end").format(cells, key)
        return sql.SQL("else {}").format(key) if reached == TRUE else sql.SQL("when {} then {}").format(reached, key)

    def _reached(self) -> Iterator[tuple[Level, sql.Composable]]:
        """Yield the levels, narrowest first, and what is true for the rows the caller reaches at them."""
        sources, table = self.rights.sources, self.entity.table
        if owner := owner_column(sources, table):
            owners = Owners(owner, self.rights.live, finds=(), prefix=AGAIN)
            yield from ((level, owners.reached(level)) for level in BY_OWNER)
        if flag := open_column(sources, table):
            yield Level.open, flag
        yield Level.all, TRUE

    def _key(self, level: Level) -> sql.Composable:
        """Return what ``rls.exportable`` lists where the caller exports the row's cell at least so far; never null."""
        levels = self.rights.levels(self.rights.roles[0], "read")
        cell = cell_of_row(
            self.rights.sources, self.entity.table, {entity: tuple(cells) for entity, cells in levels.items()}
        )
        if self.entity.parents:
            cell = sql.SQL("coalesce({}, '')").format(cell)
        return sql.SQL("({} || {})").format(sql.Literal(f"{level.name} "), cell)
