"""What people sync will do: one frozen class per kind of change."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from rls.definition.wording import shown
from rls.organisation.people import Path, Person, written

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
    """A database role for a person; ``adopted``: it exists already; ``can_login``: the person works here already."""

    kind = "add"
    login: str
    password: bool = False
    adopted: bool = False
    can_login: bool = True

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
class AddGroup(Change):
    """A group."""

    kind = "add"
    name: str

    @property
    def text(self) -> str:
        return f"group {self.name}"


@dataclass(frozen=True, order=True)
class LeaveGroup(Change):
    """A person leaves a group."""

    kind = "remove"
    group: str
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} out of group {self.group}"


@dataclass(frozen=True, order=True)
class JoinGroup(Change):
    """A person joins a group."""

    kind = "add"
    group: str
    login: str

    @property
    def text(self) -> str:
        return f"{self.login} in group {self.group}"


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
