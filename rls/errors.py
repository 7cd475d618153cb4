"""Every error Rowlock raises on purpose.  This module imports nothing of ours.

::

    RowlockError                 the command could not run          exit code 2
    ├── DefinitionError          the definitions file is wrong      exit code 1
    │   └── MissingDefinitionError   there is none to be read       exit code 2
    ├── PlanError                a plan cannot be made or applied   exit code 2
    │   └── StalePlanError           the database has moved on          exit code 2
    └── InputError               data or an option is wrong         exit code 2
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, and where.

    ``place`` is ``file:line`` (or ``file:line:column``), ``path`` the dotted
    path inside the file, ``message`` what is wrong and what to do.
    """

    place: str
    path: str
    message: str

    def __str__(self) -> str:
        where = " ".join(part for part in (self.place, self.path) if part)
        return f"{where}: {self.message}" if where else self.message


def _reading_order(problem: Problem) -> tuple[list[str | int], str, str]:
    """Return what sorts problems as one reads files: line 9 before line 10."""
    parts = re.split(r"(\d+)", problem.place)
    return [int(part) if index % 2 else part for index, part in enumerate(parts)], problem.path, problem.message


class RowlockError(Exception):
    """The command could not do what it was asked; the message says why and what to do."""

    exit_code = 2


class ProblemsError(RowlockError):
    """Several problems at once; prints one line each."""

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = sorted(set(problems), key=_reading_order)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class DefinitionError(ProblemsError):
    """The definitions file is invalid."""

    exit_code = 1


class MissingDefinitionError(DefinitionError):
    """There is no definitions file to find problems in."""

    exit_code = 2


class PlanError(ProblemsError):
    """The definition does not fit the database, or the plan cannot be applied."""


class StalePlanError(PlanError):
    """The database has changed since the plan was made."""


class InputError(ProblemsError):
    """Data handed to a command (a CSV file, a name, an option) is wrong."""
