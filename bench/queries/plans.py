"""What EXPLAIN says: whether two plans are one, and what must not be in any."""

from __future__ import annotations

import re

from bench.queries.asking import Asking
from bench.queries.queries import Query

NOT_INLINED = "a predicate is not inlined"
TOO = ", as by hand"
BIG = ("deal", "activity", "company", "contact")

_CALLED = re.compile(r"\b\w+_(reads|creates|updates|deletes)\(")
"""A predicate that was not inlined."""

_READ = re.compile(rf"Seq Scan on (?:\w+\.)?({'|'.join(BIG)})\b")

_PARAMETER = re.compile(r"\(InitPlan \d+\)\.col\d+|\$\d+")


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
    if sees_all and not same(by_hand, rowlock):
        found.append("another plan at level all")
    return found
