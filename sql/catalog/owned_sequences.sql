-- The sequences that belong to columns of the given tables, those of identity columns too: nobody needs a privilege on these.
select namespace.nspname as schema, sequence.relname as name
from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
join pg_catalog.pg_namespace as table_namespace on table_namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = table_namespace.oid and class.relname = wanted.name
join pg_catalog.pg_depend as depend
  on depend.refclassid = 'pg_catalog.pg_class'::regclass
  and depend.refobjid = class.oid
  and depend.classid = 'pg_catalog.pg_class'::regclass
  and depend.deptype in ('a', 'i')
join pg_catalog.pg_class as sequence on sequence.oid = depend.objid and sequence.relkind = 'S'
join pg_catalog.pg_namespace as namespace on namespace.oid = sequence.relnamespace
