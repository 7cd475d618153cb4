"""What advice is, and how filters are put into words."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from rls.state.reading import Row

Severity = Literal["warning", "note"]
"""``warning``: something reads a whole table that need not; ``note``: somebody may find a query slow."""


@dataclass(frozen=True)
class Advice:
    """What would make queries under rights faster.

    ``table`` is schema.table, ``statement`` SQL to run, or a remark that begins with ``--``.
    """

    kind: Literal["index", "page", "foreign key", "filter", "setting"]
    severity: Severity
    table: str
    what: str
    why: str
    statement: str


_PATTERNS = ("text_pattern_ops", "varchar_pattern_ops", "bpchar_pattern_ops")

_INSTEAD: tuple[tuple[Callable[[Row], bool], str], ...] = (
    (
        lambda row: "trgm" in row["class"],
        "no operator that looks for a part of a text is leakproof: add a condition that is, on another column",
    ),
    (
        lambda row: row["class"] in _PATTERNS,
        "write `{key} ^@ 'abc'` or `{key} ~>=~ 'abc' and {key} ~<~ 'abd'` instead of `like 'abc%'`",
    ),
    (
        lambda row: row["type"] == "tsvector" and row["is_expression"],
        "put {key} into a generated column, for `rowlock leakproof`; or its words into a table, for `id in (select …)`",
    ),
    (
        lambda row: row["type"] == "tsvector",
        "keep the words in a table of their own, and ask for `id in (select … where word = …)`",
    ),
    (lambda row: row["type"] == "jsonb", "put what is asked for into a generated column, and index that"),
    (lambda row: row["is_expression"], "put {key} into a generated column, and index that"),
    (
        lambda row: row["type"] == "numeric",
        "ask by another column too; or, if its values are no secret, a generated bigint of the smallest unit",
    ),
    (lambda row: row["is_enum"], "text with a check constraint can be used, if its values are no secret"),
    (
        lambda row: row["type"] == "anyarray",
        "keep the elements in a table of their own, and ask for `id in (select … where element = …)`",
    ),
    (lambda _: True, "ask by another column too"),
)
"""Which keys, and what to do instead; the first that fits."""


_EQUALLED = re.compile("trgm|tsvector|jsonb|^numeric_ops|^enum_ops|^text_ops|_pattern_ops")
"""Operator classes that ``rowlock leakproof`` has an equal of, or operators or functions for."""


def instead(row: Row) -> str:
    """Return what to do where an index cannot be used before a policy: a statement, or a remark.

    Each was measured (docs/performance.md, "Filters without leakproof operators").

    :param row: of sql/advice/filters.sql.
    """
    if row["leakproof_index"]:
        return str(row["leakproof_index"])
    text = next(text for fits, text in _INSTEAD if fits(row)).format(key=row["key"])
    has_equal = row["may_have_equal"] and _EQUALLED.search(row["class"])
    return f"-- rowlock leakproof; or {text}" if has_equal else f"-- {text}"
