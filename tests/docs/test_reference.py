"""docs/reference.md shows every command, as it is."""

from __future__ import annotations

import click
import pytest

from tests.docs.commands import REFERENCE, commands, reference, sections

COMMANDS = {" ".join(("rowlock", *path)): command for path, command, _ in commands()}


def test_the_page_is_current() -> None:
    """It is written, never edited."""
    written = REFERENCE.read_text(encoding="utf-8")

    assert written == reference(), "run: python -m tests.docs.write"


def test_every_command_of_the_help_is_there() -> None:
    """A command is listed under one heading and written."""
    listed = [name for names in sections().values() for name in names]

    assert [name for name in listed if f"rowlock {name}" not in COMMANDS] == []
    assert len(listed) == len(set(listed))


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_explains_itself(name: str) -> None:
    """Its help says what it does, and every option what it is for."""
    command = COMMANDS[name]
    options = [one for one in command.params if isinstance(one, click.Option)]

    assert command.help, f"{name} has no help"
    assert [one.name for one in options if not one.help] == []
