"""The queries people's tools send, and the values they ask for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg

from bench.queries.people import OWNER, Viewer

NEWEST = "order by deal.created_at desc limit 50"
LISTED = "select deal.id, deal.owner_id, deal.title, deal.stage, deal.amount, deal.created_at from deal"


@dataclass(frozen=True)
class Query:
    """One query, as it is written for a database that knows who may see what.

    :param select: everything before WHERE; ``{company}`` stands for what else limits the rows joined.
    :param where: conditions of the query's own; ``$1`` … stand for *values*.
    :param tail: everything after WHERE.
    :param visible: the tables that a hand-written WHERE limits to what the person may see.
    :param values: names of :data:`VALUES`.
    :param page: whether it wants a few rows of many: no plan of it may read the table.
    :param writes: whether it changes something, so that each run is rolled back.
    :param misjudged: whether the planner cannot know how many rows it finds under row security: it has a condition
        that is not leakproof, or joins two tables of which each has a policy.
    :param raw: what an application fetches that groups itself: key, owner, value.
    """

    name: str
    select: str
    where: tuple[str, ...] = ()
    tail: str = ""
    visible: tuple[str, ...] = ("deal",)
    values: tuple[str, ...] = ()
    page: bool = False
    writes: bool = False
    misjudged: bool = False
    raw: str = ""

    def text(self, condition: Callable[[str], str | None] = lambda _: None) -> str:
        """Return the statement; *condition* gives what a row of a table must fulfil besides, or None."""
        extra = {table: condition(table) for table in OWNER}
        joined = {table: f" and {limit}" if limit else "" for table, limit in extra.items()}
        where = [*filter(None, (extra[table] for table in self.visible)), *self.where]
        parts = (self.select.format(**joined), f"where {' and '.join(where)}" if where else "", self.tail)
        return " ".join(filter(None, parts))

    def all_rows(self) -> str | None:
        """Return what an application fetches that filters itself, the owner in the second column; None if it cannot."""
        if self.writes or not (self.raw or self.page):
            return None
        if self.raw:
            return self.raw
        return self.text().partition(" limit ")[0]

    def filled(self, text: str, values: Mapping[str, str]) -> str:
        """Return a text of this query with its values as literals."""
        for position, name in reversed(list(enumerate(self.values, 1))):
            text = text.replace(f"${position}", f"{_quoted(values[name])}::{VALUES[name][0]}")
        return text


VALUES = {
    "key": ("bigint", "select id from middle"),
    "keys": ("bigint[]", "select array(select id from deal where {visible} order by created_at desc limit 1000)"),
    "before": ("timestamptz", "select created_at from middle"),
    "offset": ("bigint", "select least(1000, count(*) / 2) from (select from deal where {visible} limit 2000) as seen"),
    "pipeline": ("text", "select pipeline from middle"),
    "stage": ("text", "select stage from middle"),
    "me": ("int", "select {person}"),
    "title": ("text", "select title from middle"),
    "prefix": ("text", r"select substring(title from '^\D+\d') from middle"),
    "like": ("text", r"select substring(title from '^\D+\d') || '%' from middle"),
    "ilike": ("text", r"select '%' || upper(substring(title from '\w\w\w \d\d?\d?')) || '%' from middle"),
    "words": ("text", "select split_part(title, ' ', 1) || ' & ' || split_part(title, ' ', 2) from middle"),
    "amount": ("numeric", "select amount from deal order by amount desc offset 50 limit 1"),
    "cents": ("bigint", "select amount_cents from deal order by amount desc offset 50 limit 1"),
    "first day": ("date", "select engaged_on from middle"),
    "last day": ("date", "select engaged_on + 7 from middle"),
    "attributes": ("jsonb", "select jsonb_build_object('campaign', attributes -> 'campaign') from middle"),
}
"""Name → type and the query that finds it; ``middle`` is the deal in the middle of those the person sees."""

MIDDLE = """
create temp table middle as
select *
from deal
where
  created_at = (select percentile_disc(0.5) within group (order by created_at) from deal where {visible})
