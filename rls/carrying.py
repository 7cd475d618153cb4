"""Children that follow a parent: the SQL that carries the parent's owner, flag, stage and pipeline along.

Policies of a child read what is carried, with the parent's own predicate, and
never look at the parent: 1.0 to 1.4 times the parent's cost, where a sub-select
costs hundreds of times more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from psycopg import sql

from rls.acting import become
from rls.definition.model import Carries, Definition, Entity
from rls.errors import InputError, Problem
from rls.names import Installation, QualifiedName, checked
from rls.resources import template
from rls.state.facts import Facts


@dataclass(frozen=True, order=True)
class Carried:
    """Columns by what they mean; None: the table has no such column."""

    owner: str | None
    open: str | None = None
    stage: str | None = None
    pipeline: str | None = None

    @property
    def columns(self) -> tuple[str | None, ...]:
        """The columns, always in the same order."""
        return (self.owner, self.open, self.stage, self.pipeline)


@dataclass(frozen=True, order=True)
class Followed:
    """A parent: the child's *reference* column holds its *key*; *has* are its columns."""

    reference: str
    table: QualifiedName
    has: Carried
    key: str = "id"


@dataclass(frozen=True)
class Child:
    """A table whose rows follow exactly one of several parents."""

    table: QualifiedName
    carries: Carried
    parents: tuple[Followed, ...]

    def pairs(self, parent: Followed) -> list[tuple[str, str | None]]:
        """Return (my column, the parent's column or None) of all that is carried."""
        both = zip(self.carries.columns, parent.has.columns, strict=True)
        return [(mine, theirs) for mine, theirs in both if mine is not None]

    def functions(self) -> list[str]:
        """Return the names of its trigger functions in schema ``rls``: its own, then one for each parent."""
        return [_name("carry", self.table), *(_name("carry", parent.table, self.table) for parent in self.parents)]


def carrying(child: Child, installation: Installation) -> Iterator[sql.Composed]:
    """Return the statements that make *child* follow its parents.

    To be run by who may create triggers on the tables and functions in schema
    ``rls``; each may be run again.
    """
    written = _written_of(child)
    yield _rights(child.table, sorted({*_read_of(child), *written}), written, installation)
    yield _of_child(child, installation)
    for parent in child.parents:
        columns = [column for _, column in child.pairs(parent) if column]
        yield _rights(parent.table, sorted({parent.key, *columns}), [parent.key], installation)
        yield _of_parent(child, parent, installation)


def child_of(definition: Definition, entity: Entity, facts: Facts) -> Child:
    """Return the child that an entity with ``carries`` is.

    :raises InputError: a parent has no key of one column.
    """
    carries = entity.carries or Carries("")
    carried = Carried(carries.owner, carries.open, carries.stage, carries.pipeline)
    followed = (_parent(definition.entity(link.entity), link.column, facts) for link in entity.parents)
    return Child(entity.table, carried, tuple(followed))


def _parent(parent: Entity, reference: str, facts: Facts) -> Followed:
    known = facts.tables.get(parent.table)
    key = parent.key or (known.key if known else ())
    if len(key) != 1:
        message = f"table {parent.table} needs a key of one column, to be referred to by {reference}"
        raise InputError([Problem("", f"entities.{parent.name}.key", message)])
    has = Carried(parent.owner.column if parent.owner else None, parent.open, parent.stage, parent.pipeline)
    return Followed(reference, parent.table, has, key[0])


def filling(child: Child) -> Iterator[sql.Composed]:
    """Return the statements that carry to the rows the child has already what its parents hold now."""
    for parent in child.parents:
        held = [(mine, sql.Identifier("parent", theirs)) for mine, theirs in child.pairs(parent) if theirs]
        yield _from_parent("templates/carry_existing.sql", child, parent, held)


