"""Words of messages."""

from __future__ import annotations


def count(number: int, noun: str, plural: str = "") -> str:
    """Return "1 row", "8,800 rows"."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"
