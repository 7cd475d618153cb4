"""What works against Rowlock today, and why: whoever closes one takes it out of the list."""

from __future__ import annotations

from dataclasses import dataclass

from tests.attacks.attack import EVERY_VERSION


@dataclass(frozen=True)
class Open:
    """Why attacks still work, and on which versions."""

    reason: str
    attacks: tuple[str, ...]
    versions: range = EVERY_VERSION


OPEN = (
    Open(
        "Values of columns with an index, of a row whose key one knows: indexes are asked before policies, and EXPLAIN"
        " ANALYZE says what they found. Closed for numeric columns; `rowlock harden` closes texts, dates and times, with"
        " --keys the rest",
        ("explain-date", "explain-time", "explain-reference"),
    ),
    Open(
        "Values of any column, for who holds roles of different levels, or one whose levels for stages reach further than"
        " for the rest: what such a policy asks first costs the planner more than a comparison. `rowlock harden` closes"
        " texts, dates and times, with --keys the rest",
        tuple(
            f"explain-{column}-with-two-roles"
            for column in ("date", "text", "stage", "number", "time", "reference", "currency", "owner")
        ),
    ),
    Open(
        "Existence and totals by EXPLAIN: it counts the rows that filters remove",
        ("explain-counts-hidden-rows", "explain-existence"),
    ),
    Open(
        "Distribution by estimates: the planner uses statistics of all rows for leakproof operators, and looks at the ends"
        " of indexes. No value of a given row",
        ("estimate-of-a-category", "estimate-of-a-range", "estimate-of-the-greatest"),
    ),
    Open(
        "Totals: the catalogue is readable by everybody, and psql's \\dt+ asks for sizes",
        ("totals-of-the-catalogue", "size-of-a-table"),
    ),
    Open("Rate of inserts: keys are counted up", ("rate-of-inserts",)),
    Open(
        "One bit: a foreign key refuses to delete what a hidden record refers to; a cascade would delete the hidden record",
        ("delete-what-hidden-records-refer-to",),
    ),
    Open(
        "Old rights until the end of a transaction that has a snapshot or a cursor: PostgreSQL cannot change either from"
        " outside; `apply --terminate` and dismissal end the session",
        ("a-snapshot-from-better-times", "a-cursor-from-better-times"),
    ),
    Open(
        "SET ROLE to a role one held, until the session ends: memberships have no SET option before 16; dismissal ends"
        " the session",
        ("keep-a-role-after-dismissal",),
        range(15, 16),
    ),
    Open(
        "A pool's connection is everybody: no SQL of people's own may run on it, and it goes back with DISCARD ALL",
        ("raw-sql-through-a-pool", "a-cursor-for-the-next", "a-cursor-across-people"),
    ),
    Open("The same: before 16 a pool may become its people's roles, too", ("a-pool-as-a-role",), range(15, 16)),
    Open(
        "Blocking: whoever may delete from a table may lock it, and anybody may hold the lock of deployments: both are"
        " seen in pg_locks, and end with the session",
        ("lock-what-one-may-delete-from", "hold-the-deployers-lock"),
    ),
    Open(
        "Presence: who is logged in, and which tables they use, not what they ask",
        ("who-is-there", "see-who-works-on-which-table"),
    ),
    Open(
        "Rules are no secret: policies, functions, names of roles and memberships are in the catalogue",
        ("the-policies-are-readable",),
    ),
)

HOLDS = {
    "the catalogue holds names and rules, never a value": (
        "catalogue-policies",
        "catalogue-functions",
        "catalogue-comments",
        "catalogue-defaults",
        "catalogue-checks",
        "catalogue-roles",
        "catalogue-role-comments",
        "catalogue-settings",
        "catalogue-locks",
        "catalogue-views",
        "catalogue-triggers",
        "catalogue-missing-values",
        "catalogue-partition-bounds",
        "catalogue-cursors",
        "catalogue-prepared",
        "catalogue-dependencies",
    ),
    "nothing of Rowlock's notifies": ("hear-what-is-notified",),
    "a lock on a row is in the row, not in pg_locks": ("see-who-changes-what",),
    "a message repeats what its reader wrote": ("the-text-of-a-violation",),
}
"""Attacks that succeed nowhere: what they look for is not there, whatever is switched off."""

BY_AN_INDEX = frozenset({"indexed text or time", "indexed number", "indexed null", "stage"})
"""A bitmap of the key's index and the column's is there before any condition is asked."""

BY_ORDER = frozenset({"text or time", "number", "name", "null"})
"""What a policy asks costs the planner something, so that what costs less is asked before it."""

NUMBERS = frozenset({"indexed number", "indexed null"})

TOLD: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "own": (BY_AN_INDEX, NUMBERS),
    "department": (BY_AN_INDEX, NUMBERS),
    "subdepartments": (BY_AN_INDEX, NUMBERS),
    "open": (BY_AN_INDEX, NUMBERS),
    "seller": (BY_AN_INDEX, NUMBERS),
    "advisor": (BY_AN_INDEX | BY_ORDER, NUMBERS | {"number", "name", "null", "stage"}),
    "nested": (BY_AN_INDEX, NUMBERS),
    "crossed": (BY_AN_INDEX | BY_ORDER | {"boolean"}, NUMBERS | {"number", "name", "null", "boolean"}),
}
"""Who (:data:`tests.attacks.values.HELD`) can tell what of a hidden row of others whose key they know: as installed, and
hardened.  Nobody can tell anything hardened with --keys."""

TOLD_OF_ONES_OWN: dict[str, tuple[frozenset[str], frozenset[str]]] = {
    "seller": (BY_AN_INDEX - {"stage"} | {"null"}, NUMBERS | {"null"}),
    "advisor": (BY_AN_INDEX - {"stage"} | BY_ORDER, NUMBERS | {"number", "name", "null"}),
    "auditor": (BY_AN_INDEX - {"stage"} | {"null"}, NUMBERS | {"null"}),
}
"""The same of a record of their own that its stage hides."""

HARDENED = (
    "explain-date",
    "explain-time",
    "explain-date-with-two-roles",
    "explain-time-with-two-roles",
    "explain-stage-with-two-roles",
    "explain-text-with-two-roles",
    "explain-currency-with-two-roles",
    "estimate-of-a-category",
    "estimate-of-a-range",
)
"""What `rowlock harden` closes of what is open."""

KEYS = (
    "explain-reference",
    "explain-reference-with-two-roles",
    "explain-owner-with-two-roles",
    "explain-number-with-two-roles",
    "explain-existence",
    "estimate-of-the-greatest",
)
"""What `rowlock harden --keys` closes besides."""
