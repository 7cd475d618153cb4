"""Fields hidden in some rows: every way to learn one through the reading view or past it.

``SHOWN`` must show nothing hidden; ``TOLD`` must say the same of a value that is there and of one that is not, in
results, plans, numbers of rows and estimates; ``RUN`` must be refused.  {value} is a hidden value or a wrong one, {key}
the key of a row whose fields mallory may not see.
"""

from __future__ import annotations

from typing import LiteralString

SHOWN: dict[str, LiteralString] = {
    "star": "select * from crm_read.deal",
    "table": "table crm_read.deal",
    "whole-row": "select deal from crm_read.deal",
    "row-to-json": "select row_to_json(deal) from crm_read.deal",
    "to-jsonb": "select to_jsonb(deal) from crm_read.deal",
    "cast-of-row": "select deal::text from crm_read.deal",
    "aggregate": "select max(margin), sum(amount), max(closed_on) from crm_read.deal",
    "filter": "select max(margin) filter (where margin > 1000) from crm_read.deal",
    "window": "select margin, first_value(margin) over (order by margin desc) from crm_read.deal",
    "group-by": "select margin, count(*) from crm_read.deal group by margin",
    "grouping-sets": "select margin, amount from crm_read.deal group by grouping sets (margin, amount)",
    "distinct": "select distinct margin from crm_read.deal",
    "order-by": "select margin from crm_read.deal order by margin desc nulls last limit 5",
    "array-agg": "select array_agg(amount) from crm_read.deal",
    "string-agg": "select string_agg(margin::text, ',') from crm_read.deal",
    "percentile": "select percentile_cont(0.99) within group (order by margin) from crm_read.deal",
    "lateral": "select x.y from crm_read.deal, lateral (select deal.margin as y) as x",
    "sub-select": "select (select deal.margin) from crm_read.deal",
    "cte": "with x as materialized (select margin from crm_read.deal) select * from x",
    "union": "select margin from crm_read.deal union select margin from crm_read.deal",
    "self-join": "select a.margin from crm_read.deal as a join crm_read.deal as b on a.id = b.id and b.margin > 1000",
    "outer-join": "select b.margin from shop.deal as a left join crm_read.deal as b on a.id = b.id",
    "outer-join-the-other-way": "select b.margin from crm_read.deal as b right join shop.deal as a using (id)",
    "full-join": "select a.margin from crm_read.deal as a full join crm_read.deal as b on a.margin = b.margin",
    "the-child": "select * from crm_read.note",
    "child-and-parent": "select note.price, deal.amount from crm_read.note join crm_read.deal on deal.id = deal_id",
    "the-barrier": "select 31004 + amount from crm_read.safe where owner_id = 4",
    "error-of-a-cast": "select ('x' || max(margin))::int from crm_read.deal",
    "error-of-a-cast-of-all": "select (margin::text || 'x')::int from crm_read.deal where id = {key}",
    "tablesample-of-the-table": "select margin from shop.deal tablesample system (100)",
    "table-itself": "select margin from shop.deal",
    "returning": "update crm_read.deal set title = title where id = {key} returning *",
    "returning-of-another": "update crm_read.deal set title = 'x' where id = {key} returning amount, margin",
    "copied-into-what-is-seen": "update crm_read.deal set title = margin::text where id = {key} returning title",
    "copied-by-the-table": "update shop.deal set title = margin::text where id = {key} returning title",
    "insert-from-it": "insert into shop.plain (owner_id, title) select owner_id, margin::text from crm_read.deal where"
    " margin > 1000 returning title",
    "statistics": "select most_common_vals::text, histogram_bounds::text from pg_stats where tablename = 'deal'",
    "view-definition": "select pg_get_viewdef('crm_read.deal'::regclass)",
    "constraint": "insert into shop.deal (owner_id, margin) values (31, 31337)",
}

RUN: dict[str, LiteralString] = {
    "write-a-hidden-field": "update shop.deal set margin = 1 where id = {key}",
    "write-it-through-the-view": "update crm_read.deal set margin = 1 where id = {key}",
    "guess-by-writing-it": "update shop.deal set margin = 31337 where id = {key}",
    "write-all": "update shop.deal set margin = 1",
    "take-the-record-first": "update shop.deal set owner_id = owner_id, margin = 1 where id = {key}",
    "fill-in-for-somebody-else": "insert into shop.deal (owner_id, margin) select owner_id, 7 from shop.deal where id = {key}",
    "fill-in-through-the-view": "insert into crm_read.deal (owner_id, margin) select owner_id, 7 from shop.deal where id = {key}",
    "on-conflict": "insert into shop.deal (owner_id, title) select owner_id, '' from shop.deal where id = {key}"
    " on conflict (id) do update set margin = 1 where deal.margin > 0",
    "merge": "merge into shop.deal using (values (1)) as x on deal.id = {key} when matched then update set margin = 1",
    "merge-asking": "merge into shop.deal using (values (1)) as x on margin > 0 when matched then update set title = 'x'",
    "be-the-owner": "set role crm_view_owner",
    "a-view-of-one's-own": "create view public.mine as select * from shop.deal",
    "change-the-view": "create or replace view crm_read.deal as select * from shop.deal",
    "an-index-on-it": "create index on shop.deal (margin)",
    "lock-the-view": "select * from crm_read.deal for update",
    "ask-by-name": "select rls.folded_roles()",
    "be-asked": "select rls.sees_finance(deal, array['director'], null, null, null, null, null, null, null, null) from shop.deal",
    "truncate": "truncate shop.deal cascade",
}

TOLD: dict[str, LiteralString] = {
    "equality": "select count(*) from crm_read.deal where margin = {value}",
    "equality-in-a-row": "select count(*) from crm_read.deal where id = {key} and margin = {value}",
    "greater": "select count(*) from crm_read.deal where id = {key} and margin > {value} - 1",
    "is-distinct": "select count(*) from crm_read.deal where id = {key} and margin is not distinct from {value}",
    "in-a-list": "select count(*) from crm_read.deal where id = {key} and margin in ({value}, -1)",
    "division": "select count(*) from crm_read.deal where id = {key} and 1 / (margin - {value}) > 0",
    "division-shown": "select 1 / (margin - {value}) from crm_read.deal where id = {key}",
    "case": "select case when margin = {value} then 1 / (margin - margin) else 1 end from crm_read.deal where id = {key}",
    "join": "select count(*) from crm_read.deal join (values ({value})) as x (y) on x.y = margin where id = {key}",
    "semi-join": "select count(*) from crm_read.deal where id = {key} and margin in (select y from (values ({value})) as x (y))",
    "anti-join": "select count(*) from crm_read.deal where id = {key} and not exists (select from (values ({value})) as x (y) where y = margin)",
    "bool-or": "select bool_or(margin = {value}) from crm_read.deal where id = {key}",
    "order": "select id from crm_read.deal order by margin = {value}, id limit 20",
    "group": "select margin = {value}, count(*) from crm_read.deal where id = {key} group by 1",
    "child": "select count(*) from crm_read.note where price = {value} and deal_id = {key}",
    "barrier": "select count(*) from crm_read.safe where amount + 31000 = {value} and owner_id = 4",
}
"""Hidden values are 31333 to 31337; nobody has 41337, nor any near it."""

RIGHT, WRONG = (31333, 31335, 31337), (41333, 41335, 41337)
