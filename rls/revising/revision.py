"""What a revision of rights holds: the definition before and after, and every change, by names alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import cached_property
from typing import Any

from rls.definition import Definition
from rls.definition.loading import loads
from rls.definition.writing import text
from rls.errors import PlanError, Problem
from rls.names import Installation, QualifiedName
from rls.plan.changes import Change
from rls.state.objects import AssignmentRow, Object

_BOTH, _BEFORE, _AFTER = "  ", "- ", "+ "

Principals = Mapping[tuple[str, str], int]
"""Kind and name of each principal of a database, and its number there."""


@dataclass(frozen=True, order=True)
class Assignment:
    """A role's assignment by the definition; the principal by its name, since numbers differ between databases."""

    role: str
    principal_kind: str
    name: str | None = None
    limited: bool = False


Stated = Object | Assignment
"""What a revision's file may name."""


@dataclass(frozen=True)
class StatedChange:
    """One object before and after, as a revision's file states it."""

    before: Stated | None
    after: Stated | None


def create(after: Stated) -> StatedChange:
    """State that an object comes."""
    return StatedChange(None, after)


def alter(after: Stated, **before: Any) -> StatedChange:
    """State what an object becomes, and what was otherwise *before*."""
    return StatedChange(replace(after, **before), after)


def drop(before: Stated) -> StatedChange:
    """State that an object goes."""
    return StatedChange(before, None)


@dataclass(frozen=True)
class Step:
    """One way through a revision: from a definition and its rights to another."""

    revision: str
    before: Definition
    after: Definition
    changes: tuple[StatedChange, ...]
    up: bool

    @property
    def source(self) -> str:
        """Where the definition comes from, for the history."""
        return f"revision {self.revision}" + ("" if self.up else ", downgrade")


@dataclass(frozen=True)
class Rights:
    """A revision of rights.

    :param revision: Alembic's name of the revision.
    :param rowlock: the version of Rowlock that wrote it.
    :param prefix: of the database roles.
    :param organisation: the organisation's schema.
    :param definition: both definitions line by line: ``-`` before, ``+`` after, the rest in both.
    :param changes: every object that changes.
    :param manages: the tables that come under Rowlock's management.
    """

    revision: str
    rowlock: str
    prefix: str
    organisation: str
    definition: str
    changes: tuple[StatedChange, ...]
    manages: tuple[QualifiedName, ...] = ()

    @property
    def installation(self) -> Installation:
        """The names it was written for."""
        return Installation(self.prefix, self.organisation)

    @cached_property
    def upgrade(self) -> Step:
        """From before to after."""
        return Step(self.revision, self._side(_BEFORE), self._side(_AFTER), self.changes, up=True)

    @cached_property
    def downgrade(self) -> Step:
        """From after to before."""
        changes = tuple(StatedChange(change.after, change.before) for change in self.changes)
        return Step(self.revision, self._side(_AFTER), self._side(_BEFORE), changes, up=False)

    def _side(self, mark: str) -> Definition:
        lines = self.definition.split("\n")
        kept = (line[len(mark) :] for line in lines if line[: len(mark)] in (_BOTH, mark))
        return loads("".join(f"{line}\n" for line in kept), f"revision {self.revision}", self.prefix)


def compared(before: Definition, after: Definition) -> str:
    """Return both definitions as one text, for :class:`Rights`."""
    old, new = text(before).splitlines(), text(after).splitlines()
    lines: list[str] = []
    for kind, first, last, begin, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            lines += [_BOTH + line for line in old[first:last]]
        else:
            lines += [*(_BEFORE + line for line in old[first:last]), *(_AFTER + line for line in new[begin:end])]
    return "".join(f"{line}\n" for line in lines)


def stated(change: Change, principals: Principals) -> StatedChange:
    """Return a change by names.

    :raises KeyError: a principal has no name.
    """
    names = {(kind, number): name for (kind, name), number in principals.items()}

    def side(thing: Object | None) -> Stated | None:
        if not isinstance(thing, AssignmentRow):
            return thing
        name = None if thing.principal_id is None else names[thing.principal_kind, thing.principal_id]
        return Assignment(thing.role, thing.principal_kind, name, thing.limited)

    return StatedChange(side(change.before), side(change.after))


def found(changes: Iterable[StatedChange], principals: Principals) -> tuple[Change, ...]:
    """Return the changes as they are in one database.

    :raises PlanError: it lacks principals; every one of them.
    """
    problems: list[Problem] = []

    def side(thing: Stated | None) -> Object | None:
        if not isinstance(thing, Assignment):
            return thing
        number = None if thing.name is None else principals.get((thing.principal_kind, thing.name))
        if number is None and thing.name is not None:
            what = thing.principal_kind.replace("_", " ")
            problems.append(Problem("", f"assignment of {thing.role}", f'there is no {what} "{thing.name}" here'))
        return AssignmentRow(thing.role, thing.principal_kind, number, thing.limited)

    made = tuple(Change(side(change.before), side(change.after)) for change in changes)
    if problems:
        raise PlanError(problems)
    return made
