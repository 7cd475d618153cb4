"""The entry point: ``rowlock``, ``python -m rls``."""

from __future__ import annotations

import importlib
import sys
from typing import Any

INTERRUPTED = 130


def main() -> None:
    """Run the command line; never returns."""
    try:
        _group()(prog_name="rowlock")
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


def _group() -> Any:
    """Return the click group: ``rls.cli`` of a wheel, ``cli`` of a checkout."""
    try:
        return importlib.import_module("rls.cli").main
    except ModuleNotFoundError as error:
        if error.name != "rls.cli":
            raise
    return importlib.import_module("cli").main


if __name__ == "__main__":
    main()
