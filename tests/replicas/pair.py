"""A primary and its hot standby, made by pg_basebackup as a DBA would."""

from __future__ import annotations

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rls.definition.model import Definition
from rls.installation import install
from rls.plan import deploy
from rls.server import EmbeddedServer, account, binaries, process
from tests.database.company import ENTITIES, assign, definition, hire
from tests.fixtures.database import Database
from tests.fixtures.server import FAST

APPLIED = "-c synchronous_commit=remote_apply"
"""Of a session whose commits return when the standby has replayed them: nothing here waits or looks again."""

ROLES = """
roles:
  manager: {permissions: {deal: own, lead: own, product: {read: all}}}
  head: {permissions: {deal: {read: subdepartments, update: department}, lead: department}}
  director: {permissions: {"*": all}}
  stand_in: {timed: true, permissions: {deal: {read: all}}}
  caller: {permissions: {lead: {read: all}}}
  partner: {permissions: {lead: {read: all, export: own}}}
"""

METERED = ENTITIES.replace("table: crm.lead\n", "table: crm.lead\n    read_budget: 1000 per week\n")


@dataclass(frozen=True)
class Pair:
    """The same database on both servers, and the rights in force."""

    primary: Database
    standby: Database
    definition: Definition

    def administrator(self) -> psycopg.Connection:
        """Return a connection to the primary whose commits are on the standby when they return."""
        return self.primary.connect(options=APPLIED)

    def close(self) -> None:
        """Close every connection a test made."""
        self.primary.close()
        self.standby.close()


def start_pair(directory: Path, stack: ExitStack) -> Pair:
    """Start both servers; they stop with *stack*."""
    bindir = os.environ.get("ROWLOCK_TEST_PG_BIN")
    programs = binaries.find(Path(bindir) if bindir else None)
    settings = FAST | {"synchronous_standby_names": "*", "synchronous_commit": "local"}
    primary = EmbeddedServer(directory / "primary", programs.directory, settings)
    stack.callback(primary.stop, immediately=True)
    primary.start(foreground_child=True)
    primary.ensure_database("company")
    wanted = definition(METERED, ROLES)
    with psycopg.connect(primary.url("company"), autocommit=True) as connection:
        install(connection)
        hire(connection)
        deploy(connection, wanted)
        connection.execute("insert into crm.deal (owner_id, title) select id, login from crm.person")
        assign(connection, "head", "carol")
    standby = EmbeddedServer(directory / "standby", programs.directory, FAST)
    copy(primary, standby, programs)
    stack.callback(standby.stop, immediately=True)
    standby.start(foreground_child=True)
    with psycopg.connect(primary.url("company"), options=APPLIED) as connection:
        # Its commit waits for a standby that follows.
        connection.execute("select pg_logical_emit_message(true, 'rowlock', 'ready')")
    return Pair(Database("company", primary.url("company")), Database("company", standby.url("company")), wanted)


def copy(primary: EmbeddedServer, standby: EmbeddedServer, programs: binaries.Binaries) -> None:
    """Make the standby's data, with what makes it follow the primary; its passwords are the primary's."""
    user = account.unprivileged()
    standby.directory.mkdir(mode=0o755)
    account.hand_over(standby.directory, user)
    shutil.copy2(primary.password_file, standby.password_file)
    reachable = binaries.Binaries(account.reachable_tree(programs.tree, user) / "bin", programs.version)
    command = [reachable.program("pg_basebackup"), f"--dbname={primary.url()}", f"--pgdata={standby.data}"]
    command += ["--checkpoint=fast", "--wal-method=stream", "--write-recovery-conf", "--no-sync"]
    done, output = process.run(command, reachable, user, standby.directory)
    assert done, output
