-- Whether a person may fill these columns through an import table.
select coalesce(bool_and(pg_catalog.has_column_privilege(%(person)s::name, class.oid, wanted.name, 'insert')), false)
from pg_catalog.pg_class as class
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
cross join unnest(%(columns)s::text[]) as wanted (name)
where
  namespace.nspname = %(schema)s
  and class.relname = %(name)s
  and class.relkind = 'r'
  and pg_catalog.has_schema_privilege(%(person)s::name, namespace.oid, 'usage')
