"""Which groups of fields a role may name on the table itself, and how far each role's rights to a group go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

from rls.compiler.held import ByRole
from rls.compiler.rights import Rights
from rls.compiler.sources import Levels, cell_key, source_levels
from rls.definition.fields import withholding
from rls.definition.model import FieldGroup, Level, Operation, Role
from rls.state.objects import PermissionRow


@dataclass(frozen=True)
class Fields:
    """The rights of every compiled role to the groups of fields of one entity."""

    rights: Rights

    @property
    def groups(self) -> tuple[FieldGroup, ...]:
        """Return the entity's groups."""
        return self.rights.entity.fields

    def levels(self, operation: Operation, group: str | None) -> ByRole:
        """Return role → source → levels of a group of fields; None: of the record."""
        return {role.name: self._of(role, operation, group) for role in self.rights.roles}

    def _of(self, role: Role, operation: Operation, group: str | None) -> dict[str, Levels]:
        found = {source.entity.name: source for source in self.rights.sources}
        return {name: source_levels(source, role, operation, group) for name, source in found.items()}

    def named(self, role: Role, operation: Operation) -> frozenset[str]:
        """Return the columns of groups that the role may name in a command on the table.

        Reading: none of whose values another role of the same person could
        bring within reach, since privileges of a column know no rows.
        Writing: those the role may write anywhere, by whatever role the record
        is written; where, a trigger asks.
        """
        allowed = self._seen_wherever_read if operation == "read" else self._writes
        return frozenset(
            chain.from_iterable(group.columns for group in self.groups if allowed(role, operation, group.name))
        )

    def withheld(self, role: Role, operation: Operation) -> frozenset[str]:
        """Return the columns of groups that the role may not name."""
        return frozenset(chain.from_iterable(group.columns for group in self.groups)) - self.named(role, operation)

    def _writes(self, role: Role, operation: Operation, group: str) -> bool:
        by_source = self._of(role, operation, group).values()
        return any(level > Level.none for levels in by_source for level, _ in levels.values())

    def _seen_wherever_read(self, role: Role, _: Operation, group: str) -> bool:
        return not self._withholding[group][role.name]

    @cached_property
    def _withholding(self) -> dict[str, Mapping[str, tuple[str, ...]]]:
        definition, entity = self.rights.definition, self.rights.entity
        return {group.name: withholding(definition, entity, group.name) for group in self.groups}

    def rows(self) -> Iterator[PermissionRow]:
        """Yield what ``rls.permission`` must hold of groups: their levels, where some role follows the clock."""
        if not any(role.timed for role in self.rights.roles):
            return
        for group in self.groups:
            for role in self.rights.roles:
                yield from self._rows(role, group.name)

    def _rows(self, role: Role, group: str) -> Iterator[PermissionRow]:
        for source in dict.fromkeys(self.rights.sources):
            for cell, (level, _) in self._of(role, "read", group)[source.entity.name].items():
                if level > Level.none:
                    key = cell_key(source, cell)
                    yield PermissionRow(
                        role.name, self.rights.entity.name, f"read {group}", key, level.name, explicit=False
                    )
