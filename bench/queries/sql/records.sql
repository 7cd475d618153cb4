-- {rows} deals of five years, the oldest first, with what belongs to them.  Whose each is follows from its number and
-- {seed} alone.  Triggers rest meanwhile, so a child carries what its parent has from the start.
create function pg_temp.share(of bigint, kind int) returns float8 language sql immutable
return (pg_catalog.hashint8extended(of, {seed} + kind) & 2147483647) / 2147483648.0;

insert into crm.company (id, owner_id, is_open, name, created_at) overriding system value
select
  n,
  892 + floor(4109 * pg_temp.share(n, 1) ^ 2)::int,
  n % 200 = 0,
  'Company ' || n,
  timestamptz '2026-01-01 00:00Z' - ({companies} - n) * (interval '5 years' / {companies})
from generate_series(1::bigint, {companies}) as n;

insert into crm.contact (id, owner_id, is_open, name, company_id, created_at) overriding system value
select
  n,
  company.owner_id,
  company.is_open,
  'Contact ' || n,
  company.id,
  company.created_at
from generate_series(1::bigint, 2 * {companies}) as n
join crm.company on company.id = 1 + n % {companies};

insert into crm.deal (
  id, owner_id, is_open, pipeline, stage, title, company_id, contact_id, amount, probability, engaged_on, created_at,
  attributes
) overriding system value
select
  n,
  case
    -- People of one's own: many, few, only old ones, some spread over all the years.
    when n % 100 = 19 then 8
    when n % ({rows} / 20) = 13 then 7
    when n < {rows} / 20 and n % 50 = 11 then 9
    when n % ({rows} / 500) = 17 then 10
    when n % 200 = 31 then 11 + n / 200 % 3
    -- Teams: of three, of fifty; whose records are all old; who have 120 records in all, over all the years.
    when n % 2000 = 23 then (array[4, 14, 15])[1 + n / 2000 % 3]
    when n % 100 = 29 then (array[3] || array(select generate_series(44, 92)))[1 + n / 100 % 50]
    when n < {rows} / 10 and n % 50 = 3 then (array[5] || array(select generate_series(16, 34)))[1 + n / 50 % 20]
    when n % ({rows} / 120) = 7 then (array[6] || array(select generate_series(35, 43)))[1 + n / ({rows} / 120) % 10]
    when pg_temp.share(n, 2) < 0.01 then null
    when pg_temp.share(n, 2) < 0.17 then 93 + floor(799 * pg_temp.share(n, 3) ^ 2)::int
    else 892 + floor(4109 * pg_temp.share(n, 3) ^ 2)::int
  end,
  n % 200 = 0,
  way.pipeline,
  (
    case way.pipeline
      when 'sales' then array['prospecting', 'engaging', 'won', 'lost']
      when 'partners' then array['contacted', 'negotiating', 'won', 'lost']
      else array['due', 'offered', 'won', 'lost']
    end
  )[case when n > {rows} * 0.95 then 1 + n % 2 else 3 + (pg_temp.share(n, 5) < 0.6)::int end],
  (array[
    'amber', 'brave', 'calm', 'daring', 'early', 'faint', 'gentle', 'humble', 'idle', 'jolly', 'keen', 'lively',
    'mellow', 'noble', 'open', 'polite', 'quiet', 'rapid', 'silver', 'tidy', 'urban', 'vivid', 'warm', 'young'
  ])[1 + floor(24 * pg_temp.share(n, 6))::int]
  || ' '
  || (array[
    'anchor', 'bridge', 'castle', 'desert', 'engine', 'forest', 'garden', 'harbour', 'island', 'jacket', 'kettle',
    'ladder', 'market', 'needle', 'orchard', 'palace', 'quarry', 'river', 'saddle', 'tunnel', 'valley', 'window'
  ])[1 + floor(22 * pg_temp.share(n, 7))::int]
  || ' '
  || n,
  1 + floor({companies} * pg_temp.share(n, 8) ^ 2)::int,
  1 + floor(2 * {companies} * pg_temp.share(n, 9))::int,
  round((100 + 30000 * pg_temp.share(n, 10) ^ 8)::numeric, 2),
  floor(101 * pg_temp.share(n, 11))::int,
  (timestamptz '2026-01-01 00:00Z' - ({rows} - n) * (interval '5 years' / {rows}))::date,
  timestamptz '2026-01-01 00:00Z' - ({rows} - n) * (interval '5 years' / {rows}),
  jsonb_build_object('source', n % 5, 'campaign', n % 5000)
from generate_series(1::bigint, {rows}) as n
cross join lateral (
  select (array['sales', 'sales', 'sales', 'sales', 'partners', 'renewals'])[1 + floor(6 * pg_temp.share(n, 4))::int]
) as way (pipeline);

insert into crm.activity (
  deal_id, parent_owner_id, parent_is_open, parent_stage, parent_pipeline, kind, subject, happened_at, person_id,
  created_at
)
select
  deal.id,
  deal.owner_id,
  deal.is_open,
  deal.stage,
  deal.pipeline,
  (array['call', 'mail', 'meeting', 'note'])[1 + (deal.id + n) % 4],
  'About ' || deal.title,
  deal.created_at + n * interval '1 hour',
  deal.owner_id,
  deal.created_at + n * interval '1 hour'
from crm.deal
cross join generate_series(1, {activities}) as n
order by deal.id, n;

select setval(pg_get_serial_sequence('crm.' || name, 'id'), high)
from (
  select 'company', max(id) from crm.company
  union all
  select 'contact', max(id) from crm.contact
  union all
  select 'deal', max(id) from crm.deal
) as made (name, high);
