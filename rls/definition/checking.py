"""Rules that need the whole definition: all files read, all names known.

The rules about entities are in :mod:`rls.definition.entity_rules`, those about
roles and assignments in :mod:`rls.definition.role_rules`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

from rls.definition import model, resolving, schema
from rls.definition.validating import Document
from rls.definition.wording import Path, shown
from rls.errors import Problem

Thing = TypeVar("Thing", schema.Entity, schema.Role, schema.Assignment)


@dataclass(frozen=True)
class Declared(Generic[Thing]):
    """An entity, role or assignment, and where it is declared."""

    document: Document
    path: Path
    raw: Thing

    @property
    def name(self) -> str:
        """The name it is declared by."""
        return str(self.path[-1])

    @property
    def line(self) -> str:
        """``file:line``."""
        return self.document.problem(self.path, "").place

    def problem(self, below: Path, message: str) -> Problem:
        """Return a problem at *below* the declaration."""
        return self.document.problem((*self.path, *below), message)


@dataclass(frozen=True)
class Source:
    """All files of a definition."""

    documents: Sequence[Document]

    @cached_property
    def declared_entities(self) -> dict[str, Declared[schema.Entity]]:
        """Name → the first declaration."""
        return {declared.name: declared for declared in reversed(list(self.all_entities()))}

    @cached_property
    def declared_roles(self) -> dict[str, Declared[schema.Role]]:
        """Name → the first declaration."""
        return {declared.name: declared for declared in reversed(list(self.all_roles()))}

    @cached_property
    def entities(self) -> dict[str, model.Entity]:
        """Name → the resolved entity, of every entity nothing is wrong with by itself."""
        return {
            name: resolving.entity(name, declared.raw)
            for name, declared in self.declared_entities.items()
            if not declared.document.damaged(declared.path)
        }

    def names(self, part: str) -> list[str]:
        """Return every name under ``entities`` or ``roles`` of any file, the wrong ones too."""
        return sorted({name for document in self.documents for name in document.names(part)})

    def all_entities(self) -> Iterator[Declared[schema.Entity]]:
        """Yield every entity of every file."""
        for document in self.documents:
            for name, raw in (document.file.entities or {}).items():
                yield Declared(document, ("entities", name), raw)

    def all_roles(self) -> Iterator[Declared[schema.Role]]:
        """Yield every role of every file."""
        for document in self.documents:
            for name, raw in (document.file.roles or {}).items():
                yield Declared(document, ("roles", name), raw)

    def all_assignments(self) -> Iterator[Declared[schema.Assignment]]:
        """Yield every assignment of every file that nothing is wrong with by itself."""
        for document in self.documents:
            for index, raw in enumerate(document.file.assignments or ()):
                declared = Declared(document, ("assignments", index), raw)
                if not document.damaged(declared.path):
                    yield declared


def repeated(
    things: Iterator[Declared[Thing]], key: Callable[[Declared[Thing]], object]
) -> Iterator[tuple[Declared[Thing], Declared[Thing]]]:
    """Yield each thing whose *key* was there before, with the first that had it."""
    first: dict[object, Declared[Thing]] = {}
    for thing in things:
        before = first.setdefault(key(thing), thing)
        if before is not thing:
            yield thing, before


def files(source: Source) -> Iterator[Problem]:
    """Yield what more than one file says, and what none does."""
    if source.documents and not source.names("entities"):
        yield source.documents[0].problem((), "no entity is declared: say under entities which tables there are")
    for entity, before in repeated(source.all_entities(), lambda one: one.path):
        yield entity.problem((), f"entity {shown(entity.name)} is already declared at {before.line}: remove one")
    for role, earlier in repeated(source.all_roles(), lambda one: one.path):
        yield role.problem((), f"role {shown(role.name)} is already declared at {earlier.line}: remove one")
    said = [document for document in source.documents if document.file.several_roles is not None]
    for document in said[1:]:
        first = said[0].problem(("several_roles",), "").place
        yield document.problem(("several_roles",), f"already said at {first}: remove one")
