"""Apply without stopping anybody: prepare → switch → clean up.

*prepare*: what needs a table lock and nobody notices: new policies, whose
functions say false or are of new roles, which nobody holds; a table at a time, each with a
short ``lock_timeout``, tried again until patience ends.  *switch*: one
transaction that locks no table replaces functions, privileges, memberships.
*clean up*: policies, functions and roles nobody uses any more, as prepare.

CREATE, ALTER and DROP POLICY take ACCESS EXCLUSIVE, and whoever waits for that
lock makes every later reader wait
(https://www.postgresql.org/docs/current/explicit-locking.html): hence never
wait for long.  Interrupted anywhere, rights are the old ones or the new ones;
the next apply goes on from what it finds.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from psycopg import Connection, errors, sql

from rls.acting import become
from rls.drift import adopt
from rls.errors import PlanError, Problem
from rls.names import QualifiedName
from rls.plan.apply import LOCK, refuse_stale, refuse_unfinished, repair
from rls.plan.changes import Change, Phase
from rls.plan.executing import execute, remember_definition, remember_tables
from rls.plan.plan import Plan, holds, replan
from rls.state.objects import DatabaseRole, Function, RoleRow, RowSecurity

ONE_DEPLOYER = "select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtext('rowlock'), 2)"
DEPLOYED = "select pg_catalog.pg_advisory_unlock(pg_catalog.hashtext('rowlock'), 2)"
NOTICE_A_LOST_CLIENT = "set client_connection_check_interval = '1s'"
"""An applier that was killed must not keep others out until its statement ends."""

AT_ONCE = 1000
"""How many functions and roles a transaction drops: each takes a lock, and all sessions share the room for them."""

Report = Callable[[Phase, int, int, str], None]
"""Called with phase, how many steps are done, of how many, and what is next or being waited for."""

Around = Callable[[], AbstractContextManager[None]]


@dataclass(frozen=True)
class Patience:
    """How long to wait for a table: each try, and all tries for one table together; seconds."""

    lock_timeout: float = 0.1
    give_up_after: float = 60.0
    longest_pause: float = 2.0


def apply_in_phases(
    connection: Connection[Any],
    plan: Plan,
    *,
    patience: Patience | None = None,
    report: Report | None = None,
    around: Around = nullcontext,
) -> None:
    """Apply a plan while everybody works.

    :param connection: in autocommit, outside a transaction.
    :param around: entered where rights change, in that transaction.
    :raises PlanError: the database has changed since the plan was made, another
        deployer is at work, or a table stayed locked; rights are as before,
        or as wanted with something left to clean up: the message says which.
    """
    deployment = _Deployment(connection, patience or Patience(), report or (lambda *_: None), around)
    with _alone(connection):
        refuse_stale(connection, plan)
        deployment.prepare(plan)
        deployment.switch(plan)
        deployment.clean_up(plan)


@dataclass(frozen=True)
class _Deployment:
    connection: Connection[Any]
    patience: Patience
    report: Report
    around: Around

    def now(self, plan: Plan) -> Plan:
        """Return what is left to do."""
        if holds(self.connection, plan):
            return plan
        with self.connection.transaction():
            return replan(self.connection, plan.definition, plan.installation, plan.desired)

    def prepare(self, plan: Plan) -> None:
        wanted = [change for change in plan.changes if change.phase is Phase.prepare]
        if not wanted:
            return
        tables, called = _by_table(wanted), _called(plan)
        self._try("database roles", partial(self._prepare_roles, plan, wanted), _unchanged)
        for number, (table, changes) in enumerate(tables.items()):
            self.report(Phase.prepare, number, len(tables), str(table))
            self._try(str(table), partial(self._run, plan, [*called.get(table, ()), *changes]), _unchanged)

    def _prepare_roles(self, plan: Plan, wanted: list[Change]) -> None:
        self._run(plan, [change for change in wanted if not change.locks_table])

    def switch(self, plan: Plan) -> None:
        self.report(Phase.switch, 0, 1, "functions, privileges, memberships")
        self._try("the switch", partial(self._switch, plan), _unchanged)

    def _switch(self, plan: Plan) -> None:
        connection, installation = self.connection, plan.installation
        connection.execute(LOCK)
        now = self.now(plan)
        made = [change for change in now.changes if change.phase is not Phase.clean_up]
        with self.around():
            self._run(plan, made)
            if now.changes:
                remember_tables(connection, plan.desired, installation)
            self._unassign(now)
            remember_definition(connection, plan)
        adopt(connection, plan.definition, installation)
        repair(connection, plan, now)
        refuse_unfinished(connection, now, made, cleaned_up=False)

    def _unassign(self, now: Plan) -> None:
        """Take roles that go from everybody at once; that nobody holds them is what the cleaning needs."""
        going = [
            change.object.name for change in now.changes if isinstance(change.object, RoleRow) and not change.after
        ]
        if going:
            self.connection.execute(become(now.installation.rls_owner))
            self.connection.execute("delete from rls.assignment where role = any (%s)", [going])
            self.connection.execute(become(None))

    def clean_up(self, plan: Plan) -> None:
        if all(change.phase is not Phase.clean_up for change in plan.changes):
            return
        now = self.now(plan)
        rest = [change for change in now.changes if not change.locks_table]
        tables = _by_table(list(now.changes))
        for number, (table, changes) in enumerate(tables.items()):
            self.report(Phase.clean_up, number, len(tables), str(table))
            self._try(str(table), partial(self._run, plan, changes), _in_force)
        for first in range(0, len(rest), AT_ONCE):
            some = rest[first : first + AT_ONCE]
            self._try("functions and roles", partial(self._run, plan, some), _in_force)
        refuse_unfinished(self.connection, plan, plan.changes)

    def _run(self, plan: Plan, changes: list[Change]) -> None:
        if changes:
            execute(self.connection, changes, plan.installation)

    def _try(self, what: str, action: Callable[[], None], state: str) -> None:
        """Run *action* in a transaction of its own; where a lock is not to be had, again and again."""
        until, pause = time.monotonic() + self.patience.give_up_after, self.patience.lock_timeout
        while True:
            try:
                with self.connection.transaction():
                    self._limit_waiting()
                    action()
            except (errors.LockNotAvailable, errors.DeadlockDetected) as error:
                if time.monotonic() + pause > until:
                    raise _gave_up(what, self.patience, state) from error
            else:
                return
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
            pause = min(2 * pause, self.patience.longest_pause)

    def _limit_waiting(self) -> None:
        milliseconds = sql.Literal(f"{self.patience.lock_timeout * 1000:.0f}ms")
        self.connection.execute(sql.SQL("set local lock_timeout = {}").format(milliseconds))


_unchanged = "rights are as before"
_in_force = "the new rights are in force, and what is left over does no harm"


def _gave_up(what: str, patience: Patience, state: str) -> PlanError:
    message = (
        f"stayed locked by others for {patience.give_up_after:.0f} s; {state}: run apply again, "
        "or look in pg_stat_activity for a long transaction"
    )
    return PlanError([Problem("", what, message)])


def _called(plan: Plan) -> dict[QualifiedName, list[Change]]:
    """Return the creation of each table's new functions, so that nobody notices their policies.

    They say false, but those of new roles, which nobody holds: these need no second statement, nor a longer switch.
    """
    created = [change.after for change in plan.changes if change.action == "create"]
    unheld = {thing.name for thing in created if isinstance(thing, DatabaseRole)}
    called: dict[QualifiedName, list[Change]] = {}
    for thing in created:
        if isinstance(thing, Function):
            unnoticed = thing if thing.grantee in unheld else replace(thing, body="false")
            called.setdefault(thing.table, []).append(Change(None, unnoticed))
    return called


def _by_table(changes: list[Change]) -> dict[QualifiedName, list[Change]]:
    tables: dict[QualifiedName, list[Change]] = {}
    for change in changes:
        if change.table is not None:
            tables.setdefault(change.table, []).append(change)
    return {
        # Row security last: until then a table that comes under management is as it was.
        table: sorted(of_table, key=lambda change: isinstance(change.object, RowSecurity))
        for table, of_table in sorted(tables.items())
    }


@contextmanager
def _alone(connection: Connection[Any]) -> Iterator[None]:
    """Keep other deployers out for as long as the phases take.

    :raises PlanError: one is at work.
    """
    row = connection.execute(ONE_DEPLOYER).fetchone()
    if row is None or not row[0]:
        raise PlanError(
            [Problem("", "apply", "somebody else is applying a definition to this database: try again later")]
        )
    with suppress(errors.InvalidParameterValue):  # not every system can tell
        connection.execute(NOTICE_A_LOST_CLIENT)
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(DEPLOYED)
            connection.execute("reset client_connection_check_interval")
