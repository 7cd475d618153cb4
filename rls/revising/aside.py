"""Assignments an upgrade takes away, kept so that its downgrade gives them back.

Whoever assigned a role by hand stands in no file: where a revision drops the
role, its assignments go with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import Connection

from rls.acting import become
from rls.names import Installation
from rls.resources import sql_text
from rls.revising.revision import Step


@contextmanager
def setting_aside(connection: Connection[Any], installation: Installation, step: Step) -> Iterator[None]:
    """On the way up keep the assignments that go while the context lasts; on the way down give those kept back.

    :param connection: in the transaction that changes rights.
    """

    def run(*files: str) -> None:
        connection.execute(become(installation.rls_owner))
        for file in files:
            connection.execute(sql_text(f"revising/{file}.sql"), {"revision": step.revision})
        connection.execute(become(None))

    if step.up:
        run("clear", "set_aside")
        yield
        run("forget_kept")
    else:
        yield
        run("make_room", "give_back", "clear")
