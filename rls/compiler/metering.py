"""Counting what is read by who may not export it: the last condition of a reading policy.

::

    <the rows the role reads>
    and case
      when (<the same rows, by arguments of its own>) is not true then null
      when <within what the caller exports, by whatever role> then true
      else case allowance >= nextval(counter) when true then true when false then rls.over_budget('deal') end
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

A role that exports what it reads is not metered: its function is as if there
were no budget, and what the policy passes to it is dropped when it is inlined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from psycopg import sql

from rls.compiler.cells import FALSE, TRUE, all_of, any_of, cell_of_row
from rls.compiler.helpers import asked
from rls.compiler.owners import Argument, Owners
from rls.compiler.predicates import LEVELS, Predicate
from rls.compiler.rights import Rights
from rls.compiler.sources import column
from rls.definition.model import Definition, Entity, Level, Role
from rls.state.objects import BudgetRow

HELPERS = (
    "allowance(wanted_entity text, wanted_kind text)",
    "counter_of(wanted_entity text, wanted_kind text)",
    "exportable(wanted_entity text, wanted_level text)",
    "over_budget(wanted_entity text)",
)
"""Helper functions that metering calls, as ``pg_get_function_identity_arguments`` prints them."""

EXPORTABLE = {level: f"exportable_{level.name}" for level in LEVELS}
"""Level → the argument that lists the cells its caller may export that far, by whatever role."""

AGAIN = "again_"
EXPORTED = "export_"
"""What the arguments begin with that say the rows again, and those that say whom the caller exports of."""


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
    """How reading one entity is counted.

    ``reach`` are the arguments that say whom the caller reaches.
    """

    rights: Rights
    reach: Sequence[Argument]

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
            *((f"{EXPORTED}{argument}", kind, value) for argument, kind, value in self.reach),
            *((argument, "text[]", asked("exportable", name, level.name)) for level, argument in EXPORTABLE.items()),
            ("allowance", "bigint", asked("allowance", name, "read")),
            ("counter", "regclass", asked("counter_of", name, "read")),
        ]

    def within(self, rows: Predicate) -> str:
        """Return the rows that a function lets through, counted."""
        again = replace(rows, finds=False, prefix=AGAIN)
        return all_of([sql.SQL(rows.body()), self.clause(sql.SQL(again.body()))]).as_string(None)

    def clause(self, permitted: sql.Composable) -> sql.Composable:
        """Return what is true for a permitted row that is exported or within the budget.

        It is false for any other row but one beyond the budget: for that, it fails.
        """
        counted: sql.Composable = sql.SQL(
            "case allowance >= nextval(counter) when true then true when false then rls.over_budget({}) end"
        ).format(sql.Literal(self.entity.name))
        terms = []
        if permitted != TRUE:
            terms.append(sql.SQL("when ({}) is not true then null").format(permitted))
        if (exported := self._exported()) != FALSE:
            terms.append(sql.SQL("when {} then true").format(exported))
        if terms:
            counted = sql.SQL("case {} else {} end").format(sql.SQL(" ").join(terms), counted)
        return sql.SQL("{} is not null").format(counted)

    def _exported(self) -> sql.Composable:
        """Return what is true for the rows within the caller's export level, by whatever role."""
        said = {level for role in self.rights.roles for _, level, _ in self.rights.cells(role, "export")}
        if Level.open in said:
            said.add(Level.subdepartments)
        return any_of(self._at(level) for level in LEVELS if level in said)

    def _at(self, level: Level) -> sql.Composable:
        reached = self._reached(level)
        if reached == FALSE:
            return FALSE
        return all_of([sql.SQL("{} = any ({})").format(self._cell(), sql.Identifier(EXPORTABLE[level])), reached])

    def _reached(self, level: Level) -> sql.Composable:
        sources, table = self.rights.sources, self.entity.table
        if level is Level.all:
            return TRUE
        if level is Level.open:
            flag = next((source.open for source in sources if source.open), None)
            return column(table, flag) if flag else FALSE
        owner = next((source.owner.column for source in sources if source.owner), None)
        if owner is None:
            return FALSE
        return Owners(column(table, owner), self.rights.live, finds=False, prefix=EXPORTED).both(level)

    def _cell(self) -> sql.Composable:
        levels = self.rights.levels(self.rights.roles[0], "read")
        return cell_of_row(
            self.rights.sources, self.entity.table, {entity: tuple(cells) for entity, cells in levels.items()}
        )
