"""Files → Definition.  The only module of this package that reads anything."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from rls.definition import entity_rules, located, resolving, role_rules
from rls.definition.checking import Source, files
from rls.definition.located import Located
from rls.definition.model import Assignment, Definition
from rls.definition.validating import Document, validate
from rls.errors import DefinitionError, MissingDefinitionError, Problem
from rls.names import Installation

SUFFIXES = (".yaml", ".yml")


def standard() -> Path:
    """Return the directory of the definition that ships with Rowlock."""
    return Path(__file__).parent / "standard"


def load(paths: Sequence[Path], prefix: str = Installation.prefix) -> Definition:
    """Return the definition in *paths*: files, or directories whose ``*.yaml`` are read in order of name.

    *prefix* begins the name of every database role, and so limits how long a
    role's name may be.

    :raises DefinitionError: with every problem of every file, one line each.
    :raises MissingDefinitionError: the same, where a file cannot be read at all.
    """
    problems = [] if paths else [Problem("", "", "no definitions file: name a file, or a directory of *.yaml files")]
    documents = [validate(_read(path)) for path in _files(paths, problems)]
    return _checked(documents, problems, prefix)


def loads(text: str, name: str, prefix: str = Installation.prefix) -> Definition:
    """Return the definition in *text*, as that of a file called *name*; an empty text says nothing.

    :raises DefinitionError: with every problem, one line each.
    """
    return _checked([validate(located.read(text, name))], [], prefix) if text else Definition()


def _checked(documents: list[Document], problems: list[Problem], prefix: str) -> Definition:
    complete = not problems and all(document.usable for document in documents)
    for document in documents:
        problems += document.located.problems
    source = Source(documents)
    if complete:
        problems += files(source)
        problems += entity_rules.check(source)
        problems += role_rules.check(source, prefix)
    if any(not _has_line(problem) for problem in problems):
        raise MissingDefinitionError(problems)
    if problems:
        raise DefinitionError(problems)
    return _definition(source)


def _files(paths: Sequence[Path], problems: list[Problem]) -> Iterator[Path]:
    """Yield each file once."""
    seen: set[str] = set()
    for path in paths:
        for file in _in_directory(path, problems) if path.is_dir() else [path]:
            real = os.path.realpath(file)
            if real not in seen:
                seen.add(real)
                yield file


def _in_directory(path: Path, problems: list[Problem]) -> list[Path]:
    """Return the YAML files in a directory; a link to nothing is one, so that it is reported."""
    try:
        files = [file for file in sorted(path.iterdir()) if file.suffix in SUFFIXES and not file.name.startswith(".")]
    except OSError as error:
        problems.append(Problem(str(path), "", f"cannot be read: {error.strerror}"))
        return []
    files = [file for file in files if not file.is_dir()]
    if not files:
        problems.append(Problem(str(path), "", "no *.yaml file in this directory"))
    return files


def _read(path: Path) -> Located:
    """Return the data of one file, or the reason why there is none."""
    try:
        content = path.read_bytes()
    except OSError as error:
        return _unreadable(path, str(path), f"cannot be read: {error.strerror}")
    try:
        return located.read(content.decode("utf-8-sig"), str(path))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return _unreadable(path, f"{path}:{line}", "not UTF-8: save the file as UTF-8")


def _unreadable(path: Path, place: str, message: str) -> Located:
    return Located(str(path), problems=[Problem(place, "", message)], readable=False)


def _definition(source: Source) -> Definition:
    """Return what a source without problems says."""
    roles = {name: declared.raw for name, declared in source.declared_roles.items()}
    rules = [document.file.several_roles for document in source.documents]
    assignments = [
        Assignment(assignment.raw.role, *resolving.principal(assignment.raw.to))
        for assignment in source.all_assignments()
    ]
    return Definition(
        several_roles=next((rule for rule in rules if rule), "highest"),
        entities=tuple(source.entities[name] for name in sorted(source.entities)),
        roles=tuple(sorted(resolving.roles(roles, source.entities), key=lambda role: role.name)),
        assignments=tuple(sorted(assignments)),
    )


def _has_line(problem: Problem) -> bool:
    return problem.place.rpartition(":")[2].isdecimal()