def refilling(child: Child, installation: Installation) -> Iterator[tuple[QualifiedName, sql.Composed]]:
    """Return, by parent, the statements that carry again whatever is not what the parent holds."""
    for parent in child.parents:
        held = [
            (mine, sql.SQL("null") if theirs is None else sql.Identifier("parent", theirs))
            for mine, theirs in child.pairs(parent)
        ]
        statement = _from_parent(
            "templates/carry_again.sql",
            child,
            parent,
            held,
            mine=_columns([mine for mine, _ in held], "child"),
            theirs=sql.SQL(", ").join(value for _, value in held),
        )
        yield parent.table, sql.SQL(";\n").join([become(installation.rls_owner), statement, become(None)])


def _from_parent(
    path: str,
    child: Child,
    parent: Followed,
    held: Sequence[tuple[str, sql.Composable]],
    **values: sql.Composable,
) -> sql.Composed:
    """Return the statement of a template that gives a child's columns what its parent holds."""
    assignments = (sql.SQL("{} = {}").format(sql.Identifier(mine), value) for mine, value in held)
    return template(
        path,
        child=_table(child.table),
        parent=_table(parent.table),
        assignments=sql.SQL(", ").join(assignments),
        reference=parent.reference,
        key=parent.key,
        **values,
    )


def _of_child(child: Child, installation: Installation) -> sql.Composed:
    watched = [*(parent.reference for parent in child.parents), *_written_of(child)]
    return template(
        "templates/carry_child.sql",
        function=_name("carry", child.table),
        child=_table(child.table),
        nothing=sql.SQL("\n  ").join(
            sql.SQL("new.{} := null;").format(sql.Identifier(column)) for column in _written_of(child)
        ),
        branches=sql.SQL("").join(_branch(child, parent) for parent in child.parents),
        rls_owner=installation.rls_owner,
        rls_owner_name=sql.Literal(installation.rls_owner),
        old=_columns(watched, "old"),
        new=_columns(watched, "new"),
    )


def _branch(child: Child, parent: Followed) -> sql.Composed:
    pairs = child.pairs(parent)
    values = [sql.SQL("null") if theirs is None else sql.Identifier("parent", theirs) for _, theirs in pairs]
    return template(
        "templates/carry_branch.sql",
        reference=parent.reference,
        values=sql.SQL(", ").join(values),
        targets=_columns([mine for mine, _ in pairs], "new"),
        parent=_table(parent.table),
        key=parent.key,
    )


def _of_parent(child: Child, parent: Followed, installation: Installation) -> sql.Composed:
    pairs = [(mine, theirs) for mine, theirs in child.pairs(parent) if theirs]
    assignments = [
        sql.SQL("{} = {}").format(sql.Identifier(mine), sql.Identifier("new", theirs)) for mine, theirs in pairs
    ]
    return template(
        "templates/carry_parent.sql",
        function=_name("carry", parent.table, child.table),
        rls_owner=installation.rls_owner,
        trigger=checked(f"rowlock_carry_to_{child.table.name}"),
        child=_table(child.table),
        parent=_table(parent.table),
        assignments=sql.SQL(", ").join(assignments),
        reference=parent.reference,
        key=parent.key,
        old=_columns([theirs for _, theirs in pairs], "old"),
        new=_columns([theirs for _, theirs in pairs], "new"),
    )


def _rights(table: QualifiedName, read: list[str], written: list[str], installation: Installation) -> sql.Composed:
    return template(
        "templates/carry_rights.sql",
        schema=table.schema,
        table=_table(table),
        read=sql.SQL(", ").join(map(sql.Identifier, read)),
        written=sql.SQL(", ").join(map(sql.Identifier, written)),
        rls_owner=installation.rls_owner,
    )


def _read_of(child: Child) -> list[str]:
    return sorted({parent.reference for parent in child.parents})


def _written_of(child: Child) -> list[str]:
    return [column for column in child.carries.columns if column is not None]


def _name(*parts: str | QualifiedName) -> str:
    return checked("_".join(part.name if isinstance(part, QualifiedName) else part for part in parts))


def _table(name: QualifiedName) -> sql.Identifier:
    return sql.Identifier(name.schema, name.name)


def _columns(names: list[str], row: str) -> sql.Composed:
    return sql.SQL(", ").join(sql.Identifier(row, name) for name in names)
