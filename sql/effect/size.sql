-- About how many rows a table has, with its partitions; from the size where it was never analysed.
with recursive part as (
  select class.oid
  from pg_catalog.pg_class as class
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  where namespace.nspname = %(schema)s and class.relname = %(name)s
  union all
  select inherits.inhrelid
  from part
  join pg_catalog.pg_inherits as inherits on inherits.inhparent = part.oid
)
select
  coalesce(
    sum(
      case
        when class.relkind = 'p' then 0
        when class.reltuples >= 0 then class.reltuples
        else pg_catalog.pg_relation_size(class.oid) / 100
      end
    ),
    0
  )::float8
from part
join pg_catalog.pg_class as class on class.oid = part.oid
