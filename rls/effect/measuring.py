"""One entity under one definition, measured: its rows, and which of them each set of roles reaches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection, errors, sql

from rls.effect.asking import Truth, ask
from rls.effect.histogram import Histogram, canonical, read_histogram
from rls.effect.people import Owners, Reach
from rls.effect.reading import Limits, reading
from rls.effect.shapes import Shape
from rls.effect.tally import Tally
from rls.names import Installation
from rls.resources import sql_text

SMALLER = 0.05
"""How much of a sample is tried where all of it takes too long."""


@dataclass(frozen=True)
class Measured:
    """The rows of a shape, and by a predicate's text where it is true.

    ``keys``: person.key as written → as compared; None where owners are ids.
    """

    tally: Tally
    truths: Mapping[str, Truth]
    keys: Mapping[str, str] | None = None

    def rows(self, predicate: str, reach: Reach) -> int:
        """Return how many rows a predicate gives to who has this reach."""
        return self.tally.rows(self.truths[predicate], reach.by_id if self.keys is None else self._keyed(reach.by_key))

    def _keyed(self, owners: Owners) -> Owners:
        return Owners(*(self._compared(group) for group in (owners.me, owners.department, owners.subtree)))

    def _compared(self, keys: frozenset[str]) -> frozenset[str]:
        known = self.keys or {}
        return frozenset(known[key] for key in keys if key in known)


def measure(
    connection: Connection[Any],
    shape: Shape,
    predicates: Iterable[str],
    installation: Installation,
    limits: Limits,
) -> Measured:
    """Read a table once, and ask every predicate about what was found.

    :raises psycopg.Error: what :func:`rls.effect.reading.reason` explains.
    """
    histogram = _histogram(connection, shape, limits)
    with reading(connection, limits):
        truths = ask(connection, shape, histogram, predicates)
    if not shape.keyed:
        return Measured(Tally(histogram), truths)
    with reading(connection, limits, installation):
        return Measured(Tally(histogram), truths, _keys(connection, shape, installation))


def _histogram(connection: Connection[Any], shape: Shape, limits: Limits) -> Histogram:
    with reading(connection, limits):
        values = {"schema": shape.table.schema, "name": shape.table.name}
        ((size,),) = connection.execute(sql_text("effect/size.sql"), values).fetchall()
    fraction = min(1.0, limits.sample_above / size) if size else 1.0
    try:
        with reading(connection, limits):
            return read_histogram(connection, shape, fraction)
    except errors.QueryCanceled:
        with reading(connection, limits):
            return read_histogram(connection, shape, fraction * SMALLER)


def _keys(connection: Connection[Any], shape: Shape, installation: Installation) -> dict[str, str]:
    query = sql.SQL("select key, {} from {} where key is not null").format(
        canonical(shape.owner_type, sql.SQL("key")), sql.Identifier(installation.organisation, "person")
    )
    return dict(connection.execute(query).fetchall())
