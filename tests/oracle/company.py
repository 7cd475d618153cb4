"""A company as the oracle sees it: people, departments, groups, assignments, records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Person:
    """An employee.  ``key`` is how other tables of the company name this person."""

    login: str
    departments: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    project_groups: frozenset[str] = frozenset()
    key: str | None = None
    dismissed: bool = False


@dataclass(frozen=True)
class Assignment:
    """A role given to a principal, from a moment on (included) until a moment (excluded).

    ``kind`` is person, department, subdepartments, group, project_group or
    everyone; ``name`` a login, a department's path or a group's name.
    """

    role: str
    kind: str
    name: str | None = None
    valid_from: datetime | None = None
    valid_until: datetime | None = None


@dataclass(frozen=True)
class Record:
    """One row of an entity.  ``owner`` is a login; None, or a login nobody has, means nobody's.

    A child has a ``parent`` and nothing else that counts.
    """

    entity: str
    owner: str | None = None
    is_open: bool = False
    stage: str | None = None
    pipeline: str | None = None
    parent: Record | None = None


@dataclass(frozen=True, eq=False)
class Company:
    """Everything a decision depends on.  Companies are compared by identity: answers are kept per company.

    ``departments`` maps a department's path to its parent's path (None at the
    top); ``definition`` is the definitions file as YAML reads it.
    """

    definition: Mapping[str, Any]
    departments: Mapping[str, str | None] = field(default_factory=dict)
    people: tuple[Person, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    now: datetime = datetime(2026, 6, 1, tzinfo=UTC)

    def person(self, login: str | None) -> Person | None:
        """Return the person with this login, None if there is none."""
        return self._by_login.get(login)

    @cached_property
    def _by_login(self) -> dict[str | None, Person]:
        return {person.login: person for person in self.people}

    def above(self, department: str) -> list[str]:
        """Return the department and every one above it, nearest first."""
        path = []
        here: str | None = department
        while here is not None:
            path.append(here)
            here = self.departments[here]
        return path
