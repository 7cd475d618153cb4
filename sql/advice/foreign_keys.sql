-- Foreign keys between tables under rights whose referring columns no index begins with.
with managed as (
  select "table".oid
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as "table" on "table".relnamespace = namespace.oid and "table".relname = wanted.name
)
select
  namespace.nspname::text as schema,
  "table".relname::text as name,
  key.conname::text as key,
  key.confrelid::regclass::text as referred,
  columns.names as columns
from pg_catalog.pg_constraint as key
join pg_catalog.pg_class as "table" on "table".oid = key.conrelid
join pg_catalog.pg_namespace as namespace on namespace.oid = "table".relnamespace
cross join lateral (
  select pg_catalog.array_agg(attribute.attname::text order by referring.number) as names
  from unnest(key.conkey) with ordinality as referring (attnum, number)
  join pg_catalog.pg_attribute as attribute on attribute.attrelid = key.conrelid and attribute.attnum = referring.attnum
) as columns
where
  key.contype = 'f'
  and key.conparentid = 0
  and key.conrelid in (select managed.oid from managed)
  and key.confrelid in (select managed.oid from managed)
  and not exists (
    select
    from pg_catalog.pg_index as index
    where
      index.indrelid = key.conrelid
      and index.indisvalid
      and (
        index.indpred is null
        or pg_catalog.pg_get_expr(index.indpred, index.indrelid) = pg_catalog.format('(%%I IS NOT NULL)', columns.names[1])
      )
      -- Both sets of the first columns, in any order.
      and (index.indkey::int2[])[0:pg_catalog.cardinality(key.conkey) - 1] @> key.conkey
  )
order by 1, 2, 3
