"""The file that generated passwords are written to, once."""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from pathlib import Path

from rls.errors import InputError, Problem


def write(path: Path, passwords: Mapping[str, str]) -> None:
    """Write ``login,password`` lines to a new file that only its owner may read.

    :raises InputError: the file exists, or cannot be made.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        message = "exists: passwords are written to a new file only, name another"
        raise InputError([Problem(str(path), "--passwords", message)]) from None
    except OSError as error:
        raise InputError([Problem(str(path), "--passwords", f"cannot be made: {error.strerror}")]) from None
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("login", "password"))
        writer.writerows(sorted(passwords.items()))
        file.flush()
        os.fsync(file.fileno())
