"""The difference between two organisations, as changes.

What the database has and what is wanted are the same type; the difference is
pure, and in the order in which the changes must be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import attrgetter

from rls.organisation.changes import (
    AddDepartment,
    AddGroup,
    AddMember,
    AddPerson,
    AllowLogin,
    Change,
    ChangePerson,
    CreateLogin,
    DismissPerson,
    GiveRole,
    JoinGroup,
    LeaveGroup,
    RefuseLogin,
    ReinstatePerson,
    RemoveMember,
    SetHead,
    SetPassword,
    TakeRole,
)
from rls.organisation.people import Organisation


def diff(current: Organisation, wanted: Organisation, *, passwords: bool = False) -> tuple[Change, ...]:
    """Return what makes *current* equal to *wanted*, in the order to do it.

    *passwords*: logins of active people that have no password get one.
    Departments and groups are never removed, people never deleted: their
    records are theirs.
    """
    return (
        *_logins(current, wanted, passwords=passwords),
        *sorted(AddDepartment(path) for path in wanted.departments - current.departments),
        *_people(current, wanted),
        *sorted(RemoveMember(*pair) for pair in current.members - wanted.members),
        *sorted(AddMember(*pair) for pair in wanted.members - current.members),
        *_heads(current, wanted),
        *sorted(AddGroup(name) for name in wanted.groups - current.groups),
        *sorted(LeaveGroup(*pair) for pair in current.group_members - wanted.group_members),
        *sorted(JoinGroup(*pair) for pair in wanted.group_members - current.group_members),
        *sorted(TakeRole(*pair) for pair in current.roles - wanted.roles),
        *sorted(GiveRole(*pair) for pair in wanted.roles - current.roles),
    )


def _logins(current: Organisation, wanted: Organisation, *, passwords: bool) -> Iterable[Change]:
    had = {login.name: login for login in current.logins}
    for login in sorted(wanted.logins, key=attrgetter("name")):
        before = had.get(login.name)
        if before is None:
            yield CreateLogin(login.name, password=passwords and login.can_login)
            continue
        if before.can_login != login.can_login:
            yield AllowLogin(login.name) if login.can_login else RefuseLogin(login.name)
        if passwords and login.can_login and not before.password:
            yield SetPassword(login.name)


def _people(current: Organisation, wanted: Organisation) -> Iterable[Change]:
    before, changes = current.by_login(), list[Change]()
    for person in sorted(wanted.people, key=attrgetter("login")):
        known = before.get(person.login)
        if known is None:
            changes.append(AddPerson(person))
            continue
        if differences := known.differences(person):
            changes.append(ChangePerson(person, differences))
        if known.is_active != person.is_active:
            changes.append(ReinstatePerson(person.login) if person.is_active else DismissPerson(person.login))
    order: tuple[type[Change], ...] = (AddPerson, ChangePerson, ReinstatePerson, DismissPerson)
    return sorted(changes, key=lambda change: order.index(type(change)))


def _heads(current: Organisation, wanted: Organisation) -> Iterable[Change]:
    before, after = dict(current.heads), dict(wanted.heads)
    paths = sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))
    return [SetHead(path, after.get(path)) for path in paths]
