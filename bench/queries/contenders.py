"""The ways to the same rows that are compared, and how each asks for them."""

from __future__ import annotations

from dataclasses import dataclass

from bench.queries.people import Viewer
from bench.queries.queries import Query

FORMS = ("simple", "custom", "generic")
"""A statement with literals; a prepared one, planned for its values each time; one planned once."""


@dataclass(frozen=True)
class Contender:
    """A way to the rows.

    :param login: None means the person's own.
    :param application: what Python does: ``ids`` or ``filter``.
    """

    name: str
    login: str | None
    schema: str = "crm"
    application: str = ""

    def can(self, query: Query, viewer: Viewer, form: str) -> bool:
        """Tell whether it is measured here: the others only with literals, and for rights their guides know."""
        if self.name in (HAND.name, ROWLOCK.name):
            return True
        if self is UNFILTERED:
            return viewer.person.widest == "all" and not query.writes
        if form != "simple" or "archivist" in viewer.person.roles:
            return False
        return self.application != "filter" or query.all_rows() is not None


HAND = Contender("by hand", "bench_plain")
ROWLOCK = Contender("Rowlock", None)
LEAKPROOF = Contender("Rowlock", None, schema="crm_leakproof, pg_catalog, crm")
"""The same where the operators of ``rowlock leakproof`` are found first."""

UNFILTERED = Contender("crm_all", None, schema="crm_all, crm")
CONTENDERS = (
    HAND,
    ROWLOCK,
    UNFILTERED,
    Contender("function per row", "guide_function"),
    Contender("EXISTS", "guide_exists"),
    Contender("IN (select)", "guide_in"),
    Contender("wrapped functions", "guide_wrapped"),
    Contender("one dynamic policy", "guide_dynamic"),
    Contender("security_barrier view", "guide_barrier", schema="guide"),
    Contender("fetch ids, then = any", "bench_plain", application="ids"),
    Contender("fetch all, filter", "bench_plain", application="filter"),
)
