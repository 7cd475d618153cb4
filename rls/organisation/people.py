"""The organisation as values: people, departments, who belongs where, who holds which role.

What the files ask for and what the database has are the same type, so that
their difference is a pure function (:mod:`rls.organisation.changes`).
"""

from __future__ import annotations

from dataclasses import dataclass, fields

Path = tuple[str, ...]
"""A department from the top: ("Company", "Central", "Dustin Brinkmann")."""

FACTS = ("name", "email", "job_title", "phone", "hired_on", "key")
"""What is known of a person, as columns of table person."""


@dataclass(frozen=True, order=True)
class Person:
    """A person.  ``login`` is the name of their database role."""

    login: str
    name: str
    email: str | None = None
    job_title: str | None = None
    phone: str | None = None
    hired_on: str | None = None
    key: str | None = None
    is_active: bool = True

    def differences(self, other: Person) -> tuple[tuple[str, str | None, str | None], ...]:
        """Return (field, mine, other's) of every fact that differs."""
        pairs = ((name, getattr(self, name), getattr(other, name)) for name in FACTS)
        return tuple((name, mine, theirs) for name, mine, theirs in pairs if mine != theirs)


@dataclass(frozen=True, order=True)
class Login:
    """A database role that is a person's.  ``password``: it has one, as far as we may know."""

    name: str
    can_login: bool = True
    password: bool = False


@dataclass(frozen=True)
class Organisation:
    """A whole organisation.

    ``heads``, ``members``, ``group_members`` and ``roles`` are pairs of a
    department, group or role and a login; ``roles`` are direct assignments
    without dates, of which ``defined`` come from the definitions file.
    """

    people: frozenset[Person] = frozenset()
    departments: frozenset[Path] = frozenset()
    heads: frozenset[tuple[Path, str]] = frozenset()
    members: frozenset[tuple[Path, str]] = frozenset()
    groups: frozenset[str] = frozenset()
    group_members: frozenset[tuple[str, str]] = frozenset()
    roles: frozenset[tuple[str, str]] = frozenset()
    defined: frozenset[tuple[str, str]] = frozenset()
    logins: frozenset[Login] = frozenset()

    def by_login(self) -> dict[str, Person]:
        """Return login → person."""
        return {person.login: person for person in self.people}


def written(path: Path) -> str:
    """Return a department's path as people write it."""
    return "/".join(path)


def ancestors(path: Path) -> frozenset[Path]:
    """Return *path* and every department above it."""
    return frozenset(path[:length] for length in range(1, len(path) + 1))


assert {field.name for field in fields(Person)} == {"login", "is_active", *FACTS}
