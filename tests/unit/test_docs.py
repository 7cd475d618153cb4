"""The documentation is the program's own words: every command, every option, every file it links to."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from cli import SECTIONS, main

ROOT = Path(__file__).parent.parent.parent

REFERENCE = ROOT / "docs" / "reference" / "commands.md"

WIDTH = 88


def commands(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[click.Context]:
    """Return the context of a command and of all below it, in the order of the help."""
    ctx = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    ctx.help_option_names = ["-h", "--help"]
    yield ctx
    if isinstance(command, click.Group):
        for below in command.list_commands(ctx):
            found = command.get_command(ctx, below)
            assert found is not None
            yield from commands(found, below, ctx)


CONTEXTS = list(commands(main, "rowlock"))

every_command = pytest.mark.parametrize("ctx", CONTEXTS, ids=lambda ctx: ctx.command_path)


def test_every_command_announced_is_there() -> None:
    """The list in cli.py promises nothing that is not written."""
    announced = [name for section in SECTIONS.values() for name in section]

    assert main.list_commands(CONTEXTS[0]) == announced


@every_command
def test_a_command_says_what_it_does(ctx: click.Context) -> None:
    """Its help begins with a sentence, and every option has one."""
    silent = [
        parameter.name
        for parameter in ctx.command.params
        if isinstance(parameter, click.Option) and not (parameter.help or "").endswith((".", ")"))
    ]

    assert re.match(r"[A-Z].*[.:]", ctx.command.help or "", re.DOTALL)
    assert silent == []


def test_the_reference_has_every_command(golden: Callable[[Path, str], None]) -> None:
    """As --help prints it."""
    parts = ["# Commands\n\nWhat `--help` prints.  `./dev test --regenerate` writes this file.\n"]
    parts += [f"\n## {ctx.command_path}\n\n```text\n{ctx.get_help()}\n```\n" for ctx in CONTEXTS]

    golden(REFERENCE, "".join(parts))


@pytest.mark.parametrize("page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda p: p.name)
def test_links_lead_somewhere(page: Path) -> None:
    """Links to files of the repository."""
    targets = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))

    assert [target for target in targets if not (page.parent / target).exists()] == []
