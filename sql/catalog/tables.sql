-- Columns and primary keys of the tables asked for: %(schemas)s and %(names)s in step.
select
  namespace.nspname as schema,
  class.relname as name,
  attribute.attname as "column",
  pg_catalog.format_type(attribute.atttypid, null) as type,
  attribute.atthasdef and attribute.attgenerated = '' as has_default,
  attribute.attidentity <> '' as identity,
  attribute.attgenerated <> '' as generated,
  coalesce(pg_catalog.array_position(constraint_.conkey, attribute.attnum), 0) as key_position
from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid
left join pg_catalog.pg_constraint as constraint_ on constraint_.conrelid = class.oid and constraint_.contype = 'p'
where class.relkind in ('r', 'p') and attribute.attnum > 0 and not attribute.attisdropped
order by namespace.nspname, class.relname, attribute.attnum
