"""Objects known by the text that makes them: what is there, and whether it is still what was applied."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from rls.names import Installation, QualifiedName
from rls.resources import sql_text
from rls.state.made import Routine, Trigger, View
from rls.state.objects import Object
from rls.state.reading import Row, rows_of

Key = tuple[str, ...]


@dataclass(frozen=True)
class Applied:
    """What ``rls.applied`` remembers of one object: our text, and how the server printed it."""

    source: str
    canonical: str


def source_of(known: Applied | None, canonical: str) -> str:
    """Return our text of an object that is as it was applied, else the server's."""
    return known.source if known and known.canonical == canonical else canonical


def read_texts(
    connection: Connection[Any],
    wanted: Collection[Key],
    applied: Mapping[Key, Applied],
    installation: Installation,
) -> Iterator[Object]:
    """Yield routines, views and triggers that are wanted or were applied, as far as they are there."""
    keys = {*wanted, *applied}
    for key, row in canonical_routines(connection, keys).items():
        text = source_of(applied.get(key), row["canonical"])
        yield Routine(row["name"], text, tuple(row["grantees"]), row["owner"])
    for key, row in canonical_views(connection, keys, installation).items():
        yield View(
            name=QualifiedName(row["schema"], row["name"]),
            columns=tuple(row["columns"]),
            query=source_of(applied.get(key), row["canonical"]),
            invoker=row["invoker"],
            owner=row["owner"],
            comments=tuple(sorted((column, text) for column, text in row["comments"] or ())),
        )
    for key, row in canonical_triggers(connection, keys).items():
        table = QualifiedName(row["table_schema"], row["table_name"])
        yield Trigger(table, row["name"], source_of(applied.get(key), row["canonical"]), row["on_view"])


def records(
    connection: Connection[Any], things: Iterable[Object], installation: Installation
) -> Iterator[tuple[str, list[str], str, str]]:
    """Yield kind, identity, our text and the server's of every routine, view and trigger among *things*."""
    made = {(thing.kind, *thing.identity): thing for thing in things if isinstance(thing, (Routine, View, Trigger))}
    if not made:
        return
    found = {
        **canonical_routines(connection, made),
        **canonical_views(connection, made, installation),
        **canonical_triggers(connection, made),
    }
    for key, thing in made.items():
        text = thing.query if isinstance(thing, View) else thing.text
        yield thing.kind, list(thing.identity), text, found[key]["canonical"]


def canonical_routines(connection: Connection[Any], keys: Iterable[Key]) -> dict[Key, Row]:
    """Return the routines among *keys* as the server prints them."""
    names = sorted({key[1] for key in keys if key[0] == Routine.kind})
    rows = rows_of(connection, sql_text("catalog/routines.sql"), {"names": names}) if names else []
    return {(Routine.kind, row["name"]): row for row in rows}


def canonical_views(connection: Connection[Any], keys: Collection[Key], installation: Installation) -> dict[Key, Row]:
    """Return the views among *keys* as the server prints them."""
    rows = rows_of(connection, sql_text("catalog/views.sql"), {"schemas": list(installation.view_owners)})
    found = {(View.kind, row["schema"], row["name"]): row for row in rows}
    return {key: row for key, row in found.items() if key in keys}


def canonical_triggers(connection: Connection[Any], keys: Iterable[Key]) -> dict[Key, Row]:
    """Return the triggers among *keys* as the server prints them."""
    wanted = sorted({key[1:] for key in keys if key[0] == Trigger.kind})
    if not wanted:
        return {}
    schemas, names, triggers = (list(column) for column in zip(*wanted, strict=True))
    values = {"schemas": schemas, "names": names, "triggers": triggers}
    rows = rows_of(connection, sql_text("catalog/triggers.sql"), values)
    return {(Trigger.kind, row["table_schema"], row["table_name"], row["name"]): row for row in rows}
