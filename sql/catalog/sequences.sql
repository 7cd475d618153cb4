-- The sequences that defaults of the given tables draw from; an identity's own needs no privilege.
select distinct
  table_namespace.nspname as table_schema,
  class.relname as table_name,
  namespace.nspname as schema,
  sequence.relname as name
from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
join pg_catalog.pg_namespace as table_namespace on table_namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = table_namespace.oid and class.relname = wanted.name
join pg_catalog.pg_attrdef as attrdef on attrdef.adrelid = class.oid
join pg_catalog.pg_depend as depend
  on depend.classid = 'pg_catalog.pg_attrdef'::regclass
  and depend.objid = attrdef.oid
  and depend.refclassid = 'pg_catalog.pg_class'::regclass
join pg_catalog.pg_class as sequence on sequence.oid = depend.refobjid and sequence.relkind = 'S'
join pg_catalog.pg_namespace as namespace on namespace.oid = sequence.relnamespace
order by 1, 2, 3, 4
