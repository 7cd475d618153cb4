"""The one place that writes to the terminal: data to stdout, talk to stderr.

Colour only decorates, signs and words carry the meaning.  It is off where the
stream is no terminal or ``NO_COLOR`` is set (https://no-color.org), and on
everywhere with ``FORCE_COLOR``.
"""

from __future__ import annotations

import json as json_module
from typing import Literal

from rich.console import Console, RenderableType
from rich.text import Text

UNLIMITED = 10_000
"""The width of what is no terminal: a program that reads us wants whole lines."""


class _Console(Console):
    """rich's console; a reader who went away is the caller's to handle, exit codes are."""

    def on_broken_pipe(self) -> None:
        """Raise what rich caught."""
        raise BrokenPipeError


def stdout() -> Console:
    """Return the console of data, for instance for a table."""
    return _console(stderr=False)


def stderr() -> Console:
    """Return the console of talk, for instance for a progress bar."""
    return _console(stderr=True)


def data(*parts: RenderableType) -> None:
    """Write data to stdout: text as it is, anything else (a table) drawn by rich."""
    for part in parts:
        stdout().print(part, markup=False, highlight=False, soft_wrap=isinstance(part, str | Text), crop=False)


def json(value: object) -> None:
    """Write *value* to stdout as JSON; what JSON has no type for becomes its text."""
    data(json_module.dumps(value, indent=2, ensure_ascii=False, default=str))


def say(text: str | Text, *, style: str = "") -> None:
    """Write one remark to stderr."""
    stderr().print(text, style=style, markup=False, highlight=False, soft_wrap=True)


def warn(text: str) -> None:
    """Write one warning to stderr."""
    _complain("Warning", text, "yellow")


def error(text: str) -> None:
    """Write an error to stderr, one line each."""
    for line in text.splitlines() or [""]:
        _complain("Error", line, "red")


def _complain(word: Literal["Warning", "Error"], text: str, colour: str) -> None:
    say(Text.assemble((f"{word}: ", f"bold {colour}"), text))


def _console(*, stderr: bool) -> Console:
    console = _Console(stderr=stderr, emoji=False)
    return console if console.is_terminal else _Console(stderr=stderr, emoji=False, width=UNLIMITED)
