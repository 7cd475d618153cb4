"""Whether anything a plan is made from has changed, without reading it all again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from psycopg import Connection

from rls.names import Installation, QualifiedName
from rls.resources import template


def versions(connection: Connection[Any], tables: Iterable[QualifiedName], installation: Installation) -> str:
    """Return a digest of the versions of every catalog row, and every row of ours, that a plan is made from.

    The same digest means the same state; another may mean a change that does
    not matter, such as a new person.  A row's version is its ``xmin``
    (https://www.postgresql.org/docs/current/ddl-system-columns.html).

    :param tables: those a definition names, managed already or not.
    """
    ordered = sorted(tables)
    values = {
        "schemas": [table.schema for table in ordered],
        "names": [table.name for table in ordered],
        "organisation": installation.organisation,
    }
    query = template("catalog/versions.sql", organisation=installation.organisation)
    row = connection.execute(query, values).fetchone()
    assert row is not None, "an aggregate has a row"
    return str(row[0])
