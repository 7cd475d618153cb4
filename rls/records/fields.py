"""Options of load → fields: which column of the table comes from where, and how it is read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from rls.definition.wording import unknown
from rls.errors import InputError, Problem
from rls.organisation.mapping import Source, column_source, constant_source, pairs, parse_source
from rls.organisation.rows import Table
from rls.records.table import Column, Target
from rls.records.values import DateOrder


@dataclass(frozen=True)
class Options:
    """How to load; the texts are as the command line has them.

    ``key`` names a column: rows whose value there is in the table already are
    left out, or with ``update`` overwrite the record.  ``person`` is the login
    whose rights bind the load.
    """

    maps: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    translations: tuple[str, ...] = ()
    dates: DateOrder = "YMD"
    key: str | None = None
    update: bool = False
    person: str | None = None
    keep_good: bool = False
    delimiter: str = ","
    encoding: str = "utf-8"


@dataclass(frozen=True)
class Field:
    """One column to fill.

    ``names``: the columns of the referenced table in which the text is looked
    up; ``words``: the values allowed, which are found in any capitals.
    """

    column: Column
    source: Source
    names: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    translations: Mapping[str, str] = field(default_factory=dict)

    @property
    def file_column(self) -> str | None:
        """The column of the file it comes from, the first of several; None: from none."""
        return next(iter(self.source.columns), None)


def fields(target: Target, table: Table, options: Options) -> tuple[Field, ...]:
    """Return the fields the options and the file's header ask for.

    :raises InputError: everything wrong with the options, at once.
    """
    problems: list[Problem] = []
    known_by = options.key if options.update else None
    found = {column.name: column for column in target.columns if _loadable(target, column) or column.name == known_by}
    result = {name: Field(column, column_source(name)) for name, column in found.items() if name in table.header}
    for option, text in _given(options):
        for name, right in pairs([text], option, problems):
            made = _field(target, found, option, name, right, problems)
            if made is not None:
                problems += [
                    problem for column in made.source.columns if (problem := table.require(column, f"{option} {text}"))
                ]
                result[made.column.name] = made
    for column, wrong, right in _translations(options, problems):
        _translate(result, column, wrong, right, problems)
    problems += () if options.update else _unfilled(target, result)
    problems += _key(result, options)
    if problems:
        raise InputError(problems)
    return tuple(_finish(target, made) for made in result.values())


def unused(table: Table, made: Iterable[Field]) -> list[str]:
    """Return the columns of the file that fill nothing."""
    used = {column for one in made for column in one.source.columns}
    return [name for name in table.header if name and name not in used]


def _given(options: Options) -> Iterator[tuple[str, str]]:
    yield from (("--map", text) for text in options.maps)
    yield from (("--set", text) for text in options.sets)


def _loadable(target: Target, column: Column) -> bool:
    return not column.is_made_by_server and column.name not in target.carried


def _field(
    target: Target, found: Mapping[str, Column], option: str, name: str, right: str, problems: list[Problem]
) -> Field | None:
    """Return the field of ``NAME=RIGHT`` or ``NAME.COLUMN=RIGHT``, or None after noting why not."""
    name, dot, via = name.partition(".")
    column = found.get(name)
    if column is None:
        problems.append(Problem(f"{option} {name}", "", _refusal(target, name, list(found))))
        return None
    if dot and column.reference is None:
        problems.append(Problem(f"{option} {name}.{via}", "", f"{name} refers to no other table: leave out .{via}"))
        return None
    if dot and column.reference is not None and via not in column.reference.columns:
        message = f"in {column.reference.table}: {unknown('column', via, column.reference.columns)}"
        problems.append(Problem(f"{option} {name}.{via}", "", message))
        return None
    try:
        source = parse_source(right) if option == "--map" else constant_source(right)
    except ValueError as error:
        problems.append(Problem(f"{option} {name}={right}", "", str(error)))
        return None
    return Field(column, source, names=(via,) if via else ())


def _refusal(target: Target, name: str, loadable: list[str]) -> str:
    if name in target.carried:
        return "triggers keep this column equal to the parent's: leave it out"
    column = target.column(name)
    if column is not None and column.is_made_by_server:
        return "the server makes this value; keep the old one in another column"
    return unknown("column", name, loadable)


def _translations(options: Options, problems: list[Problem]) -> Iterator[tuple[str, str, str]]:
    for left, right in pairs(options.translations, "--translate", problems):
        column, colon, wrong = left.partition(":")
        if colon and column.strip() and wrong.strip():
            yield column.strip(), wrong.strip(), right
        else:
            problems.append(Problem(f"--translate {left}", "", "write --translate COLUMN:FROM=TO"))


def _translate(result: dict[str, Field], column: str, wrong: str, right: str, problems: list[Problem]) -> None:
    """Add one translation to the fields that *column*, of the table or of the file, fills."""
    names = [name for name in result if name == column] or [
        name for name, made in result.items() if column in made.source.columns
    ]
    if not names:
        known = sorted({*result, *(source for made in result.values() for source in made.source.columns)})
        problems.append(Problem(f"--translate {column}:{wrong}", "", unknown("column", column, known)))
    for name in names:
        result[name] = replace(result[name], translations={**result[name].translations, wrong: right})


def _unfilled(target: Target, result: Mapping[str, Field]) -> Iterator[Problem]:
    for column in target.columns:
        needed = column.required and not column.has_default and _loadable(target, column)
        if needed and column.name not in result:
            message = f"nothing fills {column.name}, which must not be empty: --map {column.name}=COLUMN"
            yield Problem(str(target.entity.table), "", message)


def _key(result: Mapping[str, Field], options: Options) -> Iterator[Problem]:
    if options.update and options.key is None:
        yield Problem("--update", "", "say by which column records are known: --key COLUMN")
    elif options.update and result.keys() <= {options.key}:
        yield Problem("--update", "", f"nothing to change: the file has {options.key} alone")
    if options.key is not None and options.key not in result:
        yield Problem(f"--key {options.key}", "", unknown("column", options.key, list(result)))
    elif options.key is not None and result[options.key].column.reference is not None:
        yield Problem(f"--key {options.key}", "", "refers to another table: choose what the record itself is called")


def _finish(target: Target, made: Field) -> Field:
    """Return the field with the names to look up and the words allowed that the entity implies."""
    entity, reference = target.entity, made.column.reference
    words: tuple[str, ...] = ()
    if made.column.name == entity.pipeline:
        words = tuple(pipeline.name for pipeline in entity.pipelines)
    elif made.column.name == entity.stage:
        declared = entity.stages + tuple(stage for pipeline in entity.pipelines for stage in pipeline.stages)
        words = tuple(dict.fromkeys(declared))
    return replace(made, names=made.names or (reference.names if reference else ()), words=words)
