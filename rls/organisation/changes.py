"""What people sync will do: one frozen class per kind of change, and the difference that finds them.

``current`` and ``wanted`` are the same type; :func:`diff` is pure, and its
result is in the order in which the changes must be made.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar, Literal

from rls.definition.wording import shown
from rls.organisation.people import Organisation, Path, Person, written

Kind = Literal["add", "change", "remove"]

SIGNS: dict[Kind, str] = {"add": "+", "change": "~", "remove": "-"}


@dataclass(frozen=True, order=True)
class Change:
    """Something people sync will do; ``str()`` is its line of the plan."""

    kind: ClassVar[Kind]

    @property
    def text(self) -> str:
        """What will happen, without the sign."""
        raise NotImplementedError

    def __str__(self) -> str:
        return f"{SIGNS[self.kind]} {self.text}"


@dataclass(frozen=True, order=True)
class CreateLogin(Change):
    """A database role for a person; ``adopted``: it exists already."""

    kind = "add"
    login: str
    password: bool = False
    adopted: bool = False

    @property
    def text(self) -> str:
        what = "adopt database role" if self.adopted else "login"
        return f"{what} {self.login}{' with a password' if self.password else ''}"


@dataclass(frozen=True, order=True)
class SetPassword(Change):
    """A password for a login that has none."""

    kind = "change"
    login: str

    @property
    def text(self) -> str:
        return f"login {self.login}: a password"


@dataclass(frozen=True, order=True)
class AllowLogin(Change):
    """LOGIN for the role of somebody who works here (again)."""

    kind = "change"
    login: str

    @property
    def text(self) -> str:
        return f"login {self.login}: may log in"


@dataclass(frozen=True, order=True)
class RefuseLogin(Change):
    """NOLOGIN, and the end of all sessions."""

    kind = "change"
    login: str

    @property
    def text(self) -> str:
        return f"login {self.login}: may not log in, sessions ended"


@dataclass(frozen=True, order=True)
class AddDepartment(Change):
    """A department."""

    kind = "add"
    path: Path

    @property
    def text(self) -> str:
        return f"department {written(self.path)}"


@dataclass(frozen=True, order=True)
class AddPerson(Change):
    """A person."""

    kind = "add"
    person: Person

    @property
    def text(self) -> str:
        return f"person {self.person.login} ({self.person.name}{'' if self.person.is_active else ', dismissed'})"


@dataclass(frozen=True, order=True)
class ChangePerson(Change):
    """Other facts about a person; (field, before, after) each."""

    kind = "change"
    person: Person
    differences: tuple[tuple[str, str | None, str | None], ...]

    @property
    def text(self) -> str:
        facts = ", ".join(f"{name} {_fact(old)} → {_fact(new)}" for name, old, new in self.differences)
        return f"person {self.person.login}: {facts}"


@dataclass(frozen=True, order=True)
class DismissPerson(Change):
    """Somebody who works here no longer: every right ends, their records stay."""

    kind = "remove"
    login: str

    @property
    def text(self) -> str:
        return f"person {self.login}: dismissed"


@dataclass(frozen=True, order=True)
class ReinstatePerson(Change):
    """Somebody who works here again."""

    kind = "add"
    login: str

    @property
    def text(self) -> str:
        return f"person {self.login}: works here again"


@dataclass(frozen=True, order=True)
class RemoveMember(Change):
    """A person leaves a department."""

    kind = "remove"
    path: Path
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} out of {written(self.path)}"


@dataclass(frozen=True, order=True)
class AddMember(Change):
    """A person joins a department."""

    kind = "add"
    path: Path
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} in {written(self.path)}"


@dataclass(frozen=True, order=True)
class SetHead(Change):
    """Another head of a department, or none."""

    kind = "change"
    path: Path
    login: str | None

    @property
    def text(self) -> str:
        return f"department {written(self.path)}: headed by {self.login or 'nobody'}"


@dataclass(frozen=True, order=True)
class TakeRole(Change):
    """A role no longer assigned to a person."""

    kind = "remove"
    role: str
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} no longer holds {self.role}"


@dataclass(frozen=True, order=True)
class GiveRole(Change):
    """A role assigned to a person."""

    kind = "add"
    role: str
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} holds {self.role}"


def _fact(value: str | None) -> str:
    return shown(value) if value is not None else "nothing"


def diff(current: Organisation, wanted: Organisation, *, passwords: bool = False) -> tuple[Change, ...]:
    """Return what makes *current* equal to *wanted*, in the order to do it.

    *passwords*: logins of active people that have no password get one.
    Departments are never removed and people never deleted: their records are.
    """
    return (
        *_logins(current, wanted, passwords=passwords),
        *sorted(AddDepartment(path) for path in wanted.departments - current.departments),
        *_people(current, wanted),
        *sorted(RemoveMember(*pair) for pair in current.members - wanted.members),
        *sorted(AddMember(*pair) for pair in wanted.members - current.members),
        *_heads(current, wanted),
        *sorted(TakeRole(*pair) for pair in current.roles - wanted.roles),
        *sorted(GiveRole(*pair) for pair in wanted.roles - current.roles),
    )


def _logins(current: Organisation, wanted: Organisation, *, passwords: bool) -> Iterable[Change]:
    had = {login.name: login for login in current.logins}
    for login in sorted(wanted.logins):
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
    for person in sorted(wanted.people):
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
