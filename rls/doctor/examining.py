"""Runs the checks."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from psycopg import Connection, errors, sql

from rls import drift
from rls.definition.model import Definition
from rls.definition.wording import unknown
from rls.doctor import database, people, server, tables
from rls.doctor.check import Check, Diagnosis, Unseen
from rls.drift import Finding
from rls.drift.findings import SEVERITIES, parameters
from rls.errors import InputError, PlanError, Problem, RowlockError
from rls.installed import definition_in_force, installed
from rls.leakproof import shipped_functions
from rls.plan import Plan, make_plan
from rls.resources import directory, sql_text
from rls.state.catalog import pin
from rls.state.objects import State
from rls.state.reading import rows_of

CHECKS: tuple[Check, ...] = (*server.CHECKS, *database.CHECKS, *tables.CHECKS, *people.CHECKS)
"""Every check, by room."""

SHARED = (
    "person",
    "policy",
    "view",
    "materialized view",
    "table",
    "partition",
    "rule",
    "function",
    "default privileges",
    "stray",
    "publication",
)
"""Checks that ``rowlock verify`` makes, too; what it finds of memberships, owners and schemas, others here find."""

THOROUGH = "orphans"
"""The check that reads rows."""

SHOWN = 3
"""How many differences from the definition are named."""

SEES_ALL = "select rolsuper or rolbypassrls from pg_catalog.pg_roles where rolname = current_user"

SUPERUSER = "run it as a superuser, or have one grant select on it"


def examine(connection: Connection[Any], wanted: Collection[str] | None = None) -> Diagnosis:
    """Return what is wrong with the server and the database, the worst first.  Changes nothing that lasts.

    :param connection: to a database Rowlock is installed in, not in a transaction.
    :param wanted: names of checks; None: all that do not read rows.
    :raises RowlockError: Rowlock is not installed.
    """
    names = chosen() if wanted is None else wanted
    return _Examination(connection, {check.name: check for check in CHECKS if check.name in names}).diagnosis()


def chosen(only: Collection[str] = (), skip: Collection[str] = (), *, thorough: bool = False) -> set[str]:
    """Return the names of the checks to run.

    Spaces in a name may be written as hyphens.

    :param only: these; none: all, and those that read rows if *thorough*.
    :param skip: not these.
    :raises InputError: one is no check's name.
    """
    every = [check.name for check in CHECKS]
    named, without = ({name.replace("-", " ") for name in names} for names in (only, skip))
    if wrong := (named | without).difference(every):
        raise InputError([Problem("", "", unknown("check", name, every)) for name in wrong])
    return (named or {name for name in every if thorough or name != THOROUGH}) - without


class _Examination:
    """One run over one connection."""

    def __init__(self, connection: Connection[Any], checks: dict[str, Check]) -> None:
        self.connection = connection
        self.checks = checks
        self.unseen: list[Unseen] = []
        self.installation = installed(connection)

    def diagnosis(self) -> Diagnosis:
        found = [*self._server(), *self._inside()]
        found.sort(key=lambda each: (SEVERITIES.index(each.severity), self._rank(each), each.object, each.what))
        unaccepted = drift.unaccepted(self.connection, dict.fromkeys(found))
        accepted = dict.fromkeys(each for each in found if each not in unaccepted)
        return Diagnosis(unaccepted, tuple(self.unseen), tuple(self.checks.values()), tuple(accepted))

    def _rank(self, finding: Finding) -> int:
        return list(self.checks).index(finding.kind)

    def _server(self) -> Iterator[Finding]:
        if server.VERSION.name in self.checks:
            yield from server.version(self.connection)
        found, unseen = server.probes(self.connection, self.checks)
        self.unseen += unseen
        yield from found

    def _inside(self) -> list[Finding]:
        with self.connection.transaction():
            pin(self.connection)
            plan = self._plan() if self.checks.keys() & {*SHARED, "drift"} else None
            self.values = self._values(*((plan.definition, plan.desired) if plan else (self._definition(), State())))
            found = [each for check in self.checks.values() if _is_query(check) for each in self._asked(check)]
            if plan is not None:
                found += self._shared(plan)
            if database.HARDENING.name in self.checks:
                found += database.hardening(self.connection)
            if people.POOLS.name in self.checks:
                found += people.pools(self.connection)
            if THOROUGH in self.checks:
                found += self._orphans()
            return found

    def _definition(self) -> Definition:
        return definition_in_force(self.connection) or Definition()

    def _plan(self) -> Plan | None:
        try:
            with self.connection.transaction():
                return make_plan(self.connection, self._definition())
        except PlanError as error:
            advice = "apply a definition that fits the tables"
            self.unseen += [Unseen("drift", str(problem), advice) for problem in error.problems]
        except RowlockError as error:
            self.unseen.append(Unseen("drift", str(error), "apply the definitions file again"))
        return None

    def _values(self, definition: Definition, desired: State) -> dict[str, Any]:
        owned = [entity for entity in definition.entities if entity.owner]
        return {
            **parameters(self.connection, desired, self.installation),
            "organisation": self.installation.organisation,
            "leakproof": self.installation.leakproof,
            "leakproof_functions": list(shipped_functions(self.connection, self.installation)),
            "owner_schemas": [entity.table.schema for entity in owned],
            "owner_tables": [entity.table.name for entity in owned],
            "owner_columns": [entity.owner.column for entity in owned if entity.owner],
        }

    def _query(self, name: str) -> sql.Composed:
        texts = [sql_text(path) for path in ("drift/common.sql", "doctor/common.sql", f"doctor/{_file(name)}")]
        text = "with recursive\n" + "\n".join(texts)
        return sql.SQL(text).format(organisation=sql.Identifier(self.installation.organisation))

    def _asked(self, check: Check) -> list[Finding]:
        try:
            with self.connection.transaction():
                rows = rows_of(self.connection, self._query(check.name), self.values)
        except errors.InsufficientPrivilege as error:
            self.unseen.append(Unseen(check.name, error.diag.message_primary or str(error), SUPERUSER))
            return []
        return [
            Finding(
                check.name, row["object"], row["what"], check.why, row["statement"], row.get("severity", check.severity)
            )
            for row in rows
        ]

    def _shared(self, plan: Plan) -> Iterator[Finding]:
        """Yield what ``rowlock verify`` reports."""
        for each in drift.findings(self.connection, plan.desired, plan.installation):
            if each.kind in SHARED and each.kind in self.checks:
                yield each
        lines = [*map(str, plan.changes), *(f"membership {each}" for each in plan.membership_drift)]
        if lines and "drift" in self.checks:
            check = self.checks["drift"]
            more = [f"{len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
            what = f"differs: {'; '.join([*lines[:SHOWN], *more])}"
            yield Finding(check.name, self.connection.info.dbname, what, check.why, "-- rowlock apply", check.severity)

    def _orphans(self) -> Iterator[Finding]:
        check = self.checks[THOROUGH]
        if self.connection.execute(SEES_ALL).fetchone() != (True,):
            advice = "run it as a superuser or a role with BYPASSRLS"
            self.unseen.append(Unseen(check.name, "row security hides rows from who is logged in", advice))
            return
        for row in rows_of(self.connection, self._query("orphans"), self.values):
            if self.connection.execute(row["question"]).fetchone() == (True,):
                yield Finding(check.name, row["object"], "has children without a parent", check.why, row["statement"])


def _is_query(check: Check) -> bool:
    """Return whether a check is one query, with the columns object, what, statement and perhaps severity."""
    return check.name != THOROUGH and (directory("sql") / f"doctor/{_file(check.name)}").is_file()


def _file(check: str) -> str:
    return f"{check.replace(' ', '_')}.sql"
