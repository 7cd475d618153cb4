-- Row security of the tables asked for.
select
  namespace.nspname as table_schema,
  class.relname as table_name,
  class.relrowsecurity as enabled,
  class.relforcerowsecurity as forced
from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
order by namespace.nspname, class.relname
