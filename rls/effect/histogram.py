"""The rows of a table, counted by owner and by everything else a predicate reads of them.

One pass over a table is enough for any number of people: group and count, ask
the predicates of every kind of row once, and add up.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, errors, sql

from rls.effect.shapes import Shape

Kind = tuple[Any, ...]
"""One value for every flag, reference (whether there is one) and value (as text) of a shape."""

MOST_KINDS = 10_000
"""Beyond that a column of stages holds anything but stages."""


@dataclass(frozen=True)
class Histogram:
    """How many rows of each kind there are, altogether and by owner (as text; None: nobody's).

    ``fraction``: how much of the table was read.
    """

    kinds: tuple[Kind, ...]
    total: Counter[int]
    by_owner: dict[str | None, Counter[int]] = field(default_factory=dict)
    fraction: float = 1.0

    def owned(self, owners: Iterable[str]) -> Counter[int]:
        """Return how many rows of each kind the owners have."""
        found: Counter[int] = Counter()
        for owner in owners:
            found.update(self.by_owner.get(owner, ()))
        return found


def read_histogram(connection: Connection[Any], shape: Shape, fraction: float = 1.0) -> Histogram:
    """Count the rows of a table by owner and kind.

    :param fraction: how much of the table to read: pages drawn at random.
    :raises psycopg.errors.ProgramLimitExceeded: there are too many kinds to ask about each.
    """
    total: Counter[int] = Counter()
    by_owner: dict[str | None, Counter[int]] = defaultdict(Counter)
    numbers: dict[Kind, int] = {}
    for owner, *kind, count in connection.execute(_query(shape, fraction)):
        number = numbers.setdefault(tuple(kind), len(numbers))
        total[number] += count
        by_owner[owner][number] += count
    if len(numbers) > MOST_KINDS:
        columns = ", ".join(name for name, _ in shape.values)
        raise errors.ProgramLimitExceeded(f"{columns} of {shape.table} hold more than {MOST_KINDS:,} different values")
    return Histogram(tuple(numbers), total, dict(by_owner), fraction)


def canonical(kind: str, value: sql.Composable) -> sql.Composed:
    """Return an owner as text, one text for equal values."""
    template = "pg_catalog.trim_scale({}::{})::text" if kind == "numeric" else "{}::{}::text"
    return sql.SQL(template).format(value, sql.SQL(kind))


def _query(shape: Shape, fraction: float) -> sql.Composed:
    """Group by the columns as they are, which is cheap, then write owners and stages as text."""
    columns = list(_columns(shape))
    names = sql.SQL(", ").join(sql.Identifier(f"c{number}") for number in range(len(columns)))
    numbers = sql.SQL(", ").join(sql.SQL(str(number + 1)) for number in range(len(columns)))
    sample = sql.SQL("tablesample system ({}) repeatable (1)").format(sql.Literal(100 * fraction))
    return sql.SQL(
        "select {shown}, sum(n)::bigint from (select {raw}, count(*) from {table} {sample} group by {numbers})"
        " as counted ({names}, n) group by {numbers}"
    ).format(
        shown=sql.SQL(", ").join(shown for _, shown in columns),
        raw=sql.SQL(", ").join(raw for raw, _ in columns),
        table=sql.Identifier(shape.table.schema, shape.table.name),
        sample=sample if fraction < 1 else sql.SQL(""),
        numbers=numbers,
        names=names,
    )


def _columns(shape: Shape) -> Iterator[tuple[sql.Composable, sql.Composable]]:
    """Yield what to group by inside, and what to show of it outside."""
    raw: list[sql.Composable] = [sql.Identifier(shape.owner) if shape.owner else sql.SQL("null::int")]
    raw += [sql.Identifier(name) for name in shape.flags]
    raw += [sql.SQL("{} is not null").format(sql.Identifier(name)) for name in shape.references]
    raw += [sql.Identifier(name) for name, _ in shape.values]
    texts = len(raw) - len(shape.values)
    for number, expression in enumerate(raw):
        name = sql.Identifier(f"c{number}")
        if number == 0:
            yield expression, canonical(shape.owner_type, name)
        else:
            yield expression, name if number < texts else sql.SQL("{}::text").format(name)
