"""What is not as Rowlock ships it: helper functions, views, triggers, policies, owners, attributes of roles.

As with functions and policies of a definition, what is there is compared with
what the server printed when it was known to be right: nobody reads SQL.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from psycopg import Connection, sql

from rls import shipped
from rls.acting import become
from rls.carrying import Child, child_of
from rls.definition.model import Definition
from rls.drift.counters import miscounting
from rls.errors import InputError
from rls.names import COUNTERS_SCHEMA, RIGHTS_SCHEMA, Installation, QualifiedName
from rls.resources import sql_text
from rls.shipped import CRM, CRM_TABLES, Helper
from rls.state.catalog import pin
from rls.state.objects import Deviation, RowSecurity, State
from rls.state.reading import Row, names_of, rows_of
from rls.state.tables import read_facts

Key = tuple[str, str]

_ORDER = (
    "schema",
    "table",
    "database role",
    "helper function",
    "helper view",
    "helper trigger",
    "helper policy",
    "reach",
    "counter",
)
"""What is put right first."""

_NAMED = 3
"""How many of those whose reach is wrong are named."""


def deviations(
    connection: Connection[Any], desired: State, definition: Definition, installation: Installation, *, reach: bool
) -> list[Deviation]:
    """Return what is not as shipped, each with the statements that put it right.

    :param connection: in a transaction.
    :param desired: the tables whose row security a plan looks after itself.
    :param reach: whether to compute everybody's reach anew, too, and compare, and to look at counters: seconds in a
        big company.
    """
    pin(connection)
    crm = has_crm(connection)
    present = _present(connection)
    managed = {thing.table for thing in desired.objects if isinstance(thing, RowSecurity)}
    helpers = shipped.helpers(installation, crm=crm)
    gone = _gone(connection, {helper.table for helper in helpers if helper.table})
    found = [
        *_misplaced(connection, installation, managed, crm=crm),
        *_attributes(connection, installation),
        *_altered(present, [helper for helper in helpers if helper.table not in gone], ours=True),
    ]
    # What the views say that tell of it is to be believed first; whatever is put right, reach is looked at again.
    followed = (
        [*_unreached(connection), *miscounting(connection, installation, _ORDER.index("counter"))]
        if reach and not found
        else []
    )
    children = _of_children(connection, definition, installation, crm=crm)
    return [*found, *followed, *_altered(present, children, ours=False)]


def sound(found: Iterable[Deviation]) -> bool:
    """Return whether the functions that tell which memberships there should be are as shipped, and see it all."""
    return all(each.kind in ("helper trigger", "reach", "counter") for each in found)


def remember(connection: Connection[Any], installation: Installation, *, crm: bool) -> None:
    """Record how the server prints what is shipped, all of which was made this moment.

    :param crm: whether the CRM's tables are there.
    """
    _record(connection, {(each.kind, each.name) for each in shipped.helpers(installation, crm=crm)}, installation)


def remember_mended(connection: Connection[Any], mended: Iterable[Deviation], installation: Installation) -> None:
    """Record how the server prints what was put right this moment."""
    _record(connection, {(each.kind, each.name) for each in mended}, installation)


def adopt(connection: Connection[Any], definition: Definition, installation: Installation) -> None:
    """Record what somebody made of what ``rowlock carry`` printed, if it is that."""
    made = _of_children(connection, definition, installation, crm=has_crm(connection))
    if made:
        pin(connection)
        present = _present(connection)
        changed = {(each.kind, each.name) for each in _altered(present, made, ours=False)}
        new = {key for key, row in present.items() if row["known"] is None}
        _record(connection, {(each.kind, each.name) for each in made} & new - changed, installation)


def has_crm(connection: Connection[Any]) -> bool:
    """Return whether the CRM's tables are installed, which come with a revision of their own."""
    row = connection.execute("select version_num from public.rowlock_version").fetchone()
    return bool(row) and not str(row[0]).startswith("support") if row else False


def _gone(connection: Connection[Any], tables: Iterable[QualifiedName]) -> set[QualifiedName]:
    """Return the tables that are not there: renamed with all they have, or dropped."""
    query = """
        select wanted.schema, wanted.name
        from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
        where pg_catalog.to_regclass(pg_catalog.format('%%I.%%I', wanted.schema, wanted.name)) is null
    """
    return {QualifiedName(row["schema"], row["name"]) for row in rows_of(connection, query, names_of(tables))}


def _present(connection: Connection[Any]) -> dict[Key, Row]:
    return {(row["kind"], row["name"]): row for row in rows_of(connection, sql_text("drift/helpers.sql"), {})}


def _record(connection: Connection[Any], keys: Collection[Key], installation: Installation) -> None:
    if not keys:
        return
    pin(connection)
    values = [
        (row["kind"], [row["name"]], "", row["canonical"])
        for key, row in _present(connection).items()
        if key in keys and row["canonical"] is not None
    ]
    connection.execute(become(installation.rls_owner))
    with connection.cursor() as cursor:
        cursor.executemany(sql_text("state/record.sql"), values)
    connection.execute(become(None))