"""

QUERIES = (
    Query(
        "by key",
        "select id, owner_id, title, stage, amount, created_at from deal",
        ("deal.id = $1",),
        values=("key",),
        page=True,
    ),
    Query("newest 50", LISTED, tail=NEWEST, page=True),
    Query("next 50", LISTED, ("deal.created_at < $1",), NEWEST, values=("before",), page=True),
    Query("page 21", LISTED, tail=f"{NEWEST} offset $1", values=("offset",), page=True),
    Query(
        "newest of a stage",
        LISTED,
        ("deal.pipeline = $1", "deal.stage = $2"),
        NEWEST,
        values=("pipeline", "stage"),
        page=True,
    ),
    Query(
        "sum by stage",
        "select deal.pipeline, deal.stage, count(*), sum(deal.amount) from deal",
        tail="group by deal.pipeline, deal.stage",
        raw="select deal.pipeline || deal.stage, deal.owner_id, deal.amount from deal",
    ),
    Query(
        "month by month",
        "select date_trunc('month', deal.created_at), count(*), sum(deal.amount) from deal",
        tail="group by 1",
        raw="select date_trunc('month', deal.created_at), deal.owner_id, deal.amount from deal",
    ),
    Query(
        "newest activities",
        "select activity.id, activity.parent_owner_id, activity.kind, activity.created_at, deal.title"
        " from activity join deal on deal.id = activity.deal_id",
        tail="order by activity.created_at desc limit 50",
        visible=("activity",),
        page=True,
        misjudged=True,
    ),
    Query(
        "with left join",
        "select activity.id, activity.parent_owner_id, activity.kind, activity.created_at, deal.title"
        " from activity left join deal on deal.id = activity.deal_id",
        tail="order by activity.created_at desc limit 50",
        visible=("activity",),
        page=True,
    ),
    Query(
        "activities by kind",
        "select activity.kind, count(*) from activity join deal on deal.id = activity.deal_id",
        ("deal.amount >= $1",),
        "group by activity.kind",
        values=("amount",),
        misjudged=True,
    ),
    Query(
        "activities of a week",
        "select activity.kind, count(*), sum(deal.amount) from activity join deal on deal.id = activity.deal_id",
        ("deal.engaged_on between $1 and $2",),
        "group by activity.kind",
        values=("first day", "last day"),
    ),
    Query(
        "with company, contact",
        "select deal.id, deal.owner_id, deal.title, company.name, contact.name, deal.created_at from deal"
        " left join company on company.id = deal.company_id{company}"
        " left join contact on contact.id = deal.contact_id{contact}",
        tail=NEWEST,
        page=True,
    ),
    Query("title =", LISTED, ("deal.title = $1",), NEWEST, values=("title",), page=True),
    Query("title like 'x%'", LISTED, ("deal.title like $1",), NEWEST, values=("like",), page=True, misjudged=True),
    Query("title ilike '%x%'", LISTED, ("deal.title ilike $1",), NEWEST, values=("ilike",), page=True, misjudged=True),
    Query(
        "full text",
        LISTED,
        ("to_tsvector('simple', deal.title) @@ to_tsquery('simple', $1)",),
        NEWEST,
        values=("words",),
        page=True,
        misjudged=True,
    ),
    Query(
        "words @@",
        LISTED,
        ("deal.words @@ to_tsquery('simple', $1)",),
        NEWEST,
        values=("words",),
        page=True,
        misjudged=True,
    ),
    Query("amount >=", LISTED, ("deal.amount >= $1",), NEWEST, values=("amount",), page=True, misjudged=True),
    Query(
        "dates between",
        "select count(*), sum(deal.amount) from deal",
        ("deal.engaged_on between $1 and $2",),
        values=("first day", "last day"),
    ),
    Query("jsonb @>", LISTED, ("deal.attributes @> $1",), NEWEST, values=("attributes",), page=True, misjudged=True),
    Query("title ^@ 'x'", LISTED, ("deal.title ^@ $1",), NEWEST, values=("prefix",), page=True),
    Query(
        "folded title, range",
        LISTED,
        ("deal.title_folded >= $1", "deal.title_folded < $1 || chr(1114111)"),
        NEWEST,
        values=("prefix",),
        page=True,
    ),
    Query("cents >=", LISTED, ("deal.amount_cents >= $1",), NEWEST, values=("cents",), page=True),
    Query("update", "update deal set probability = 50", ("deal.id = $1",), values=("key",), page=True, writes=True),
    Query("update 1,000", "update deal set probability = 50", ("deal.id = any ($1)",), values=("keys",), writes=True),
    Query(
        "insert",
        "insert into deal (owner_id, title) values ($1, 'new')",
        visible=(),
        values=("me",),
        writes=True,
    ),
    Query(
        "insert 1,000",
        "insert into deal (owner_id, title) select $1, 'new' from generate_series(1, 1000)",
        visible=(),
        values=("me",),
        writes=True,
    ),
)

QUICK = ("by key", "newest 50", "sum by stage", "newest activities", "title ilike '%x%'", "amount >=", "update")
"""What ``--quick`` measures."""


def values(connection: psycopg.Connection, viewer: Viewer) -> dict[str, str]:
    """Return what a person's queries ask for; ``search_path`` leads to the tables."""
    parts = {"visible": viewer.condition("deal") or "true", "person": viewer.number}
    with connection.transaction(force_rollback=True):
        connection.execute(MIDDLE.format(**parts).encode())
        found = {}
        for name, (kind, query) in VALUES.items():
            row = connection.execute(f"select ({query.format(**parts)})::{kind}::text".encode()).fetchone()
            assert row is not None, "a query without FROM gives a row"
            found[name] = str(row[0])
    return found


def _quoted(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"
