"""People sync: files → plan → database.  ``plan`` changes nothing; ``run`` makes exactly what was planned."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter
from pathlib import Path as FilePath
from typing import Any

from psycopg import Connection, errors
from psycopg.rows import dict_row

from rls.errors import InputError, PlanError, Problem
from rls.names import Installation
from rls.organisation.applying import Report, apply, end_sessions
from rls.organisation.changes import AllowLogin, Change, CreateLogin, SetPassword
from rls.organisation.current import read
from rls.organisation.diff import diff
from rls.organisation.entries import Reading, read_csv
from rls.organisation.entries_yaml import read_yaml
from rls.organisation.hiring import in_slices, without_passwords
from rls.organisation.logins import new_password
from rls.organisation.mapping import Source
from rls.organisation.people import Organisation, Person
from rls.organisation.wanted import wanted
from rls.resources import sql_text, template

LOCK = "lock table rls.refreshed in share row exclusive mode"
"""The lock that everything changing the organisation takes (sql/functions/refresh_organisation.sql)."""

ROLES = "select name from rls.role"

YAML_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True)
class Options:
    """How to sync.

    ``passwords``: logins without one get one; ``dismiss_missing``: people in
    no file are dismissed; ``adopt``: existing database roles to take over.
    """

    passwords: bool = False
    dismiss_missing: bool = False
    adopt: frozenset[str] = frozenset()


@dataclass(frozen=True)
class SyncPlan:
    """What a sync will do, and whom it leaves alone since no file names them.

    ``mentioned``: logins of people the files only mention, such as heads.
    """

    changes: tuple[Change, ...]
    missing: tuple[Person, ...] = ()
    mentioned: frozenset[str] = frozenset()

    @property
    def logins_to_give_passwords(self) -> list[str]:
        """The logins that will get a password."""
        created = [change.login for change in self.changes if isinstance(change, CreateLogin) and change.password]
        return created + [change.login for change in self.changes if isinstance(change, SetPassword)]


@dataclass(frozen=True)
class Outcome:
    """What a sync did besides its changes: sessions of dismissed people that ended, and that it could not end."""

    sessions_ended: int = 0
    sessions_left: int = 0


def read_files(
    paths: Iterable[FilePath],
    sources: Mapping[str, Source],
    installation: Installation,
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> Reading:
    """Return what CSV and YAML files say of people; ``problems`` has everything wrong in any of them.

    :param sources: of the CSV files, from :func:`rls.organisation.mapping.parse_options`.
    """
    reading = Reading(prefix=installation.prefix)
    for path in paths:
        try:
            if path.suffix.lower() in YAML_SUFFIXES:
                read_yaml(path, reading)
            else:
                read_csv(path, sources, reading, delimiter, encoding)
        except InputError as error:
            reading.problems += error.problems
    return reading


def plan(connection: Connection[Any], installation: Installation, reading: Reading, options: Options) -> SyncPlan:
    """Return what makes the database's people equal to the files'.

    :raises InputError: everything wrong in the files, or a login that is
        somebody else's database role.
    """
    current = read(connection, installation)
    roles = [name for (name,) in connection.execute(ROLES)]
    target = wanted(reading, current, roles, dismiss_missing=options.dismiss_missing)
    changes = _adopting(diff(current, target.organisation, passwords=options.passwords), options.adopt)
    problems = _role_problems(connection, changes, target.organisation, options.adopt)
    problems += _key_problems(connection, installation, target.organisation)
    if problems:
        raise InputError(problems)
    return SyncPlan(changes, () if options.dismiss_missing else target.missing, target.mentioned)


def run(
    connection: Connection[Any],
    installation: Installation,
    reading: Reading,
    options: Options,
    planned: SyncPlan,
    keep_passwords: Callable[[Mapping[str, str]], None] = lambda _: None,
    report: Report = lambda *_: None,
) -> Outcome:
    """Make what was *planned*, all of it or nothing; very many new people in advance, without rights.

    :param connection: in autocommit, outside a transaction.
    :param keep_passwords: called with login → password before the commit, so
        that no password is set which nobody knows; may raise.
    :raises PlanError: the database has changed since the plan was made.
    """
    passwords = {login: new_password() for login in planned.logins_to_give_passwords}
    slices, rest = in_slices(connection, planned.changes, planned.mentioned)
    for number, some in enumerate(slices):
        report("new people, who cannot log in yet", number, len(slices))
        _in_advance(connection, installation, some)
    with connection.transaction():
        connection.execute(LOCK)
        report("comparing", 0, len(rest))
        now = plan(connection, installation, reading, options)
        if without_passwords(now.changes, rest) != without_passwords(rest, rest) or now.missing != planned.missing:
            raise _overtaken()
        apply(connection, installation, rest, passwords, report)
        if passwords:
            keep_passwords(passwords)
    return Outcome(*end_sessions(connection, planned.changes))


def _in_advance(connection: Connection[Any], installation: Installation, changes: Sequence[Change]) -> None:
    try:
        with connection.transaction():
            connection.execute(LOCK)
            apply(connection, installation, changes, {})
    except (errors.DuplicateObject, errors.UniqueViolation) as error:
        raise _overtaken() from error


def _overtaken() -> PlanError:
    return PlanError([Problem("", "", "somebody changed the organisation meanwhile: look at the plan again")])


def _adopting(changes: Sequence[Change], adopt: frozenset[str]) -> tuple[Change, ...]:
    return tuple(
        replace(change, adopted=True) if isinstance(change, CreateLogin) and change.login in adopt else change
        for change in changes
    )


def _role_problems(
    connection: Connection[Any], changes: Iterable[Change], target: Organisation, adopt: frozenset[str]
) -> list[Problem]:
    """Return why existing database roles may not become, or stay, a person's."""
    created = {change.login for change in changes if isinstance(change, (CreateLogin, AllowLogin))}
    logins = sorted(created | {login.name for login in target.logins if login.can_login})
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(sql_text("organisation/existing_roles.sql"), [logins])
        existing = {row["name"]: row for row in cursor}
    new = {change.login for change in changes if isinstance(change, CreateLogin)}
    faults = {login: _role_fault(login, row, new=login in new, adopt=adopt) for login, row in existing.items()}
    problems = [Problem("", f"login {login}", fault) for login, fault in faults.items() if fault]
    problems += [
        Problem("", f"--adopt {login}", "no file makes a person of that login, or the login is a person's already")
        for login in sorted(adopt - new)
    ]
    return problems + [
        Problem("", f"--adopt {login}", "there is no such database role: leave the option out")
        for login in sorted((adopt & new) - existing.keys())
    ]


def _role_fault(login: str, row: Mapping[str, Any], *, new: bool, adopt: frozenset[str]) -> str:
    powers = {
        "superuser": "is a superuser",
        "bypasses": "bypasses row security",
        "replicates": "may replicate",
        "creates_roles": "may create roles",
    }
    for power, words in powers.items():
        if row[power]:
            return f"this database role {words}, so no rights would bind it: give the person another login"
    if new and row["has_members"]:
        return "this database role has members, who would get the person's rights: give the person another login"
    if new and login not in adopt:
        return (
            f"this database role exists and is not a person of ours: --adopt {login}, or give the person another login"
        )
    return ""


def _key_problems(connection: Connection[Any], installation: Installation, target: Organisation) -> list[Problem]:
    """Return the keys that more than one person would have, people without a login included."""
    query = template("organisation/keys_without_login.sql", organisation=installation.organisation)
    holders = {key: f"{name} (who has no login)" for key, name in connection.execute(query)}
    problems = []
    for person in sorted((person for person in target.people if person.key), key=attrgetter("login")):
        other = holders.setdefault(person.key or "", person.login)
        if other != person.login:
            message = f'key "{person.key}" is that of {other} already: keys are unique'
            problems.append(Problem("", f"person {person.login}", message))
    return problems
