-- The columns of a table, in order, each with what a value must be and which table it refers to.
select
  attribute.attname::text as name,
  type.typname::text as type,
  format_type(attribute.atttypid, attribute.atttypmod) as type_text,
  attribute.attnotnull as required,
  attribute.atthasdef or attribute.attidentity <> '' as has_default,
  attribute.attidentity = 'a' or attribute.attgenerated <> '' as is_made_by_server,
  referenced_schema.nspname::text as referenced_schema,
  referenced.relname::text as referenced_table,
  referenced_attribute.attname::text as referenced_column
from pg_catalog.pg_attribute as attribute
join pg_catalog.pg_type as type on type.oid = attribute.atttypid
left join pg_catalog.pg_constraint as reference
  on reference.conrelid = attribute.attrelid
  and reference.contype = 'f'
  and reference.conkey = array[attribute.attnum]
left join pg_catalog.pg_class as referenced on referenced.oid = reference.confrelid
left join pg_catalog.pg_namespace as referenced_schema on referenced_schema.oid = referenced.relnamespace
left join pg_catalog.pg_attribute as referenced_attribute
  on referenced_attribute.attrelid = reference.confrelid
  and referenced_attribute.attnum = reference.confkey[1]
where attribute.attrelid = to_regclass(format('%%I.%%I', %(schema)s::text, %(name)s::text))
  and attribute.attnum > 0
  and not attribute.attisdropped
order by attribute.attnum
