-- Which of the wanted columns no index begins with: their numbers.  A partial index counts if it leaves out no more than
-- nulls, or, for a flag, if it is of the rows that have it.
with wanted as (
  select *
  from unnest(%(schemas)s::text[], %(names)s::text[], %(columns)s::text[], %(flags)s::boolean[]) with ordinality
    as wanted (schema, name, "column", flag, number)
)
select wanted.number::int
from wanted
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as "table" on "table".relnamespace = namespace.oid and "table".relname = wanted.name
join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = "table".oid and attribute.attname = wanted."column" and not attribute.attisdropped
where not exists (
  select
  from pg_catalog.pg_index as index
  join pg_catalog.pg_class as of_index on of_index.oid = index.indexrelid
  join pg_catalog.pg_am as method on method.oid = of_index.relam
  cross join lateral (select pg_catalog.pg_get_expr(index.indpred, index.indrelid) as only) as partial
  where
    index.indrelid = "table".oid
    and index.indisvalid
    and case
      when wanted.flag and partial.only = pg_catalog.quote_ident(attribute.attname) then true
      else
        method.amname in ('btree', 'hash')
        and index.indkey[0] = attribute.attnum
        and coalesce(partial.only = pg_catalog.format('(%%I IS NOT NULL)', attribute.attname), true)
    end
)
