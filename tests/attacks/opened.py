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
        "Values by EXPLAIN: what a leakproof operator compares may run before the policy's sub-select, and EXPLAIN"
        " ANALYZE says which ran. Closed for numeric columns; the rest needs a policy operator class (superuser, once) or"
        " a barrier view",
        (
            "explain-date",
            "explain-text",
            "explain-stage",
            "explain-number",
            "explain-time",
            "explain-reference",
            "explain-currency",
            "explain-owner",
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
        ("raw-sql-through-a-pool", "one-injected-select", "a-cursor-for-the-next", "a-cursor-across-people"),
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
