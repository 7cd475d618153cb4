"""Ask predicates of made-up rows: one for every kind of row there is, and every relation its owner can stand in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from psycopg import Connection, sql

from rls.effect.histogram import Histogram, Kind
from rls.effect.shapes import Shape
from rls.effect.sides import RELATIONS, stand_in

Truth = frozenset[tuple[str | None, int]]
"""The (relation of the owner, number of the kind) for which a predicate is true."""

BATCH = 200
"""How many predicates are asked at once; a query has at most 1,664 columns."""


def ask(connection: Connection[Any], shape: Shape, histogram: Histogram, predicates: Iterable[str]) -> dict[str, Truth]:
    """Return where each predicate is true, by its text."""
    texts = sorted(set(predicates))
    if not histogram.kinds:
        return dict.fromkeys(texts, frozenset())
    found: dict[str, Truth] = {}
    for start in range(0, len(texts), BATCH):
        batch = texts[start : start + BATCH]
        answers = connection.execute(_question(shape, histogram.kinds, batch)).fetchall()
        for position, text in enumerate(batch, start=2):
            found[text] = frozenset((RELATIONS[one[0]], one[1]) for one in answers if one[position] is True)
    return found


def _question(shape: Shape, kinds: tuple[Kind, ...], texts: list[str]) -> sql.Composed:
    """Return the query: rows named as the table is, so that the predicates find their columns."""
    return sql.SQL(
        'select {row}."?relation", {row}."?kind", {texts}'
        ' from (select relation.number as "?relation", kind.number as "?kind", {columns}'
        " from (values {relations}) as relation (number, owner)"
        " cross join (values {kinds}) as kind ({names})) as {row}"
    ).format(
        row=sql.Identifier(shape.table.name),
        texts=sql.SQL(", ").join(map(sql.SQL, texts)),
        columns=sql.SQL(", ").join(_columns(shape)),
        relations=sql.SQL(", ").join(_relations(shape)),
        kinds=sql.SQL(", ").join(_row([number, *_shown(shape, kind)]) for number, kind in enumerate(kinds)),
        names=sql.SQL(", ").join([sql.Identifier("number"), *(_name(number) for number in range(len(kinds[0])))]),
    )


def _name(number: int) -> sql.Identifier:
    return sql.Identifier(f"c{number}")


def _row(values: list[Any]) -> sql.Composed:
    return sql.SQL("({})").format(sql.SQL(", ").join(map(sql.Literal, values)))


def _relations(shape: Shape) -> Iterator[sql.Composed]:
    for number, relation in enumerate(RELATIONS):
        owner, kind = stand_in(relation, shape.owner_type), sql.SQL(shape.owner_type)
        yield sql.SQL("({}, {}::{})").format(sql.Literal(number), owner, kind)


def _columns(shape: Shape) -> Iterator[sql.Composed]:
    yield sql.SQL("relation.owner as {}").format(sql.Identifier(shape.owner or "?owner"))
    typed = [(name, "boolean") for name in (*shape.flags, *shape.references)]
    typed += shape.values
    for number, (name, kind) in enumerate(typed):
        yield sql.SQL("kind.{}::text::{} as {}").format(_name(number), sql.SQL(kind), sql.Identifier(name))


def _shown(shape: Shape, kind: Kind) -> Iterator[Any]:
    """Yield a kind's values; a reference that is there is true, one that is not null."""
    first = len(shape.flags)
    last = first + len(shape.references)
    for number, value in enumerate(kind):
        yield value or None if first <= number < last else value
