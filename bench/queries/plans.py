"""What EXPLAIN says: whether two plans are one, and what must not be in any."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from bench.queries.asking import Asking
from bench.queries.queries import Query

NOT_INLINED = "a predicate is not inlined"
TOO = ", as by hand"
BIG = ("deal", "activity", "company", "contact")

_CALLED = re.compile(r"\b\w+_(reads|creates|updates|deletes)\(")
"""A predicate that was not inlined."""

_READ = re.compile(rf"Seq Scan on (?:\w+\.)?({'|'.join(BIG)})\b")

_PARAMETER = re.compile(r"\(InitPlan \d+\)\.col\d+|\$\d+")

_LIVE = "OR NULL::boolean"
"""What every live test has in it, and nothing else."""

TWIN = "_leakproof"
"""What ends the name of an index with leakproof operators; without it, it is the name of the one with the server's."""

Node = dict[str, Any]
"""A node of a plan, as EXPLAIN says it in JSON."""


def plan(asking: Asking, statement: str, *, analyze: bool = False) -> str:
    """Return the plan of what a session runs; with *analyze* it is run, and undone."""
    options = "analyze, buffers" if analyze else "verbose, costs off"
    asking.run("begin")
    try:
        result = asking.run(f"explain ({options}) {statement}")
        lines = [(result.get_value(row, 0) or b"").decode() for row in range(result.ntuples)]
    finally:
        asking.run("rollback")
    return "\n".join(line for line in lines if analyze or not line.strip().startswith(("Output:", "Query Identifier:")))


def tree(asking: Asking, statement: str, options: str) -> tuple[Node, float]:
    """Return the plan of what a session runs, and the milliseconds of planning; what is run is undone."""
    asking.run("begin")
    try:
        (found,) = json.loads(asking.run(f"explain ({options}, format json) {statement}").get_value(0, 0) or b"")
    finally:
        asking.run("rollback")
    return found["Plan"], found.get("Planning Time", 0.0)


def nodes(plan: Node) -> Iterator[Node]:
    """Yield a node and those below it, those of sub-selects aside."""
    yield plan
    for child in children(plan):
        yield from nodes(child)


def children(plan: Node) -> list[Node]:
    """Return the nodes just below, those of sub-selects aside."""
    return [child for child in plan.get("Plans", ()) if "Subplan Name" not in child]


def is_live(condition: str) -> bool:
    """Tell whether a condition holds a live test of a policy."""
    return _LIVE in condition


def is_alternative(condition: str) -> bool:
    """Tell whether a condition holds a live test of a policy, and what a row may fulfil instead."""
    return is_live(condition) and " OR " in condition.replace(_LIVE, "")


def same(one: str, other: str) -> bool:
    """Tell whether two plans are one, parameters and their numbers aside."""
    return _PARAMETER.sub("$", one) == _PARAMETER.sub("$", other)


def objections(query: Query, by_hand: str, rowlock: str, *, sees_all: bool) -> list[str]:
    """Return what must not be in Rowlock's plan, whatever it takes."""
    found = []
    if _CALLED.search(rowlock):
        found.append(NOT_INLINED)
    if query.page and _READ.search(rowlock):
        found.append(f"reads a table for a page{TOO if _READ.search(by_hand) else ''}")
    if sees_all and not same(by_hand, rowlock.replace(TWIN, "")):
        found.append("another plan at level all")
    return found
