"""What the compiler reads of a definition: compiled roles, levels, and what depends on other roles."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from rls.compiler.owners import FINDABLE
from rls.compiler.predicates import Predicate
from rls.compiler.sources import Levels, Source, cell_key, source_levels, sources
from rls.definition.model import OPERATIONS, Definition, Entity, Level, Operation, Role
from rls.state.objects import PermissionRow

WRITES: tuple[Operation, ...] = ("create", "update", "delete")

COVERING = 20
"""By how many other roles at most a role is left out of a plan: asking for each takes 0.3 µs."""


def version(rows: Iterable[PermissionRow]) -> str:
    """Return what tells a role's levels for an operation on an entity from all others.

    ``rls.counted`` computes the same of what ``rls.permission`` holds.  An open
    transaction may go on with a function from before a change, while it reads
    the table as it is after: such a function counts nowhere.
    """
    text = "".join(f"{row.cell}\n{row.level}\n" for row in sorted(rows))
    return sha256(text.encode()).hexdigest()[:16]


def compiled_roles(definition: Definition) -> tuple[Role, ...]:
    """Return the roles that have a database role, by name: what lists them must not depend on the order of the file."""
    return tuple(sorted((role for role in definition.roles if not role.abstract), key=lambda role: role.name))


@dataclass(frozen=True)
class Rights:
    """Levels of every compiled role on one entity.  ``live``: see :class:`Predicate`."""

    definition: Definition
    entity: Entity
    live: bool = False

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Return the roles that have a database role, by name."""
        return compiled_roles(self.definition)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Return the entity itself, or the parents it follows."""
        return sources(self.definition, self.entity)

    @cached_property
    def _levels(self) -> dict[tuple[str, Operation], dict[str, Levels]]:
        return {
            (role.name, operation): {
                source.entity.name: source_levels(source, role, operation) for source in self.sources
            }
            for role in self.roles
            for operation in OPERATIONS
        }

    def levels(self, role: Role, operation: Operation) -> dict[str, Levels]:
        """Return the role's levels by the name of the source."""
        return self._levels[role.name, operation]

    def reaches(self, role: Role, operation: Operation) -> bool:
        """Return whether the role reaches any record with this operation."""
        return any(
            level > Level.none for levels in self.levels(role, operation).values() for level, _ in levels.values()
        )

    def cells(self, role: Role, operation: Operation) -> Iterator[tuple[str, Level, bool]]:
        """Yield (cell key, level, explicit) of every cell."""
        for source in self.sources:
            for cell, (level, explicit) in self.levels(role, operation)[source.entity.name].items():
                yield cell_key(source, cell), level, explicit

    def overruled(self, role: Role, operation: Operation) -> frozenset[str]:
        """Return the cells where another role's explicit level takes this role's inherited one away."""
        if self.definition.several_roles != "explicit":
            return frozenset()
        # Where this role's level is inherited, whoever says one is another.
        inherited = {key for key, _, explicit in self.cells(role, operation) if not explicit}
        return self._explicit[operation] & inherited

    @cached_property
    def _explicit(self) -> dict[Operation, frozenset[str]]:
        """The cells for which any role says a level of its own."""
        return {
            operation: frozenset(
                key for role in self.roles for key, _, explicit in self.cells(role, operation) if explicit
            )
            for operation in OPERATIONS
        }

    def unconditional(self, role: Role, operation: Operation) -> bool:
        """Return whether the role reaches every record, at any time, whatever other roles its holder has."""
        if role.timed or self.overruled(role, operation):
            return False
        return all(level is Level.all for _, level, _ in self.cells(role, operation))

    def covering(self, role: Role) -> tuple[Role, ...]:
        """Return other roles that read every record this one reads, whatever else their holder has, the widest first.

        Of roles that read alike it is the first by name, so that of a caller's roles one is left.  Who reads every
        record has no condition to begin with, and what is metered is counted role by role.
        """
        if self.entity.read_budget is not None or not self.reaches(role, "read"):
            return ()
        own = self._reading(role)
        found = [
            other
            for other, levels in self._covering
            if all(levels[key] >= level for key, level in own.items())
            and (levels != own or not self._covers(role) or other.name < role.name)
        ]
        return tuple(found[:COVERING])

    @cached_property
    def _covering(self) -> list[tuple[Role, dict[str, Level]]]:
        """The roles that may cover others, with their levels by cell, the widest first."""
        found = [(role, self._reading(role)) for role in self.roles if self._covers(role)]
        return sorted(found, key=lambda each: (-sum(each[1].values()), each[0].name))

    def _reading(self, role: Role) -> dict[str, Level]:
        return {key: level for key, level, _ in self.cells(role, "read")}

    def _covers(self, role: Role) -> bool:
        """Return whether the role reads as far as its levels say, and does not read everything."""
        is_certain = not role.timed and not self.overruled(role, "read")
        return is_certain and not self.unconditional(role, "read")

    def needs_read_check(self, role: Role, operation: Operation) -> bool:
        """Return whether the role's write reaches where its own read may not.

        UPDATE and DELETE that read no column never ask the SELECT policies
        (https://www.postgresql.org/docs/current/sql-createpolicy.html), so the
        write predicate itself must hold the read rule.
        """
        if operation == "create" and not self.entity.parents:
            return False
        read = {key: level for key, level, _ in self.cells(role, "read")}
        overruled = self.overruled(role, "read")
        return any(
            level > Level.none and (read[key] < level or key in overruled)
            for key, level, _ in self.cells(role, operation)
        )

    def predicate(self, role: Role, operation: Operation) -> Predicate:
        """Return what the role's function for this operation decides."""
        return Predicate(
            table=self.entity.table,
            sources=self.sources,
            levels=self.levels(role, operation),
            timed=role.timed,
            overruled=bool(self.overruled(role, operation)),
            within_read=operation != "read" and self.needs_read_check(role, operation),
            version=version(self._rows(role, operation)),
            live=self.live,
            finds=self._finds(role, operation),
        )

    def _finds(self, role: Role, operation: Operation) -> Collection[Level]:
        """Return the levels at which the predicate must find rows.

        UPDATE and DELETE that read a column ask the policies for reading, too:
        where both reach alike those find the rows, and a second constant would
        only be planned.  Whoever names no column wants all they reach: one
        person's are found even so, a team's by looking at every row.
        """
        if operation == "create":
            return ()
        reached = {key: level for key, level, _ in self.cells(role, operation)}
        alike = reached == {key: level for key, level, _ in self.cells(role, "read")}
        return {Level.own} if alike and operation != "read" else FINDABLE

    def rows(self) -> Iterator[PermissionRow]:
        """Yield what ``rls.permission`` must hold: the levels some predicate asks for when it runs."""
        for operation in OPERATIONS:
            everybody = self._asked_of_everybody(operation)
            for role in self.roles:
                writes = operation in WRITES and self.needs_read_check(role, operation)
                if everybody or writes or role.timed:
                    yield from self._rows(role, operation)

    def _rows(self, role: Role, operation: Operation) -> Iterator[PermissionRow]:
        keep_explicit = self.definition.several_roles == "explicit"
        for key, level, stated in self.cells(role, operation):
            explicit = stated and keep_explicit
            if level > Level.none or explicit:
                yield PermissionRow(role.name, self.entity.name, operation, key, level.name, explicit)

    def _asked_of_everybody(self, operation: Operation) -> bool:
        """Whether a predicate asks what the caller's other roles say of this operation."""
        if operation == "read" and any(self.needs_read_check(role, write) for role in self.roles for write in WRITES):
            return True
        if operation == "read" and (self.entity.fields or self.entity.barrier) and any(one.timed for one in self.roles):
            return True
        if operation == "import" and any(one.timed for one in self.roles):
            return True
        if operation == "export" and self.entity.read_budget:
            return True
        return any(self.overruled(role, operation) for role in self.roles)
