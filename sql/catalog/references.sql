-- Foreign keys of one column among the tables asked for: %(schemas)s and %(names)s in step.
with asked as (
  select class.oid, namespace.nspname::text as schema, class.relname::text as name, class.relowner
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
)
select
  referring.schema,
  referring.name,
  pg_catalog.pg_get_userbyid(referring.relowner)::text as owner,
  attribute.attname::text as "column",
  target.schema as target_schema,
  target.name as target_name,
  key.attname::text as target_key
from pg_catalog.pg_constraint as foreign_key
join asked as referring on referring.oid = foreign_key.conrelid
join asked as target on target.oid = foreign_key.confrelid
join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = foreign_key.conrelid and attribute.attnum = foreign_key.conkey[1]
join pg_catalog.pg_attribute as key on key.attrelid = foreign_key.confrelid and key.attnum = foreign_key.confkey[1]
where foreign_key.contype = 'f' and pg_catalog.cardinality(foreign_key.conkey) = 1
order by 1, 2, attribute.attnum
