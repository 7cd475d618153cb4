"""Whatever a command raises leaves as lines on stderr and an exit code, never as a traceback."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import click
import psycopg
import pytest
from click.testing import CliRunner, Result

from cli import main
from rls.commands.group import RowlockGroup
from rls.errors import DefinitionError, Problem, RowlockError


def run(function: Callable[[], object], **environment: str) -> Result:
    """Run a command that does nothing but *function*."""
    group = RowlockGroup(sections={})
    group.add_command(click.Command("it", callback=function))
    return CliRunner(env=environment).invoke(group, ["it"])


def raising(error: BaseException) -> Callable[[], None]:
    """Return a function that raises *error*."""

    def function() -> None:
        raise error

    return function


def test_several_problems_are_a_line_each() -> None:
    """All at once, each with its place; an invalid definition is something found: 1."""
    problems = [Problem("a.yaml:2", "roles.x", "second"), Problem("a.yaml:1", "", "first")]

    result = run(raising(DefinitionError(problems)))

    assert result.stderr == "a.yaml:1: first\na.yaml:2 roles.x: second\n"
    assert result.stdout == ""
    assert result.exit_code == 1


def test_an_error_of_ours_is_one_line() -> None:
    """2 says that it could not run."""
    result = run(raising(RowlockError("no server; start one")))

    assert (result.stderr, result.exit_code) == ("Error: no server; start one\n", 2)


def test_an_error_of_the_server_is_one_line() -> None:
    """Line breaks of the message go."""
    result = run(raising(psycopg.errors.InsufficientPrivilege("permission denied\nfor table x")))

    assert (result.stderr, result.exit_code) == ("Error: permission denied for table x\n", 2)


def test_a_mistake_of_ours_is_one_line_too() -> None:
    """The traceback is for those who ask."""
    result = run(raising(KeyError("owner")))

    assert result.stderr == "Error: internal error: KeyError: 'owner'; run with ROWLOCK_DEBUG=1 for the traceback\n"
    assert result.exit_code == 2


def test_the_traceback_is_shown_to_those_who_ask() -> None:
    """ROWLOCK_DEBUG=1 comes before the line, whatever the error."""
    result = run(raising(RowlockError("no server")), ROWLOCK_DEBUG="1")

    assert result.stderr.startswith("Traceback (most recent call last):")
    assert result.stderr.endswith("Error: no server\n")


@pytest.mark.parametrize(
    "error, text, exit_code",
    [
        (KeyboardInterrupt(), "interrupted\n", 130),
        (click.Abort(), "Error: given up; nothing was done\n", 2),
        (click.ClickException("no"), "Error: no\n", 2),
        (click.exceptions.Exit(1), "", 1),
    ],
)
def test_other_ways_to_end(error: BaseException, text: str, exit_code: int) -> None:
    """Exit code 1 is only for what a command found."""
    result = run(raising(error))

    assert (result.stderr, result.exit_code) == (text, exit_code)


def test_a_command_nobody_knows() -> None:
    """It is 2, too."""
    result = CliRunner().invoke(main, ["aply"])

    assert "No such command 'aply'" in result.stderr
    assert result.exit_code == 2


@pytest.mark.parametrize("arguments", [["-h"], ["--help"], ["server", "-h"]])
def test_help_has_two_names(arguments: list[str]) -> None:
    """On every command."""
    result = CliRunner().invoke(main, arguments)

    assert result.stdout.startswith("Usage: ")
    assert result.exit_code == 0


def test_a_reader_who_goes_away_is_no_error() -> None:
    """`rowlock schema | head -1` says nothing on stderr, and exits like any program that a closed pipe ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "rls", "schema"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        assert process.stderr.read() == ""

    assert process.returncode == 141
