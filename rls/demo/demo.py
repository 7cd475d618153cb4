"""A small company on a PostgreSQL of its own: the same query by everybody, a refused write, a change of rights."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from psycopg import Connection, sql
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from rls.definition import Definition, Level, Permission
from rls.installation import install
from rls.installed import applied_definition
from rls.plan import deploy
from rls.resources import sql_text
from rls.server import EmbeddedServer

PEOPLE = {
    "ann": "manager",
    "ben": "manager",
    "cleo": "department_head",
    "dan": "manager",
    "eve": "executive",
}
"""Login → role; the company is in sql/demo/company.sql."""

QUERY = "select count(*), sum(amount) from crm.deal"

READ = "select title from crm.deal order by title"


@contextmanager
def server() -> Iterator[EmbeddedServer]:
    """Run a PostgreSQL that goes with this process, in a directory that goes with it too."""
    with TemporaryDirectory(prefix="rowlock-demo-") as directory:
        # Started by root, PostgreSQL runs as another account, which must get there.
        Path(directory).chmod(0o755)
        embedded = EmbeddedServer(Path(directory) / "postgres", settings={"fsync": "off"})
        embedded.start(foreground_child=True)
        try:
            yield embedded
        finally:
            embedded.stop(immediately=True)


def run(embedded: EmbeddedServer) -> Iterator[RenderableType]:
    """Do the main job in a new database of *embedded*; yield what there is to see, step by step."""
    embedded.ensure_database("demo")
    with ExitStack() as stack:
        administrator = stack.enter_context(psycopg.connect(embedded.url("demo"), autocommit=True))
        install(administrator, rights=True)
        definition = applied_definition(administrator)
        passwords = _fill(administrator)
        info = {**embedded.connection_info(), "dbname": "demo"}
        people: dict[str, Connection[Any]] = {
            login: stack.enter_context(
                psycopg.connect(**{**info, "user": login, "password": password}, autocommit=True)  # type: ignore[arg-type]
            )
            for login, password in passwords.items()
        }
        yield _installed(administrator, definition)
        yield _views(people)
        yield _refusals(people["ann"])
        yield _change(administrator, definition, people["ann"])


def _fill(administrator: Connection[Any]) -> dict[str, str]:
    passwords = {login: secrets.token_urlsafe(16) for login in PEOPLE}
    with administrator.transaction():
        for login, password in passwords.items():
            verifier = administrator.pgconn.encrypt_password(password.encode(), login.encode(), b"scram-sha-256")
            administrator.execute(
                sql.SQL("create role {} login password {}").format(sql.Identifier(login), verifier.decode())
            )
        administrator.execute(sql_text("demo/company.sql"))
    return passwords


def _installed(administrator: Connection[Any], definition: Definition) -> RenderableType:
    version = administrator.info.parameter_status("server_version")
    roles = [role.name for role in definition.roles if not role.abstract]
    (policies,) = _one(administrator, "select count(*) from pg_policies where schemaname = 'crm'")
    return _section(
        f"PostgreSQL {version}: Alembic installed schema crm and the rights",
        f"{len(definition.entities)} entities, {len(roles)} roles, {policies} policies",
    )


def _views(people: dict[str, Connection[Any]]) -> RenderableType:
    table = Table("login", "role", "deals", "sum(amount)", "the deals they see")
    for column in table.columns[2:4]:
        column.justify = "right"
    for login, connection in people.items():
        (count, total), titles = _one(connection, QUERY), connection.execute(READ).fetchall()
        table.add_row(
            login, PEOPLE[login], str(count), f"{total:,}", ", ".join(title.split()[0] for (title,) in titles)
        )
    return _section(f"Five people, each by their own login, run: {QUERY}", table)


def _refusals(ann: Connection[Any]) -> RenderableType:
    statements = (
        "update crm.deal set amount = 1 where title = 'Drills for Delta'",
        "insert into crm.deal (title, owner_id) values ('Ben''s deal', 2)",
        "update crm.deal set owner_id = 4 where title = 'Anvils for Acme'",
        "truncate crm.deal",
    )
    table = Table("ann says", "PostgreSQL says")
    for statement in statements:
        table.add_row(statement, _answer(ann, statement))
    return _section("Ann tries what she may not", table)


def _change(administrator: Connection[Any], definition: Definition, ann: Connection[Any]) -> RenderableType:
    ann.prepare_threshold = 0
    before = _one(ann, QUERY)[0]
    wider = deploy(administrator, _managers_read_departments(definition))
    after = _one(ann, QUERY)[0]
    locked = sum(change.locks_table for change in wider.changes)
    return _section(
        "The definition changes: managers read deals of their department",
        f"{len(wider.changes)} objects replaced, {locked} tables locked",
        f"ann, in the session she had open, by the statement she had prepared: {before} → {after} deals",
    )


def _managers_read_departments(definition: Definition) -> Definition:
    wider = Permission("deal", "read", Level.department)
    roles = tuple(
        replace(
            role,
            permissions=tuple(wider if replace(one, level=wider.level) == wider else one for one in role.permissions),
        )
        if role.name == "manager"
        else role
        for role in definition.roles
    )
    return replace(definition, roles=roles)


def _answer(connection: Connection[Any], statement: str) -> str:
    try:
        return connection.execute(statement.encode()).statusmessage or ""
    except psycopg.Error as error:
        return str(error.diag.message_primary)


def _one(connection: Connection[Any], query: str) -> Any:
    return connection.execute(query.encode()).fetchone()


def _section(title: str, *parts: RenderableType) -> RenderableType:
    return Group(Text(title, style="bold"), *(Padding(part, (0, 0, 0, 2), expand=False) for part in parts))
