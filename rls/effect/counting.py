"""Count who gains and who loses what, without touching a right.

Both definitions' predicates are asked of the rows as they are, in read-only
transactions that are rolled back, a table each, so that no lock outlasts the
reading of one table.  A row counts for a person where any role of theirs
reaches it: PostgreSQL adds permissive policies up
(https://www.postgresql.org/docs/current/sql-createpolicy.html).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from psycopg import Connection, Error, sql

from rls.definition.model import Definition, Operation
from rls.effect.changes import LevelChange
from rls.effect.importing import ImportEffect, import_effects
from rls.effect.levels import level_changes
from rls.effect.measuring import Measured, measure
from rls.effect.people import Holder, Reach, Roles, holders, read_reach
from rls.effect.reading import Limits, reading, reason
from rls.effect.reasons import Reasons
from rls.effect.shapes import Shape, shape_of
from rls.effect.sides import Side
from rls.installed import applied_definition
from rls.names import Installation
from rls.state.catalog import pin
from rls.state.tables import read_facts

COUNTED: tuple[Operation, ...] = ("read", "update", "delete")
"""The operations that reach rows there are, beside export, which carries away what is read."""

ON_FIELDS: tuple[Operation, ...] = ("read", "update")
"""What is done with fields of rows there are."""

Report = Callable[[int, int, str], None]
"""Called with how many entities are done, of how many, and which is counted next."""


@dataclass(frozen=True)
class PersonEffect:
    """How many rows of an entity a person reaches with an operation, before and after.

    ``about``: estimated from a sample.  ``fields``: in how many rows they see
    or change this group of fields.
    """

    login: str
    name: str
    entity: str
    operation: Operation
    before: int
    after: int
    about: bool = False
    because: str = ""
    fields: str | None = None

    @property
    def what(self) -> str:
        """``deal``, or ``deal.finance``."""
        return f"{self.entity}.{self.fields}" if self.fields else self.entity

    @property
    def difference(self) -> int:
        """Rows gained; negative: lost."""
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """What a new definition changes: lines of rights, and people's rows.

    ``people``: those whose rows change; ``imports``: those who may import
    something else; ``asked``: how many people there are; ``notes``: what was
    sampled or not counted.
    """

    changes: tuple[LevelChange, ...] = ()
    people: tuple[PersonEffect, ...] = ()
    asked: int = 0
    notes: tuple[str, ...] = ()
    imports: tuple[ImportEffect, ...] = ()


def effect(
    connection: Connection[Any],
    before: Definition,
    after: Definition,
    installation: Installation,
    *,
    limits: Limits | None = None,
    report: Report | None = None,
) -> Effect:
    """Return what changes when *after* replaces *before*; changes nothing.

    Counts what the connected login may read, which for a superuser or one with
    BYPASSRLS is everything; where row security would hide rows, a note says
    so instead of wrong numbers.

    :param connection: outside a transaction, so that each table's lock ends with its count.
    """
    changes, limits = level_changes(before, after), limits or Limits()
    with connection.transaction():
        pin(connection)
        tables = {entity.table for side in (before, after) for entity in side.entities}
        facts = read_facts(connection, tables, installation)
    try:
        with reading(connection, limits, installation):
            people = holders(connection, before, after, facts, installation)
    except Error as error:
        return Effect(changes, notes=(f"rows are not counted: {reason(error, limits)}",))
    sides = Side(before, facts), Side(after, facts)
    counting = _Counting(connection, sides, people, installation, limits, Reasons(changes, *sides))
    found = tuple(counting.all(report))
    return Effect(changes, found, len(people), tuple(counting.notes), tuple(import_effects(before, after, people)))


def in_force(connection: Connection[Any]) -> Definition:
    """Return the definition applied last; an empty one where none was.

    :raises RowlockError: another version of Rowlock wrote it.
    """
    row = connection.execute("select definition is null from rls.installation").fetchone()
    return Definition() if row and row[0] else applied_definition(connection)


@dataclass(frozen=True)
class _Question:
    """What people with the same roles may do before and after, as SQL: where it differs, so may their rows."""

    operation: Operation
    people: tuple[Holder, ...]
    predicates: tuple[str, str]
    fields: str | None = None


@dataclass
class _Counting:
    """One count, entity by entity; what was read of people is kept."""

    connection: Connection[Any]
    sides: tuple[Side, Side]
    people: Iterable[Holder]
    installation: Installation
    limits: Limits
    reasons: Reasons
    notes: list[str] = field(default_factory=list)
    _reach: dict[str, Reach] = field(default_factory=dict)

    def all(self, report: Report | None) -> Iterator[PersonEffect]:
        """Yield every person, entity and operation where the number of rows changes."""
        groups: dict[tuple[Roles, Roles], list[Holder]] = {}
        for holder in self.people:
            groups.setdefault((holder.before, holder.after), []).append(holder)
        names = sorted({entity.name for side in self.sides for entity in side.definition.entities})
        for done, name in enumerate(names):
            if report:
                report(done, len(names), name)
            try:
                yield from self._entity(name, groups)
            except Error as error:
                self.notes.append(f"{name} is not counted: {reason(error, self.limits)}")

    def _entity(self, name: str, groups: dict[tuple[Roles, Roles], list[Holder]]) -> list[PersonEffect]:
        before = self.sides[0]
        self.notes += [f"{name} is not counted as it was: {text}" for text in before.problems(name)]
        shapes = self._shapes(name)
        questions = []
        for (was, becomes), people in groups.items():
            for operation, fields, predicates in self._predicates(name, was, becomes):
                if predicates[0] != predicates[1] or (shapes[0] != shapes[1] and predicates[0] != "false"):
                    questions.append(_Question(operation, tuple(people), predicates, fields))
        return list(self._answers(name, shapes, questions)) if questions else []

    def _predicates(
        self, name: str, was: Roles, becomes: Roles
    ) -> Iterator[tuple[Operation, str | None, tuple[str, str]]]:
        """Yield operation, group of fields where it is not as the rows, and what roles reach before and after."""
        before, after = self.sides
        of_rows: dict[Operation, tuple[str, str]] = {
            operation: (_text(before.reached(was, name, operation)), _text(after.reached(becomes, name, operation)))
            for operation in COUNTED
        }
        yield from ((operation, None, texts) for operation, texts in of_rows.items())
        yield "export", None, (_text(before.exported(was, name)), _text(after.exported(becomes, name)))
        for group in sorted({*before.groups(name), *after.groups(name)}):
            for operation in ON_FIELDS:
                texts = tuple(
                    _text(side.fields_reached(roles, name, group, operation)) if group in side.groups(name) else reached
                    for side, roles, reached in zip(self.sides, (was, becomes), of_rows[operation], strict=True)
                )
                if texts != of_rows[operation]:
                    yield operation, group, (texts[0], texts[1])

    def _shapes(self, name: str) -> tuple[Shape | None, ...]:
        return tuple(shape_of(side, name) if name in side.entities else None for side in self.sides)

    def _answers(
        self, name: str, shapes: tuple[Shape | None, ...], questions: list[_Question]
    ) -> Iterator[PersonEffect]:
        measured: dict[Shape, Measured] = {}
        for shape in dict.fromkeys(shape for shape in shapes if shape):
            pairs = (pair for one in questions for pair in zip(one.predicates, shapes, strict=True))
            texts = {text for text, own in pairs if own == shape}
            measured[shape] = measure(self.connection, shape, texts, self.installation, self.limits)
        self.notes += [
            f"{name} is counted from a sample of {one.fraction:.1%} of its table"
            for one in (found.tally.histogram for found in measured.values())
            if one.fraction < 1
        ]
        self._read_reach({holder.login for question in questions for holder in question.people})
        about = any(found.tally.histogram.fraction < 1 for found in measured.values())
        for question in questions:
            for holder in question.people:
                before, after = (
                    measured[shape].rows(text, self._reach.get(holder.login, Reach())) if shape else 0
                    for shape, text in zip(shapes, question.predicates, strict=True)
                )
                if before != after:
                    operation, fields = question.operation, question.fields
                    because = self.reasons.of(holder, name, operation, fields)
                    yield PersonEffect(
                        holder.login, holder.name, name, operation, before, after, about, because, fields
                    )

    def _read_reach(self, logins: set[str]) -> None:
        missing = logins - self._reach.keys()
        if missing:
            with reading(self.connection, self.limits, self.installation):
                self._reach |= read_reach(self.connection, missing)


def _text(condition: sql.Composable) -> str:
    return condition.as_string(None)
