"""Statements → the server, many in one message: each message costs a round trip."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from typing import Any

from psycopg import Connection, sql

AT_ONCE = 200


def send(connection: Connection[Any], statements: Iterable[sql.Composed], at_once: int = AT_ONCE) -> None:
    """Run *statements*, none of which has parameters; outside a transaction, each message is one."""
    left = iter(statements)
    while some := list(islice(left, at_once)):
        connection.execute(sql.SQL(";\n").join(some))
