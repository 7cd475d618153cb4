"""How problems are worded: one line, what is wrong, what is allowed, the nearest right word."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

Path = tuple[str | int, ...]
"""A place inside the file: ``("roles", "manager", "extends", 0)``."""

LONGEST = 60
MOST = 40


def shown(text: object) -> str:
    """Return *text* quoted, on one line and not too long."""
    plain = str(text)
    if len(plain) > LONGEST:
        plain = plain[: LONGEST - 1] + "…"
    return f'"{visible(plain)}"'


def visible(text: str) -> str:
    """Return *text* with everything that is not printable written as an escape."""
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() else char.encode("unicode_escape", "surrogatepass").decode() for char in text
    )


def dotted(path: Path) -> str:
    """Return *path* as people write it: ``roles.manager.extends[0]``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{visible(part[:LONGEST])}"
    return text.removeprefix(".")


def one_of(allowed: Iterable[str]) -> str:
    """Return ``one of a, b, c``; only the first forty of a long list."""
    words = list(allowed)
    if not words:
        return "none is declared"
    return "one of " + ", ".join(visible(word) for word in words[:MOST]) + (", …" if len(words) > MOST else "")


def nearest(word: str, allowed: Sequence[str]) -> str:
    """Return ``; did you mean "x"?`` or nothing."""
    found = get_close_matches(word[:LONGEST].lower(), [known.lower() for known in allowed], n=1, cutoff=0.6)
    meant = next((known for known in allowed if found and known.lower() == found[0]), None)
    return f"; did you mean {shown(meant)}?" if meant is not None else ""


def unknown(kind: str, word: str, allowed: Iterable[str]) -> str:
    """Return ``unknown level "depart": one of none, own, …; did you mean "department"?``."""
    words = list(allowed)
    return f"unknown {kind} {shown(word)}: {one_of(words)}{nearest(word, words)}"
