"""rowlock validate, schema, compile, matrix: what a definition says."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click
import psycopg

from rls.commands.connection import connect, url_option, with_connection
from rls.commands.options import as_json, definition_of, definitions
from rls.installed import applied_definition, installed
from rls.names import Installation
from rls.report import console

if TYPE_CHECKING:
    from rls.definition.matrix import Row


@click.command()
@definitions
def validate(definitions: tuple[Path, ...]) -> None:
    """Check a definitions file.  Needs no database.

    Every problem is one line: file:line, where in the file, what is wrong and
    what is allowed.  Warnings say what is probably not meant, notes because of
    which role others read a group of fields through its view only, and where
    who may not export reads as much as they like all the same.
    Exit 0: fine; 1: problems.

    \b
    Examples:
      rowlock validate rights.yaml
      rowlock validate rights/                every *.yaml in a directory
    """
    from rls.definition import budget_lint, field_lint
    from rls.definition.lint import lint

    definition = definition_of(definitions)
    for warning in lint(definition):
        console.warn(str(warning))
    for note in (*field_lint.notes(definition), *budget_lint.notes(definition)):
        console.say(f"note: {note}")
    roles = [role for role in definition.roles if not role.abstract]
    console.say(f"fine: {len(definition.entities)} entities, {len(roles)} roles")


@click.command()
def schema() -> None:
    """Print the JSON Schema of definitions files, so that editors complete and check them.

    \b
    Example, for the YAML language server:
      rowlock schema > rowlock.schema.json
      # yaml-language-server: $schema=rowlock.schema.json     first line of rights.yaml
    """
    from rls.definition.schema import json_schema

    console.json(json_schema())


@click.command("compile")
@definitions
@with_connection
def compile_(connection: psycopg.Connection, definitions: tuple[Path, ...]) -> None:
    """Print the SQL of a definition, whole, whatever the database holds.  Runs nothing.

    Database roles, predicate functions, row security, policies, privileges: as
    one transaction for psql.  The tables' columns are read from the database.
    The same definition and tables give the same bytes.

    \b
    Examples:
      rowlock compile rights.yaml > rights.sql
      rowlock compile                          the definition Rowlock ships
    """
    from rls.plan import compiled

    console.data(compiled(connection, definition_of(definitions)).rstrip())


@click.command("matrix")
@definitions
@click.option("--role", "roles", multiple=True, help="Only this role; may be repeated.")
@click.option("--entity", "entities", multiple=True, help="Only this entity; may be repeated.")
@click.option("--person", metavar="LOGIN", help="What the roles this person holds come to, in the database.")
@as_json
@url_option
def matrix_(
    definitions: tuple[Path, ...],
    *,
    roles: tuple[str, ...],
    entities: tuple[str, ...],
    person: str | None,
    as_json: bool,
    url: str | None,
) -> None:
    """Show who may do what, role by role: entities, groups of fields, operations.

    Says last who reads which entity whole, and so may query its view in
    schema crm_all.

    Reads definitions files (without any: the one Rowlock ships).  With
    --person it asks the database instead: the definition applied there, and
    the roles the person holds now.

    \b
    Examples:
      rowlock matrix rights.yaml --role manager
      rowlock matrix --person alice
    """
    from rls.compiler.unfiltered import unfiltered
    from rls.definition.matrix import following, matrix
    from rls.organisation.effective import effective, held_roles
    from rls.report.matrices import matrix_data, matrix_tables

    names = Installation()
    if person:
        with connect(url) as connection:
            names = installed(connection)
            definition = definition_of(definitions) if definitions else applied_definition(connection)
            held = held_roles(connection, person)
        by_role = unfiltered(definition)
        rows = effective(definition, held, person)
        readers = {person: tuple(sorted({name for role in held for name in by_role.get(role, ())}))}
    else:
        definition = definition_of(definitions)
        rows, readers = matrix(definition), unfiltered(definition)
    shown = [row for row in rows if _wanted(row, roles, entities)]
    views = {
        role: [f"{names.unfiltered}.{name}" for name in readers[role] if not entities or name in entities]
        for role in dict.fromkeys(row.role for row in shown)
    }
    if as_json:
        console.json(matrix_data(shown, views))
    else:
        console.data(*matrix_tables(shown, following(definition), views))


def _wanted(row: Row, roles: tuple[str, ...], entities: tuple[str, ...]) -> bool:
    return (not roles or row.role in roles) and (not entities or row.entity in entities)
