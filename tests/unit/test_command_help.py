"""The help teaches: every command announced is there, and says what it and its options do."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click
import pytest

from cli import SECTIONS, main


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Return the context of a command and of all below it, in the order of the help."""
    ctx = click.Context(command, info_name=name, parent=parent, **command.context_settings)
    yield ctx
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            found = command.get_command(ctx, below)
            assert found is not None
            yield from commands(found, below, ctx)


CONTEXTS = list(commands(main, "rowlock"))


def test_every_command_announced_is_there() -> None:
    """The list in cli.py promises nothing that is not written."""
    announced = [name for section in SECTIONS.values() for name in section]

    assert main.list_commands(CONTEXTS[0]) == announced


@pytest.mark.parametrize("ctx", CONTEXTS, ids=lambda ctx: ctx.command_path)
def test_a_command_says_what_it_does(ctx: click.Context) -> None:
    """Its help begins with a sentence, and every option has one."""
    silent = [
        parameter.name
        for parameter in ctx.command.params
        if isinstance(parameter, click.Option) and not (parameter.help or "").endswith((".", ")"))
    ]

    assert re.match(r"[A-Z].*[.:]", ctx.command.help or "", re.DOTALL)
    assert silent == []
