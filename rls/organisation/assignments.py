"""Assignments: rows of rls.assignment.  The memberships they mean are made by triggers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Literal

from psycopg import Connection
from psycopg.rows import class_row

from rls.definition.wording import shown, unknown
from rls.errors import InputError, Problem
from rls.names import Installation
from rls.organisation.principals import Principal, find
from rls.resources import sql_text, template

Did = Literal["assigned", "changed", "unassigned", "nothing"]

ROLES = "select name, timed from rls.role"

STILL = "select pg_has_role(%s, database_role, 'member') from rls.role where name = %s"


@dataclass(frozen=True)
class Period:
    """From when until when an assignment holds; None: at once, for good."""

    start: datetime | None = None
    end: datetime | None = None

    def __str__(self) -> str:
        words = [f"from {_moment(self.start)}" if self.start else "", f"until {_moment(self.end)}" if self.end else ""]
        return " ".join(filter(None, words))

    def __bool__(self) -> bool:
        return self.start is not None or self.end is not None


@dataclass(frozen=True)
class Assigned:
    """An assignment as the database has it."""

    id: int
    role: str
    kind: str
    name: str | None
    valid_from: datetime | None
    valid_until: datetime | None
    from_definition: bool
    created_by: str

    @property
    def period(self) -> Period:
        """When it holds."""
        return Period(self.valid_from, self.valid_until)


@dataclass(frozen=True)
class Outcome:
    """What assign or unassign did, and a remark the user should read."""

    did: Did
    role: str
    principal: Principal
    period: Period
    remark: str = ""

    def __str__(self) -> str:
        words = {"assigned": "now holds", "changed": "now holds", "unassigned": "no longer holds"}
        verb = words.get(self.did, "unchanged:")
        text = f"{self.principal} {verb} {self.role} {self.period}".strip()
        return f"{text} ({self.remark})" if self.remark else text


def parse_moment(text: str | None, option: str, *, end: bool = False) -> datetime | None:
    """Return the moment written *text*: a date or a timestamp, in local time unless it says its zone.

    A date that ends a period is included: ``until 2026-12-31`` ends at
    midnight after it.

    :raises InputError: neither a date nor a timestamp.
    """
    if not text:
        return None
    try:
        if len(text) <= len("2026-12-31"):
            day = date.fromisoformat(text) + timedelta(days=1 if end else 0)
            return datetime(day.year, day.month, day.day).astimezone()
        return datetime.fromisoformat(text).astimezone()
    except ValueError:
        message = f"{shown(text)} is not a date: write 2026-12-31 or 2026-12-31T18:00"
        raise InputError([Problem(option, "", message)]) from None


def assignments(connection: Connection[Any], installation: Installation, role: str | None = None) -> list[Assigned]:
    """Return every assignment, or those of one role, by role and principal."""
    query = template("organisation/assignments.sql", organisation=installation.organisation)
    with connection.cursor(row_factory=class_row(Assigned)) as cursor:
        found = cursor.execute(query).fetchall()
    return [one for one in found if role is None or one.role == role]


def assign(
    connection: Connection[Any], installation: Installation, role: str, principal: Principal, period: Period
) -> Outcome:
    """Assign *role* to *principal*; a former assignment of the same gets the new period.

    :raises InputError: no such role or principal, or a period the role does not allow.
    """
    problems = [*_role_problems(connection, role, period), *_period_problems(period)]
    principal_id = _find(connection, installation, principal, problems)
    with connection.transaction():
        held = _held(connection, installation, role, principal)
        if any(one.from_definition and not one.period for one in held):
            return Outcome("nothing", role, principal, Period(), "the definitions file assigns it already")
        own = [one for one in held if not one.from_definition]
        if any(one.period == period for one in own) and len(own) == 1:
            return Outcome("nothing", role, principal, period, "held already")
        _delete(connection, own)
        connection.execute(
            sql_text("organisation/assign.sql"),
            {
                "role": role,
                "kind": principal.kind,
                "id": principal_id,
                "from": period.start,
                "until": period.end,
            },
        )
    before = ", ".join(str(one.period) or "for good" for one in own)
    return Outcome("changed" if own else "assigned", role, principal, period, f"before: {before}" if own else "")


def unassign(connection: Connection[Any], installation: Installation, role: str, principal: Principal) -> Outcome:
    """Take *role* from *principal*, whatever its period.

    :raises InputError: no such role or principal, or the definitions file assigns it.
    """
    problems = list(_role_problems(connection, role, Period()))
    _find(connection, installation, principal, problems)
    with connection.transaction():
        held = _held(connection, installation, role, principal)
        own = [one for one in held if not one.from_definition]
        if held and not own:
            message = f"the definitions file assigns {role} to {principal}: take it out there and run `rowlock apply`"
            raise InputError([Problem("", "", message)])
        _delete(connection, own)
    did: Did = "unassigned" if own else "nothing"
    return Outcome(did, role, principal, Period(), _still(connection, role, principal) or ("" if own else "not held"))


def _role_problems(connection: Connection[Any], role: str, period: Period) -> Iterator[Problem]:
    roles: dict[str, bool] = dict(connection.execute(ROLES).fetchall())
    if role not in roles:
        none = f"unknown role {shown(role)}: there are none yet, run `rowlock apply` first"
        yield Problem(role, "", unknown("role", role, sorted(roles)) if roles else none)
    elif period and not roles[role]:
        message = (
            f"{role} is not checked against the clock, so no dates are possible: "
            f"write `timed: true` under it in the definitions file and run `rowlock apply`"
        )
        yield Problem("--from" if period.start else "--until", "", message)


def _period_problems(period: Period) -> Iterator[Problem]:
    if period.end and period.start and period.end <= period.start:
        yield Problem("--until", "", f"{_moment(period.end)} is not after {_moment(period.start)}")
    elif period.end and period.end <= datetime.now().astimezone():
        yield Problem("--until", "", f"{_moment(period.end)} is past: to end an assignment now, `rowlock unassign`")


def _find(
    connection: Connection[Any], installation: Installation, principal: Principal, problems: list[Problem]
) -> int | None:
    """Return the principal's id; raises everything wrong so far together with what is wrong with it."""
    principal_id = None
    try:
        principal_id = find(connection, installation, principal)
    except InputError as error:
        problems += error.problems
    if problems:
        raise InputError(problems)
    return principal_id


def _held(connection: Connection[Any], installation: Installation, role: str, principal: Principal) -> list[Assigned]:
    found = assignments(connection, installation, role)
    return [one for one in found if (one.kind, one.name) == (principal.kind, principal.name)]


def _delete(connection: Connection[Any], rows: list[Assigned]) -> None:
    connection.execute("delete from rls.assignment where id = any (%s)", [[row.id for row in rows]])


def _still(connection: Connection[Any], role: str, principal: Principal) -> str:
    """Return how a person holds the role all the same, if they do."""
    if principal.kind != "person":
        return ""
    exists = connection.execute("select from pg_roles where rolname = %s", [principal.name]).fetchone()
    row = connection.execute(STILL, [principal.name, role]).fetchone() if exists is not None else None
    return f"still holds {role} by another assignment: rowlock assignments --role {role}" if row and row[0] else ""


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M %Z").strip()
