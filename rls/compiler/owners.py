"""Is a row's owner among those a caller reaches?  The conditions a predicate is made of, and the arguments they read.

Where a table names its owners by ``person.id``, each level has two conditions
that say the same::

    (subtree_reached[owner] or null) is not null
    rls.owned_by(owner, rls.subtree_owners())

The first is *live*: a Boolean array of whom the caller reaches at this moment.
The planner holds a subscript, OR and IS NOT NULL to cost nothing, so it comes
before every condition a person may add, of which the leakproof ones may else
run before a policy (``order_qual_clauses`` in
src/backend/optimizer/plan/createplan.c), and it estimates IS NOT NULL of an
expression to keep nearly all rows (``nulltestsel``), which leaves the estimate
to the second.  That one is for *planning*: its functions are folded into
constants, so that estimates and indexes are those of a condition with the ids
written out.  A plan may outlive what it folded; then it hides rows, but shows
none that are not live.  A predicate that finds no rows has no need of it: it
checks new ones, or those another policy finds.

Tables that name their owners otherwise (``holds: key``, bigint) compare with a
list that is read when the statement runs.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from functools import cache

from psycopg import sql

from rls.compiler.cells import TRUE, all_of
from rls.compiler.helpers import called
from rls.definition.model import Level
from rls.names import RIGHTS_SCHEMA

TEAMS = {Level.department: "department", Level.subdepartments: "subtree"}
"""Level → what the columns of ``rls.team`` and the functions about it begin with."""

FINDABLE = frozenset({Level.own, *TEAMS})
"""The levels whose rows have their owner in common."""

Argument = tuple[str, str, sql.Composable]
"""Name, type and value."""


@dataclass(frozen=True)
class Owners:
    """The conditions on a table's owner column, by level (own, department, subdepartments).

    ``finds``: the levels whose rows are to be found, and not only checked.
    ``prefix`` is what the names of the arguments begin with.
    """

    column: sql.Composable
    live: bool
    finds: Collection[Level] = FINDABLE
    prefix: str = ""

    def now(self, level: Level) -> sql.Composable:
        """Return the live condition; nothing where the other one is."""
        if not self.live:
            return TRUE
        return sql.SQL("({} or null) is not null").format(self.reached(level))

    def planned(self, level: Level) -> sql.Composable:
        """Return the condition that finds its rows by an index; nothing where there is none to find."""
        if self.live and level not in self.finds:
            return TRUE
        if level is Level.own:
            return sql.SQL("{} = {}").format(self.column, called("me") if self.live else sql.SQL(f"{self.prefix}me"))
        owners = f"{TEAMS[level]}_owners"
        if not self.live:
            return sql.SQL("{} = any ({})").format(self.column, self._argument(owners))
        return called("owned_by", self.column, called(owners))

    def reached(self, level: Level) -> sql.Composable:
        """Return the condition as it is where nothing depends on the planner: null for a row without owner."""
        if not self.live:
            return self.planned(level)
        bits = "mine" if level is Level.own else f"{TEAMS[level]}_reached"
        return sql.SQL("{}[{}]").format(self._argument(bits), self.column)

    def _argument(self, name: str) -> sql.Composable:
        return sql.Identifier(f"{self.prefix}{name}")

    def both(self, level: Level) -> sql.Composable:
        """Return what is true for the rows whose owner the caller reaches at this level."""
        return all_of([self.now(level), self.planned(level)])


def arguments(kind: str, *, live: bool, keyed: bool) -> list[Argument]:
    """Return the arguments that say whom the caller reaches.

    :param kind: the type the owner column is compared in.
    """
    if live:
        return [(name, "boolean[]", _bits(name)) for name in ("mine", *(f"{team}_reached" for team in TEAMS.values()))]
    many, what = f"{kind}[]", "keys" if keyed else "owners"
    return [
        ("me", kind, _read("reach", "person_key" if keyed else "person_id", kind)),
        *((f"{team}_owners", many, _read("team", f"{team}_{what}", many)) for team in TEAMS.values()),
    ]


@cache
def _bits(name: str) -> sql.Composable:
    return sql.SQL("(select {})").format(called(name, sql.SQL("current_user")))


@cache
def _read(table: str, name: str, cast: str = "") -> sql.Composable:
    value: sql.Composable = sql.SQL("{}.{}").format(sql.Identifier(table), sql.Identifier(name))
    if cast:
        value = sql.SQL("{}::{}").format(value, sql.SQL(cast))
    return sql.SQL("(select {} from {}.{})").format(value, sql.Identifier(RIGHTS_SCHEMA), sql.Identifier(table))
