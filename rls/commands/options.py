"""What several commands take: definitions files, ``--json``, a file for passwords."""

from __future__ import annotations

from pathlib import Path

import click

from rls.definition import Definition

PEOPLE = 20
"""How many people an effect shows, those with the greatest differences."""

definitions = click.argument("definitions", nargs=-1, type=click.Path(path_type=Path))

as_json = click.option("--json", "as_json", is_flag=True, help="Print JSON for a program, with a schema_version.")

passwords_option = click.option(
    "--passwords",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="New file (mode 0600) for generated passwords; without it the terminal shows them once.",
)


def definition_of(paths: tuple[Path, ...]) -> Definition:
    """Return the definition in the files named; without any, the one Rowlock ships."""
    from rls.definition.loading import load, standard

    return load(list(paths) or [standard()])
