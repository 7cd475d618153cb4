"""The command line as it is: every command, and the page that describes all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from cli import SECTIONS, main

DOCS = Path(__file__).parent.parent.parent / "docs"

REFERENCE = DOCS / "reference.md"

WIDTH = 100

INTRODUCTION = """\
# Commands

Written by `python -m tests.docs.write` from the commands' own `--help`. Every error: [errors.md](errors.md).

## What all of them share

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | it ran and found something: drift, an invalid definition, refused rows, a plan that is not empty (`--check`) |
| 2 | it could not run |
| 130 | interrupted |

Data go to stdout, everything else to stderr. What `--json` prints has a `schema_version`.

Where the database is, the first of these that says it:

1. `--url`, or `ROWLOCK_URL`: `postgresql://user@host:port/database`;
2. libpq's variables: `PGHOST`, `PGHOSTADDR`, `PGPORT`, `PGSERVICE`, `PGSERVICEFILE`, `PGDATABASE`, `PGUSER`;
3. the embedded server, where it runs.

The password belongs in `PGPASSWORD` or `~/.pgpass`, never on a command line.

| variable | what |
|---|---|
| `ROWLOCK_URL` | the database, as for `--url` |
| `ROWLOCK_SERVER_DIRECTORY` | where the embedded server keeps its data |
| `ROWLOCK_PG_BIN` | a directory with PostgreSQL's programs, for the embedded server |
| `ROWLOCK_DEBUG` | set to anything: errors come with a traceback |
"""


def commands() -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    """Yield path, command and context of the program itself and of every command, in the order of the help."""
    yield from _below((), main, _context(main, None, "rowlock"))


def _below(
    path: tuple[str, ...], command: click.Command, context: click.Context
) -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    yield path, command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None, f"{name} is listed, so it is there"
            yield from _below((*path, name), found, _context(found, context, name))


def _context(command: click.Command, parent: click.Context | None, name: str) -> click.Context:
    helps = main.context_settings["help_option_names"]
    return click.Context(
        command, parent, info_name=name, terminal_width=WIDTH, max_content_width=WIDTH, help_option_names=helps
    )


def reference() -> str:
    """Return docs/reference.md."""
    parts = [INTRODUCTION]
    for path, command, context in commands():
        title = " ".join(("rowlock", *path))
        text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## {title}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def sections() -> dict[str, list[str]]:
    """Return heading → commands, as the help shows them."""
    return {heading: list(names) for heading, names in SECTIONS.items()}
