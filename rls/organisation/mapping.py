"""``--map TARGET=SOURCE`` and ``--set TARGET=VALUE``: from a file's columns to ours.

A source is a column (``name=sales_agent``) or a text with columns in braces
(``department=Company/{regional_office}/{manager}``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter

from rls.definition.wording import unknown
from rls.errors import InputError, Problem
from rls.organisation.rows import Row, Table


@dataclass(frozen=True)
class Source:
    """Where a target's value comes from: literal texts, each with the column that follows it."""

    parts: tuple[tuple[str, str | None], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The file's columns it reads."""
        return tuple(column for _, column in self.parts if column is not None)

    def value(self, row: Row) -> str:
        """Return the value for *row*; empty as soon as one of its columns is."""
        pieces = []
        for literal, column in self.parts:
            pieces.append(literal)
            if column is not None:
                value = row.value(column)
                if not value:
                    return ""
                pieces.append(value)
        return "".join(pieces).strip()

    def place(self, row: Row) -> str:
        """Return where in *row* its first column stands."""
        return row.place(next(iter(self.columns), None))


def column_source(column: str) -> Source:
    """Return the source that copies *column*."""
    return Source((("", column),))


def constant_source(value: str) -> Source:
    """Return the source that is always *value*."""
    return Source(((value, None),))


def parse_source(text: str) -> Source:
    """Return the source written *text*; raises ValueError when its braces are wrong."""
    if "{" not in text and "}" not in text:
        return column_source(text.strip())
    parts = []
    for literal, column, form, conversion in Formatter().parse(text):
        if column is not None and (not column.strip() or form or conversion):
            raise ValueError("put a column name between braces, as in Company/{office}")
        parts.append((literal, column.strip() if column is not None else None))
    return Source(tuple(parts))


def pairs(options: Iterable[str], option: str, problems: list[Problem]) -> Iterator[tuple[str, str]]:
    """Yield (left, right) of each ``left=right``; others become problems."""
    for text in options:
        left, equals, right = text.partition("=")
        if equals and left.strip() and right.strip():
            yield left.strip(), right.strip()
        else:
            problems.append(
                Problem(f"{option} {text}", "", f"write {option} TARGET=…, for example {option} name=agent")
            )


def parse_options(maps: Iterable[str], sets: Iterable[str]) -> dict[str, Source]:
    """Return target → source of ``--map`` and ``--set`` options.

    :raises InputError: an option is not TARGET=SOURCE, or a target is given twice.
    """
    problems: list[Problem] = []
    sources: dict[str, Source] = {}
    for option, texts in (("--map", maps), ("--set", sets)):
        for target, text in pairs(texts, option, problems):
            if target in sources:
                problems.append(Problem(f"{option} {target}", "", "given twice: keep one"))
            try:
                sources[target] = parse_source(text) if option == "--map" else constant_source(text)
            except ValueError as error:
                problems.append(Problem(f"{option} {target}={text}", "", str(error)))
    if problems:
        raise InputError(problems)
    return sources


def fit(table: Table, sources: Mapping[str, Source], targets: Iterable[str]) -> dict[str, Source]:
    """Return the sources of *table*: the given ones, and each target the header names itself.

    :raises InputError: a target that does not exist, a column the header lacks.
    """
    allowed = list(targets)
    problems = [
        Problem(f"--map {target}", "", unknown("target", target, allowed))
        for target in sources
        if target not in allowed
    ]
    problems += [
        problem
        for target, source in sources.items()
        for column in source.columns
        if (problem := table.require(column, f"--map {target}"))
    ]
    if problems:
        raise InputError(problems)
    return {name: column_source(name) for name in allowed if name in table.header} | dict(sources)
