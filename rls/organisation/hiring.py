"""Very many new people: made in advance, a slice of them at a time; all that gives them anything in one transaction.

From PostgreSQL 16 on a database role that is made takes a lock until the transaction ends, and a server has room for
some 8,700 locks by default, everybody's together (``max_locks_per_transaction``).  So the logins are made by the slice,
NOLOGIN, with people who do not work here yet: without password, departments or rights.  That is what is left where a
sync breaks off, and the next one goes on from there (docs/decisions/0035-big-companies.md).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from typing import Any

from psycopg import Connection

from rls.organisation.changes import (
    AddMember,
    AddPerson,
    AllowLogin,
    Change,
    CreateLogin,
    ReinstatePerson,
    SetPassword,
)

ROOM = "select rls.lock_room()"

LARGEST = 5000
"""New logins of a slice, at most."""


def in_slices(
    connection: Connection[Any], changes: Sequence[Change], mentioned: Collection[str]
) -> tuple[list[list[Change]], list[Change]]:
    """Return what to make in advance, a transaction each, and what is left to do then; few new people are no slice.

    :param mentioned: logins of people files only mention, who are not made in advance: a mention takes nobody back.
    """
    (room,) = connection.execute(ROOM).fetchone() or (0,)
    size = min(LARGEST, room // 2)
    ordered = _by_department(changes)
    logins = [change for change in ordered if isinstance(change, CreateLogin) and not change.adopted]
    new = {change.login: change for change in logins if change.login not in mentioned}
    if len(new) <= size:
        return [], ordered
    people = {change.person.login: change for change in ordered if isinstance(change, AddPerson)}
    order = [*(login for login in people if login in new), *sorted(new.keys() - people.keys())]
    slices = [list(_prepared(order[first : first + size], people)) for first in range(0, len(order), size)]
    rest = [change for change in ordered if _login(change) not in new]
    allowed = [AllowLogin(login) for login in new]
    passwords = [SetPassword(login) for login, change in new.items() if change.password]
    hired = [ReinstatePerson(login) for login, change in people.items() if login in new and change.person.is_active]
    return slices, [*allowed, *passwords, *rest, *hired]


def without_passwords(changes: Sequence[Change], of: Sequence[Change]) -> frozenset[Change]:
    """Return changes but for the passwords of the logins that *of* allows: not everybody may know they have none."""
    allowed = {SetPassword(change.login) for change in of if isinstance(change, AllowLogin)}
    return frozenset(changes) - allowed


def _by_department(changes: Sequence[Change]) -> list[Change]:
    """Return changes with the new people of a department one after the other, so that their numbers are.

    Whom somebody reaches is an array from the lowest number to the highest.
    """
    homes = {change.login: change.path for change in changes if isinstance(change, AddMember)}
    people = [change for change in changes if isinstance(change, AddPerson)]
    ordered = iter(sorted(people, key=lambda change: (homes.get(change.person.login, ()), change.person.login)))
    return [next(ordered) if isinstance(change, AddPerson) else change for change in changes]


def _prepared(logins: Sequence[str], people: dict[str, AddPerson]) -> Iterator[Change]:
    for login in logins:
        yield CreateLogin(login, can_login=False)
    for login in logins:
        if login in people:
            yield AddPerson(replace(people[login].person, is_active=False))


def _login(change: Change) -> str | None:
    """Return whose login or person a change makes."""
    if isinstance(change, CreateLogin):
        return change.login
    return change.person.login if isinstance(change, AddPerson) else None