def _altered(present: Mapping[Key, Row], wanted: Iterable[Helper], *, ours: bool) -> Iterator[Deviation]:
    """Yield what is missing or changed.

    :param ours: whether it was made by a migration, so that it is known; else it
        may be that nobody made it, or nobody has looked at it yet.
    """
    for helper in wanted:
        row = present.get((helper.kind, helper.name))
        if row is None or row["canonical"] is None:
            how = "is missing" if ours or row else ""
        elif row["known"] is None:
            how = "is not known to be as shipped" if ours or not _has_body(row["canonical"], helper) else ""
        else:
            how = "was changed by hand" if row["canonical"] != row["known"] else ""
        if how:
            yield _deviation(helper.kind, helper.name, how, helper.statements, helper.table)


def _unreached(connection: Connection[Any]) -> Iterator[Deviation]:
    for row in rows_of(connection, sql_text("drift/reach.sql")):
        rest = len(row["which"]) - _NAMED
        more = [f"{rest} more"] if rest > 0 else []
        how = f"is not what the organisation says: {row['noun']} {', '.join([*row['which'][:_NAMED], *more])}"
        yield _deviation("reach", row["name"], how, ["select rls.refresh()"])


def _has_body(canonical: str, helper: Helper) -> bool:
    body = re.search(r"\$\$.*\$\$", helper.statements[0], re.DOTALL)
    return body is None or body[0].strip("$") in canonical


def _deviation(
    kind: str, name: str, how: str, statements: Iterable[str], table: QualifiedName | None = None
) -> Deviation:
    return Deviation(kind, name, how, tuple(statements), table, _ORDER.index(kind))


def _misplaced(
    connection: Connection[Any], installation: Installation, managed: Collection[QualifiedName], *, crm: bool
) -> Iterator[Deviation]:
    for row in rows_of(connection, sql_text("drift/owners.sql"), _places(installation, managed, crm=crm)):
        schema, table = row["schema"], row["name"]
        what = sql.Identifier(schema, table) if table else sql.Identifier(schema)
        name = QualifiedName(schema, table) if table else None
        kind = "table" if table else "schema"
        if row["owner"] != row["wanted_owner"]:
            owner = sql.Identifier(row["wanted_owner"])
            statement = sql.SQL("alter {} {} owner to {}").format(sql.SQL(kind), what, owner)
            how = f"belongs to {row['owner']}, not to {row['wanted_owner']}"
            yield _deviation(kind, str(name or schema), how, [statement.as_string(None)], name)
        if row["ajar"]:
            words = "enable" if row["enabled"] else "disable", "force" if row["forced"] else "no force"
            text = "alter table {} %s row level security, %s row level security" % words  # noqa: UP031 - {} is for later
            statement = sql.SQL(text).format(what)
            how = "has row security that is not as shipped"
            yield _deviation(kind, str(name), how, [statement.as_string(None)], name)


def _places(installation: Installation, managed: Collection[QualifiedName], *, crm: bool) -> dict[str, list[Any]]:
    wanted: list[tuple[str, str | None, str, bool | None, bool | None]] = [
        (RIGHTS_SCHEMA, None, installation.rls_owner, None, None),
        (COUNTERS_SCHEMA, None, installation.rls_owner, None, None),
        (installation.organisation, None, installation.owner, None, None),
        *((schema, None, owner, None, None) for schema, owner in installation.view_owners.items()),
    ]
    if crm and installation.organisation != CRM:
        wanted.append((CRM, None, installation.owner, None, None))
    wanted += [
        (RIGHTS_SCHEMA, name, installation.rls_owner, name in shipped.PROTECTED, False)
        for name in shipped.relations("table")
    ]
    for table, owner in shipped.tables(installation, crm=crm).items():
        closed = None if table in managed else True
        wanted.append((table.schema, table.name, owner, closed, closed))
    columns = ("schemas", "names", "owners", "enabled", "forced")
    return {column: list(values) for column, values in zip(columns, zip(*wanted, strict=True), strict=True)}


def _attributes(connection: Connection[Any], installation: Installation) -> Iterator[Deviation]:
    values = {
        "owners": installation.owners,
        "rls_owner": installation.rls_owner,
        "unfiltered_owner": installation.unfiltered_owner,
        "principals": installation.principals,
    }
    for row in rows_of(connection, sql_text("drift/attributes.sql"), values):
        words = sql.SQL(" ").join(sql.SQL(word) for word in row["words"])
        statement = sql.SQL("alter role {} {}").format(sql.Identifier(row["name"]), words).as_string(None)
        how = f"should be {', '.join(row['words'])}"
        yield _deviation("database role", row["name"], how, [statement])


def _of_children(
    connection: Connection[Any], definition: Definition, installation: Installation, *, crm: bool
) -> list[Helper]:
    return list(shipped.carried(_children(connection, definition, installation, crm=crm), installation))


def _children(
    connection: Connection[Any], definition: Definition, installation: Installation, *, crm: bool
) -> list[Child]:
    """Return the definition's children that are not the CRM's own."""
    own = {QualifiedName(CRM, name) for name in CRM_TABLES} if crm else set()
    entities = [entity for entity in definition.entities if entity.carries and entity.table not in own]
    if not entities:
        return []
    tables = {definition.entity(link.entity).table for entity in entities for link in entity.parents}
    facts = read_facts(connection, tables, installation)
    children = []
    for entity in entities:
        # Without a parent's key there is nothing `rowlock carry` could have printed.
        with suppress(InputError):
            children.append(child_of(definition, entity, facts))
    return children
