"""The bad rows of a load, written as a CSV file to mend and load again."""

from __future__ import annotations

import csv
from pathlib import Path

from rls.errors import InputError, Problem
from rls.records.loading import Loaded

REASON = "reason"
"""The column added at the end."""


def write(path: Path, loaded: Loaded) -> int:
    """Write the bad rows with their reasons to *path*; return how many.

    Rows of the wrong shape are not among them: what they mean is unknown.

    :raises InputError: the file cannot be written.
    """
    reasons: dict[int, list[str]] = {}
    rows = {}
    for row, problem in loaded.problems:
        if row is not None:
            rows[row.line] = row
            reasons.setdefault(row.line, []).append(f"{problem.path}: {problem.message}")
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, delimiter=loaded.delimiter, lineterminator="\n")
            writer.writerow((*loaded.header, REASON))
            writer.writerows((*rows[line].fields, "; ".join(reasons[line])) for line in sorted(rows))
    except OSError as error:
        raise InputError([Problem(str(path), "--rejects", f"cannot be written: {error.strerror}")]) from None
    return len(rows)
