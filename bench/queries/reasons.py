"""Why a query misses its target: reasons found in both plans and in the catalog, none of them by a query's name.

What is compared are *shapes*: which tables are read by which indexes and joined how, whatever is asked of a row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import psycopg

from bench.queries import plans
from bench.queries.asking import Asking
from bench.queries.plans import Node, nodes
from bench.queries.queries import Query
from bench.queries.targets import Spread, allowed

LEGEND = {
    "f": "a condition of the query's own is not leakproof, so that under a policy it has neither index nor statistics;"
    " the plan is another than by hand",
    "j": "an inner join of two tables with policies finds far more than estimated; the plan is another than by hand",
    "p": "what rewriting and planning take longer is the whole miss",
    "r": "the plan is that by hand, but each of many rows is asked by the conditions of several roles",
    "d": "the plan is that by hand, and walks an index past far more rows than it finds",
}
"""Letter → the reason."""

FAR = 10
"""From so many times as many on, rows are far more."""

MANY = 1000
"""From so many rows on, what each is asked can be told from nothing."""

ROUNDS = 9
"""How often planning is timed, by the clock: on a busy machine the fastest comes nearest to what is computed."""

_CONDITIONS = ("Filter", "Index Cond", "Recheck Cond", "Join Filter", "Hash Cond", "Merge Cond")

_LEAKS = r"""
select count(*)
from pg_rewrite as rule
cross join lateral regexp_matches(rule.ev_action::text, ':(?:opfuncid|funcid) (\d+)', 'g') as called (found)
join pg_proc as function on function.oid = called.found[1]::oid
where rule.ev_class = 'pg_temp.asked'::regclass and not function.proleakproof
"""
"""How many functions a view calls that are not leakproof, those of operators included."""

_POLICIES = """
select count(*)
from pg_policy as policy
where
  policy.polrelid = %s::regclass
  and policy.polcmd in ('r', '*')
  and exists (select from unnest(policy.polroles) as role where pg_has_role(%s, role, 'usage'))
"""
"""How many policies let a person read a table."""


@dataclass(frozen=True)
class Side:
    """Somebody's session, the statement it is ready to run, and what that takes."""

    asking: Asking
    statement: str
    spread: Spread

    @cached_property
    def plan(self) -> Node:
        """The plan, with the rows it found."""
        return plans.tree(self.asking, self.statement, "analyze, verbose, timing off")[0]

    def planning(self, *, rewritten: bool) -> float:
        """Return how many milliseconds planning takes once, with parsing and rewriting where they come each time."""
        before = 0.0
        if rewritten:
            before, computed = self.asking.measured(lambda: self.asking.run(f"prepare rewritten as {self.statement}"))
            before = before if computed is None else computed
            self.asking.run("deallocate rewritten")
        return before + plans.tree(self.asking, self.statement, "summary")[1]


@dataclass(frozen=True)
class Miss:
    """A query that misses its target: by hand and under Rowlock."""

    query: Query
    values: Mapping[str, str]
    form: str
    by_hand: Side
    rowlock: Side

    def reasons(self, administrator: psycopg.Connection) -> list[str]:
        """Return the letters of the reasons that are found."""
        tests: dict[str, Callable[[], bool]] = {
            "f": lambda: not self._same_shape and self._leaks(administrator),
            "j": lambda: not self._same_shape and any(map(_underestimated, nodes(self.rowlock.plan))),
            "p": lambda: self._planning,
            "r": lambda: self._same_shape and not self._planning and self._several(administrator),
            "d": lambda: self._same_shape and not self._planning and any(map(_walks, nodes(self.by_hand.plan))),
        }
        return [letter for letter, holds in tests.items() if holds()]

    @cached_property
    def _same_shape(self) -> bool:
        return shape(self.by_hand.plan) == shape(self.rowlock.plan)

    @cached_property
    def _planning(self) -> bool:
        """Whether the target is met but for planning."""
        if self.form == "generic":
            return False
        sides = (self.by_hand, self.rowlock)
        rounds = [[side.planning(rewritten=self.form == "simple") for side in sides] for _ in range(ROUNDS)]
        base, own = (min(times) for times in zip(*rounds, strict=True))
        without: float = self.rowlock.spread.median - (own - base)
        return without <= allowed(self.by_hand.spread.median)

    def _leaks(self, administrator: psycopg.Connection) -> bool:
        """Tell whether a condition that is in no policy is not leakproof, after constants are folded."""
        alone = self.query.filled(self.query.text(), self.values)
        found = list(nodes(plans.tree(self.by_hand.asking, alone, "verbose")[0]))
        conditions = [node[key] for node in found for key in _CONDITIONS if key in node]
        if not conditions:
            return False
        tables = sorted({f"{_table(node)} as {node['Alias']}" for node in found if "Schema" in node})
        view = f"create temp view asked as select from {', '.join(tables)} where {' and '.join(conditions)}"
        with administrator.transaction(force_rollback=True):
            administrator.execute("select set_config('search_path', %s, true)", [self.rowlock.asking.contender.schema])
            administrator.execute(view.encode())
            return _counted(administrator, _LEAKS) > 0

    def _several(self, administrator: psycopg.Connection) -> bool:
        """Tell whether a row is asked by what several policies of the person's say."""
        login = self.rowlock.asking.viewer.person.login
        asked = [
            _table(node)
            for node in nodes(self.rowlock.plan)
            if plans.is_alternative(node.get("Filter", "")) and node["Actual Rows"] + _dropped(node) > MANY
        ]
        return any(_counted(administrator, _POLICIES, table, login) > 1 for table in asked)


def shape(node: Node) -> tuple[object, ...]:
    """Return what is read by which indexes and joined how."""
    inner = plans.children(node)
    if node["Node Type"] == "Bitmap Heap Scan":
        indexes = frozenset(_index(each) for child in inner for each in nodes(child) if "Index Name" in each)
        return node["Node Type"], node["Relation Name"], indexes
    return node["Node Type"], node.get("Relation Name"), _index(node), *map(shape, inner)


def _index(node: Node) -> str:
    return str(node.get("Index Name", "")).removesuffix(plans.TWIN)


def _underestimated(node: Node) -> bool:
    """Tell whether a node is an inner join, of two tables with policies, that finds far more than estimated."""
    if node.get("Join Type") != "Inner" or node["Actual Rows"] < FAR * node["Plan Rows"]:
        return False
    return all(any(plans.is_live(each.get("Filter", "")) for each in nodes(side)) for side in plans.children(node))


def _walks(node: Node) -> bool:
    """Tell whether a node reads an index and drops far more rows than it finds."""
    return "Index Name" in node and _dropped(node) > max(MANY, FAR * node["Actual Rows"])


def _dropped(node: Node) -> float:
    return float(node.get("Rows Removed by Filter", 0))


def _table(node: Node) -> str:
    return f"{node['Schema']}.{node['Relation Name']}"


def _counted(administrator: psycopg.Connection, query: str, *values: str) -> int:
    ((count,),) = administrator.execute(query.encode(), values or None).fetchall()
    return int(count)
