"""docs/errors.md: tables of message, cause and remedy."""

from __future__ import annotations

import re

from tests.docs.commands import DOCS
from tests.docs.messages import templates

ERRORS = DOCS / "errors.md"

CELL = re.compile(r"(?<!\\)\|")

CODE = re.compile(r"^(`+) ?(.*?) ?\1$")


def row(message: str, cause: str, remedy: str) -> str:
    """Return a row of the table; a message with backticks stands between two of them."""
    ticks = "``" if "`" in message else "`"
    space = " " if ticks == "``" else ""
    text = message.replace("|", r"\|")
    return f"| {ticks}{space}{text}{space}{ticks} | {cause} | {remedy} |"


def documented() -> dict[str, tuple[str, str]]:
    """Return message → cause and remedy."""
    found = {}
    for line in ERRORS.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in CELL.split(line)[1:-1]]
        code = CODE.match(cells[0]) if len(cells) == 3 else None
        if code:
            found[code[2].replace(r"\|", "|")] = (cells[1], cells[2])
    return found


def missing() -> dict[str, str]:
    """Return the messages the page lacks → where they are written."""
    known = documented()
    return {message: source for message, source in templates().items() if message not in known}


def stale() -> set[str]:
    """Return the messages of the page that nothing raises."""
    return set(documented()) - set(templates())
