"""The statements of findings as one script, and the running of those that are safe to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, LiteralString, cast

from psycopg import Connection, errors

from rls.doctor.check import Diagnosis
from rls.drift import Finding
from rls.errors import RowlockError


def safe(diagnosis: Diagnosis) -> list[Finding]:
    """Return the findings whose statements take something back, at once and in a transaction; each statement once."""
    found = (each for each in diagnosis.findings if not diagnosis.is_by_hand(each))
    return list({each.statement: each for each in found}.values())


def by_hand(diagnosis: Diagnosis) -> list[Finding]:
    """Return the others: what moves or drops something, waits for others, or is no SQL."""
    found = (each for each in diagnosis.findings if diagnosis.is_by_hand(each))
    return list({each.statement: each for each in found}.values())


def script(diagnosis: Diagnosis) -> str:
    """Return one script for psql: the safe statements in a transaction, the others as comments."""
    lines: list[str] = []
    if found := safe(diagnosis):
        lines += ["begin;", *_block(found), "", "commit;"]
    if found := by_hand(diagnosis):
        lines += ["", "-- Look before you run these: they move or drop something, wait for others, or are no SQL."]
        lines += [_comment(line) for text in _block(found) for line in text.splitlines() or [""]]
    return "\n".join(lines).strip()


def _block(findings: Iterable[Finding]) -> Iterator[str]:
    for each in findings:
        yield ""
        yield f"-- {each.kind}: {_flat(each.object)} {_flat(each.what)}"
        yield each.statement if each.statement.startswith("--") else f"{each.statement};"


def _comment(line: str) -> str:
    """Return *line* as a comment: a name with a new line in it must not end one."""
    return line if line.startswith("--") or not line else f"-- {line}"


def _flat(text: str) -> str:
    """Return *text* on one line, so that a name cannot end the comment it stands in."""
    return " ".join(text.split())


def mend(connection: Connection[Any], findings: Iterable[Finding]) -> None:
    """Run the statements of findings in one transaction: all of them, or none.

    :raises RowlockError: who is logged in may not run one of them.
    """
    with connection.transaction():
        for each in findings:
            # Statements come out of the catalog by format('%I'): they are ours, and identifiers are quoted.
            statement = cast("LiteralString", each.statement)  # type: ignore[redundant-cast]
            try:
                connection.execute(statement, prepare=False)
            except errors.InsufficientPrivilege as error:
                what = error.diag.message_primary
                raise RowlockError(f"{what}, by: {each.statement}; nothing was done: run it as a superuser") from error
