"""docs/errors.md explains every error that Rowlock raises on purpose."""

from __future__ import annotations

from tests.docs.errors import documented, missing, row, stale
from tests.docs.messages import templates


def test_every_message_is_explained() -> None:
    """The failure prints the rows to fill in."""
    rows = [row(message, "why", f"what to do ({source})") for message, source in missing().items()]

    assert rows == [], "\n" + "\n".join(rows)


def test_no_message_is_explained_that_is_gone() -> None:
    """A row whose message is nowhere in the sources helps nobody."""
    assert stale() == set()


def test_a_message_has_cause_and_remedy() -> None:
    """Neither cell is empty."""
    assert [message for message, (cause, remedy) in documented().items() if not cause or not remedy] == []


def test_messages_are_found() -> None:
    """The collector sees each way in which messages are made."""
    found = templates()

    assert "the database has no table …" in found, "Problem, an f-string"
    assert "the URL cannot be read; it is written postgresql://user@host:port/database" in found, "an exception"
    assert "login … has capitals: write …" in found, "the result of a function, handed on by a method"
    assert "must be …, not …" in found, "a table of functions"
    assert "department … would be below itself" in found, "raise exception in SQL"
