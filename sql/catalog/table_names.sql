-- Every table somebody made, for the nearest right word.
select namespace.nspname as schema, class.relname as name
from pg_catalog.pg_class as class
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where
  class.relkind in ('r', 'p')
  and not class.relispartition
  and namespace.nspname not in ('rls', 'information_schema')
  and not starts_with(namespace.nspname::text, 'pg_')
order by namespace.nspname, class.relname
