-- The relation by which a person reads an entity, the first of those named that is there, and the columns they may read.
with relation as (
  select class.oid, wanted.schema, wanted.name
  from unnest(%(schemas)s::text[], %(names)s::text[]) with ordinality as wanted (schema, name, number)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
  where pg_catalog.has_schema_privilege(%(person)s::name, namespace.oid, 'usage')
  order by wanted.number
  limit 1
)
select relation.schema, relation.name, attribute.attname::text
from relation
join pg_catalog.pg_attribute as attribute on attribute.attrelid = relation.oid
where
  attribute.attnum > 0
  and not attribute.attisdropped
  and pg_catalog.has_column_privilege(%(person)s::name, relation.oid, attribute.attnum, 'select')
order by attribute.attnum
