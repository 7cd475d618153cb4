"""The command group: loads a command when it is asked for, and turns every exception into lines and an exit code.

Exit codes (docs/decisions/0001-exit-codes.md): 0 fine, 1 the command ran and
found something, 2 it could not run, 130 interrupted.
"""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import click
import psycopg

from rls.errors import ProblemsError, RowlockError
from rls.report import console

CANNOT_RUN = 2
INTERRUPTED = 130
BROKEN_PIPE = 141

Sections = Mapping[str, Mapping[str, str]]
"""Heading in the help → command → module of rls.commands it is in."""


class RowlockGroup(click.Group):
    """The top-level group.

    :param sections: which commands there are, by heading, and where they are written.
    """

    def __init__(self, *args: Any, sections: Sections, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._sections = sections
        self._modules = {name: module for section in sections.values() for name, module in section.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of the help."""
        return list(self._modules)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the module of *cmd_name* and return the command of that name in it."""
        if cmd_name not in self._modules:
            return super().get_command(ctx, cmd_name)
        module = importlib.import_module(f"rls.commands.{self._modules[cmd_name]}")
        found = (value for value in vars(module).values() if isinstance(value, click.Command))
        return next(command for command in found if command.name == cmd_name)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands under their headings."""
        for heading, names in self._sections.items():
            with formatter.section(heading):
                formatter.write_dl([(name, self._short_help(ctx, name)) for name in names])

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; whatever it raises leaves as lines and an exit code."""
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except (click.exceptions.Exit, click.UsageError):
            raise
        except BrokenPipeError:
            _forget_stdout()
            ctx.exit(BROKEN_PIPE)
        except KeyboardInterrupt:
            console.say("interrupted")
            ctx.exit(INTERRUPTED)
        except Exception as error:  # noqa: BLE001 - here every exception ends
            ctx.exit(_complain(error))

    def main(self, *args: Any, **kwargs: Any) -> Any:
        """Run the program; what fails before a command is reached leaves as a line, too."""
        try:
            return super().main(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - a module that cannot be imported, for one
            sys.exit(_complain(error))

    def _short_help(self, ctx: click.Context, name: str) -> str:
        command = self.get_command(ctx, name)
        return command.get_short_help_str(limit=100) if command else ""


def _complain(error: Exception) -> int:
    """Print what the user reads of *error*; return the exit code."""
    text, exit_code = explained(error)
    if isinstance(error, ProblemsError) and all(problem.place for problem in error.problems):
        console.say(text)  # file:line comes first, where editors look for it
    else:
        console.error(text)
    return exit_code


def explained(error: Exception) -> tuple[str, int]:
    """Return what the user reads of *error*, a line a problem, and the exit code."""
    if os.environ.get("ROWLOCK_DEBUG"):
        traceback.print_exception(error)
    if _refused_to_write(error):
        error = RowlockError("the server only reads: it is a standby, or read-only by default; name the primary")
    match error:
        case RowlockError():
            return str(error), error.exit_code
        case click.Abort():
            return "given up; nothing was done", CANNOT_RUN
        case click.ClickException():
            return error.format_message(), CANNOT_RUN
        case psycopg.Error():
            return one_line(error), CANNOT_RUN
        case _:
            text = " ".join(f"{type(error).__name__}: {error}".split())
            return f"internal error: {text}; run with ROWLOCK_DEBUG=1 for the traceback", CANNOT_RUN


def _refused_to_write(error: BaseException | None) -> bool:
    """Tell whether the server refused to write, also where a library has wrapped what it said."""
    while error is not None and not isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        error = error.__cause__
    return error is not None


def one_line(error: psycopg.Error) -> str:
    """Return what the server says in one line: message, detail, hint."""
    diagnosis = error.diag
    parts = [diagnosis.message_primary or str(error), diagnosis.message_detail, diagnosis.message_hint]
    return "; ".join(" ".join(part.split()) for part in parts if part)


def _forget_stdout() -> None:
    """Point stdout to nowhere, so that nothing is written to the closed pipe at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
