"""What is allowed and probably not meant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations

from rls.definition import field_lint
from rls.definition.levels import OTHER, Cell, cells, levels
from rls.definition.model import OPERATIONS, Definition, Entity, Level, Operation, Role
from rls.names import VERBS


@dataclass(frozen=True)
class Loss:
    """One more role takes access away: whoever holds *held* and is given *added* falls from *before* to *after*."""

    held: str
    added: str
    entity: str
    operation: Operation
    cell: Cell
    before: Level
    after: Level

    def __str__(self) -> str:
        lost = f'"{self.before.name}" of role "{self.held}" becomes "{self.after.name}"'
        return f'{self.entity}.{self.operation}{_at(self.cell)}: role "{self.added}" takes access away: {lost}'


WITHIN: dict[Operation, Operation] = {"update": "read", "delete": "read", "export": "read", "import": "create"}
"""Operation → the one it goes no further than, by whatever role."""


@dataclass(frozen=True)
class Beyond:
    """A role goes further with an operation than with the one that bounds it; only another role takes it there."""

    role: str
    entity: str
    operation: Operation
    cell: Cell
    level: Level
    bound: Level

    def __str__(self) -> str:
        does = VERBS[WITHIN[self.operation]]
        further = f'reaches "{self.level.name}", but it {does} only "{self.bound.name}"'
        return f'{self.entity}.{self.operation}{_at(self.cell)}: role "{self.role}" {further}'


def lint(definition: Definition) -> tuple[str, ...]:
    """Return everything worth a warning, a line each; losses that differ only in stage or held role share one."""
    grouped: dict[tuple[str, str, Level], list[Loss]] = {}
    for loss in losses(definition):
        grouped.setdefault((f"{loss.entity}.{loss.operation}", loss.added, loss.after), []).append(loss)
    lines = [
        f'{right} at {_places(group)}: role "{added}" takes access away from {_holders(group)}, down to "{after.name}"'
        for (right, added, after), group in grouped.items()
    ]
    return (*lines, *(str(one) for one in beyond(definition)), *field_lint.beyond(definition))


def _places(group: list[Loss]) -> str:
    """Return the stages, those of one pipeline only with its name."""
    cells = dict.fromkeys(loss.cell for loss in group)
    everywhere = [cell.stage for cell in cells if cell.pipeline == OTHER]
    alone = [f"{cell.pipeline}: {cell.stage}" for cell in cells if cell.stage not in everywhere]
    return ", ".join([*everywhere, *alone])


def _holders(group: list[Loss]) -> str:
    return ", ".join(dict.fromkeys(f"{loss.held} ({loss.before.name})" for loss in group))


def losses(definition: Definition) -> tuple[Loss, ...]:
    """Return every loss that ``several_roles: explicit`` makes possible between two roles; none under ``highest``.

    A level that a role says for a stage makes the levels other roles only
    inherit there count no longer (semantics.md, "Several roles").
    """
    if definition.several_roles != "explicit":
        return ()
    return tuple(
        loss
        for entity in definition.entities
        for operation in OPERATIONS
        for loss in _losses(definition, entity, operation)
    )


def beyond(definition: Definition) -> tuple[Beyond, ...]:
    """Return where a role reaches further than what bounds it (semantics.md, "Operations")."""
    return tuple(
        further
        for entity in definition.entities
        for operation in WITHIN
        for role in _held(definition)
        for further in _beyond(role, entity, operation)
    )


def _held(definition: Definition) -> list[Role]:
    return [role for role in definition.roles if not role.abstract]


def _losses(definition: Definition, entity: Entity, operation: Operation) -> Iterator[Loss]:
    by_role = {role.name: levels(role, entity, operation) for role in _held(definition)}
    for held, added in permutations(by_role, 2):
        for cell, (level, explicit) in by_role[added].items():
            before, before_explicit = by_role[held][cell]
            if explicit and not before_explicit and level < before:
                yield Loss(held, added, entity.name, operation, cell, before, level)


def _beyond(role: Role, entity: Entity, operation: Operation) -> Iterator[Beyond]:
    bounds, reached = levels(role, entity, WITHIN[operation]), levels(role, entity, operation)
    found = {cell: (reached[cell][0], bounds[cell][0]) for cell in cells(entity) if reached[cell][0] > bounds[cell][0]}
    everywhere = Cell()
    for cell, (level, bound) in found.items():
        if cell == everywhere or found.get(everywhere) != (level, bound):
            yield Beyond(role.name, entity.name, operation, cell, level, bound)


def _at(cell: Cell) -> str:
    """Return `` at stage won of pipeline sales``, or nothing."""
    stage = f" at stage {cell.stage}" if cell.stage != OTHER else ""
    return stage + (f"{' of' if stage else ' in'} pipeline {cell.pipeline}" if cell.pipeline != OTHER else "")
