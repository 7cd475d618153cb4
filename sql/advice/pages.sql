-- Dates and times by which everybody's records can be listed in order, but not those of one owner: there is an index that
-- begins with them, and none that has them after the owner.
with wanted as (
  select *
  from unnest(%(schemas)s::text[], %(names)s::text[], %(columns)s::text[]) as wanted (schema, name, owner)
)
select distinct wanted.schema, wanted.name, wanted.owner, attribute.attname::text as "column", (index.indoption[0] & 1) = 1 as descending
from wanted
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as "table" on "table".relnamespace = namespace.oid and "table".relname = wanted.name
join pg_catalog.pg_attribute as owner on owner.attrelid = "table".oid and owner.attname = wanted.owner
join pg_catalog.pg_index as index on index.indrelid = "table".oid and index.indisvalid and index.indpred is null
join pg_catalog.pg_attribute as attribute on attribute.attrelid = "table".oid and attribute.attnum = index.indkey[0]
where
  attribute.atttypid in (
    'pg_catalog.date'::regtype, 'pg_catalog.timestamp'::regtype, 'pg_catalog.timestamptz'::regtype
  )
  and index.indnkeyatts = 1
  and attribute.attnum <> owner.attnum
  and not exists (
    select
    from pg_catalog.pg_index as other
    where
      other.indrelid = "table".oid
      and other.indisvalid
      and other.indnkeyatts > 1
      and other.indkey[0] = owner.attnum
      and other.indkey[1] = attribute.attnum
  )
order by 1, 2, 4
