"""The server: its version, holes tried out, settings, who is let in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from psycopg import Connection

from rls.doctor.check import Check, Unseen
from rls.doctor.probing import probe
from rls.drift import Finding

FLOOR = {15: 18, 16: 14, 17: 10, 18: 4}
"""Major → the minor release below which known holes let rows through."""

PREFERRED = {15: 20, 16: 16, 17: 12, 18: 7}
"""Major → the minor release from which none is known."""

VERSION = Check(
    "version",
    "server",
    "error",
    "a minor release with known holes in row security",
    "a known hole in the server is past every policy",
    by_hand=True,
)

PROBES = {
    "membership_plans": Check(
        "membership plans",
        "server",
        "warning",
        "CVE-2026-14666, tried out: a prepared statement goes on under a membership that was taken away",
        "Rowlock has plans made anew when it takes a role away; a REVOKE by hand reaches no open session",
        by_hand=True,
    ),
    "on_conflict": Check(
        "on conflict",
        "server",
        "warning",
        "tried out: INSERT … ON CONFLICT DO UPDATE … WHERE tells values of hidden rows",
        "where people choose the values of a unique key, they can ask for any value of the row that has it",
        by_hand=True,
    ),
    "role_plans": Check(
        "role plans",
        "server",
        "error",
        "CVE-2024-10976, tried out: a plan keeps the policies of another role",
        "after SET ROLE, as pools do it, somebody sees the rows of the person before",
        by_hand=True,
    ),
    "role_rollback": Check(
        "role rollback",
        "server",
        "error",
        "CVE-2024-10978, tried out: a rollback forgets SET ROLE",
        "a pool's session goes on as another role than it was told",
        by_hand=True,
    ),
    "estimates": Check(
        "estimates",
        "server",
        "warning",
        "CVE-2025-8713, tried out: the planner shows values out of statistics of tables with children",
        "sampled values of hidden rows can be read",
        by_hand=True,
    ),
    "create_statistics": Check(
        "create statistics",
        "server",
        "warning",
        "CVE-2025-12817, tried out: CREATE STATISTICS in any schema",
        "who owns a table may take names in schemas of others",
        by_hand=True,
    ),
    "statistics_view": Check(
        "statistics view",
        "server",
        "warning",
        "CVE-2024-4317: pg_stats_ext shows the statistics of others' tables",
        "frequent values of hidden rows can be read; an upgrade of the server does not mend a database made before",
        by_hand=True,
    ),
}
"""File below ``sql/doctor/probes`` → its check."""

QUERIED = (
    Check(
        "settings",
        "server",
        "error",
        "settings that open something, or put rows into the log; TLS off on a server that listens to others",
        "it holds for everybody, whatever their rights",
        by_hand=True,
    ),
    Check(
        "parameters",
        "server",
        "error",
        "privileges to SET, or ALTER SYSTEM",
        "with such a setting somebody switches off what rights depend on",
    ),
    Check(
        "hosts",
        "server",
        "error",
        "rules of pg_hba.conf: trust, passwords as they are, MD5, mistakes",
        "whoever logs in as somebody is somebody: rights begin with the password",
        by_hand=True,
    ),
    Check(
        "passwords",
        "server",
        "warning",
        "passwords kept as MD5",
        "who sees what is kept can log in with it; they need a new password, kept as SCRAM",
        by_hand=True,
    ),
    Check(
        "counters",
        "server",
        "note",
        "counters of a transaction that everybody may read",
        "they tell whether a hidden row has a value somebody asks for",
    ),
    Check(
        "replication slots",
        "server",
        "note",
        "replication slots",
        "a subscriber or a standby has every row",
        by_hand=True,
    ),
)

CHECKS = (VERSION, *PROBES.values(), *QUERIED)

UPGRADE = "-- upgrade the server to {}.{} or newer"

STATISTICS_VIEW = "-- psql -f fix-CVE-2024-4317.sql (in the server's share directory), in every database, template0 too"


def version(connection: Connection[Any]) -> Iterator[Finding]:
    """Yield what is known of the server's release."""
    major, minor = divmod(connection.info.server_version, 10_000)
    if minor >= PREFERRED.get(major, 0):
        return
    is_low = minor < FLOOR[major]
    what = "has known holes in row security" if is_low else f"is older than {major}.{PREFERRED[major]}"
    yield Finding(
        VERSION.name,
        f"PostgreSQL {major}.{minor}",
        what,
        VERSION.why if is_low else "a hole or two are left, which the checks of this room try",
        UPGRADE.format(major, PREFERRED[major]),
        "error" if is_low else "warning",
    )


def probes(connection: Connection[Any], wanted: Collection[str]) -> tuple[list[Finding], list[Unseen]]:
    """Try the holes whose checks are *wanted*; return those that are open, and what could not be tried."""
    outcomes = probe(connection, [name for name, check in PROBES.items() if check.name in wanted])
    statement = _remedies(connection)
    found = [
        Finding(check.name, "the server", "has this hole", check.why, statement[name], check.severity)
        for name, check in PROBES.items()
        if name in outcomes and outcomes[name].is_open
    ]
    advice = "run it on the primary, as a superuser or as the owner of the database with CREATEROLE"
    unseen = [Unseen(PROBES[name].name, one.obstacle, advice) for name, one in outcomes.items() if one.obstacle]
    return found, unseen


def _remedies(connection: Connection[Any]) -> Mapping[str, str]:
    major = connection.info.server_version // 10_000
    newest = UPGRADE.format(major, PREFERRED.get(major, 0))
    return dict.fromkeys(PROBES, newest) | {"statistics_view": STATISTICS_VIEW}
