"""The column nobody may read, in every way SQL can say it; columns to come; what the system adds to a row."""

from __future__ import annotations

from typing import LiteralString

from tests.attacks.attack import Attack, attack, register
from tests.attacks.ground import Ground

SPELLED: dict[str, LiteralString] = {
    "plain": "select margin from crm.deal",
    "star": "select * from crm.deal",
    "table": "table crm.deal",
    "qualified": "select deal.margin from crm.deal",
    "whole-row": "select deal from crm.deal",
    "row-star": "select (deal).* from crm.deal",
    "field-of-row": "select (deal).margin from crm.deal",
    "function-notation": "select margin(deal) from crm.deal",
    "row-to-json": "select row_to_json(deal) from crm.deal",
    "to-jsonb": "select to_jsonb(deal) from crm.deal",
    "cast-of-row": "select deal::text from crm.deal",
    "alias": "select d.e from crm.deal as d (a, b, c, d, f, g, h, i, j, k, l, m, e)",
    "where": "select 31337 from crm.deal where margin = 31337 limit 1",
    "where-is-null": "select 31337 from crm.deal where margin is not null limit 1",
    "order-by": "select 31337 from crm.deal order by margin limit 1",
    "group-by": "select 31337 from crm.deal group by margin",
    "having": "select 31337 from crm.deal having max(margin) > 31000",
    "distinct-on": "select distinct on (margin) 31337 from crm.deal",
    "aggregate": "select sum(margin), max(margin) from crm.deal",
    "filter": "select 31337 * count(*) filter (where margin > 31000) from crm.deal",
    "window": "select 31337, rank() over (order by margin) from crm.deal",
    "join-using": "select 31337 from crm.deal join (values (31337.00)) as x (margin) using (margin)",
    "natural-join": "select 31337 from crm.deal natural join (values (31337.00)) as x (margin)",
    "join-on": "select 31337 from crm.deal join (values (31337.00)) as x (y) on x.y = deal.margin",
    "lateral": "select x.y from crm.deal, lateral (select deal.margin as y) as x",
    "sub-select": "select (select deal.margin) from crm.deal",
    "exists": "select 31337 where exists (select from crm.deal where margin > 31000)",
    "cte": "with x as (select margin from crm.deal) select * from x",
    "union": "select 1.0 union all select margin from crm.deal",
    "values": "values ((select max(margin) from crm.deal))",
    "set-of-rows": "select unnest(array_agg(deal)) from crm.deal",
    "record-of-row": "select row(deal.*) from crm.deal",
    "update-from-it": "update crm.deal set amount = margin where title like 'own %' returning amount",
    "update-where": "update crm.deal set code = 'x' where margin = 31337 returning 31337",
    "update-returning": "update crm.deal set code = 'x' where title like 'own %' returning margin",
    "delete-returning": "delete from crm.activity using crm.deal where deal.id = deal_id returning deal.margin",
    "insert-returning": "insert into crm.deal (owner_id, title) select owner_id, 'x' from crm.deal limit 1 returning margin",
    "insert-from-it": "insert into crm.product (name, price) select 'x', margin from crm.deal where margin > 0 returning price",
    "merge": "merge into crm.deal using (values (1)) as x on margin > 0 when matched then update set code = '31337'",
    "lock": "select margin from crm.deal for update",
    "sample": "select margin from crm.deal tablesample system (100)",
    "cursor": "declare hidden cursor for select margin from crm.deal",
    "operator-of-rows": "select 31337 from crm.deal where deal = deal",
    "row-is-null": "select 31337 from crm.deal where deal is not null",
    "count-of-rows": "select 31337, count(deal) from crm.deal",
}
"""Each shows something if it runs at all."""


def _spelled(name: str, text: LiteralString) -> None:
    def attempt(ground: Ground) -> bool:
        return ground.mallory().tries(text)

    register(Attack(f"hidden-column-{name}", "columns", f"read a hidden column: `{text}`", attempt, ("B31",)))


for _name, _text in SPELLED.items():
    _spelled(_name, _text)


@attack("columns", "B31", versions=range(18, 100))
def hidden_column_returning_old(ground: Ground) -> bool:
    """Read a hidden column by RETURNING old (18)."""
    return ground.mallory().tries("update crm.deal set code = 'x' where title like 'own %' returning old.margin")


@attack("columns", "B31")
def hidden_column_prepared(ground: Ground) -> bool:
    """Read a hidden column by a prepared statement."""
    mallory = ground.mallory()
    mallory.run("prepare hidden as select margin from crm.deal")
    return mallory.tries("execute hidden")


@attack("columns", "B31")
def hidden_column_copied(ground: Ground) -> bool:
    """Read a hidden column by COPY."""
    return "31337" in ground.mallory().copied("copy crm.deal (margin) to stdout")


@attack("columns", "B31")
def hidden_column_copied_whole(ground: Ground) -> bool:
    """Read a hidden column by COPY of the whole table."""
    return "31337" in ground.mallory().copied("copy crm.deal to stdout")


@attack("columns", "B31")
def hidden_column_written(ground: Ground) -> bool:
    """Write a hidden column with a constant, which reads nothing."""
    return ground.mallory().run("update crm.deal set margin = 0") > 0


@attack("columns", "B31")
def hidden_column_inserted(ground: Ground) -> bool:
    """Make a record with a value for a hidden column."""
    text: LiteralString = "insert into crm.deal (owner_id, title, margin) values (%s, 'x', 1)"
    return ground.mallory().run(text, [ground.person("mallory")]) > 0


@attack("columns", "B33")
def hidden_column_explained(ground: Ground) -> bool:
    """Have EXPLAIN estimate a predicate on a hidden column."""
    return ground.mallory().tries("explain select from crm.deal where margin > 31000")


@attack("columns", "C35")
def a_new_column(ground: Ground) -> bool:
    """Read a column that a migration has just added."""
    with ground.meanwhile(
        "alter table crm.deal add column secret text default 'HIDDEN'", "alter table crm.deal drop column secret"
    ):
        return ground.mallory().sees("select secret from crm.deal")


@attack("columns", "B30", "D10")
def a_new_generated_column(ground: Ground) -> bool:
    """Read a column that a migration has just generated from a hidden one."""
    with ground.meanwhile(
        "alter table crm.deal add column doubled numeric generated always as (margin * 2) stored",
        "alter table crm.deal drop column doubled",
    ):
        return ground.mallory().tries("select doubled from crm.deal")


@attack("columns", "C21", control="superuser")
def a_view_over_everything(ground: Ground) -> bool:
    """Read a view of the administrator's over the whole table."""
    with ground.meanwhile("create view crm.everything as select * from crm.deal", "drop view crm.everything"):
        return ground.mallory().sees("select * from crm.everything")


def _system(column: str) -> None:
    def attempt(ground: Ground) -> bool:
        return ground.mallory().tries(f"select {column} from crm.deal")

    what = f"read {column} of one's rows: hidden neighbours, ages of transactions"
    register(Attack(f"system-column-{column}", "columns", what, attempt, ("B27",)))


for _column in ("ctid", "xmin", "xmax", "cmin"):
    _system(_column)
