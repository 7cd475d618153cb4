-- Columns and primary keys of the tables asked for: %(schemas)s and %(names)s in step.
-- compared_as: the type a column that names people is compared in, which must not cut what it is given.
-- computed_of: the columns a generated column reads; what depends on them is its default or, before 16, the column.
with recursive base (type, oid) as (
  select type.oid, type.oid
  from pg_catalog.pg_type as type
  union all
  select base.type, type.typbasetype
  from base
  join pg_catalog.pg_type as type on type.oid = base.oid
  where type.typtype = 'd'
)
select
  namespace.nspname as schema,
  class.relname as name,
  class.relkind as kind,
  attribute.attname as "column",
  pg_catalog.format_type(attribute.atttypid, null) as type,
  (
    select
      case
        when base.oid in ('text'::regtype, 'varchar'::regtype, 'name'::regtype) then 'text'
        when base.oid = 'bpchar'::regtype then 'bpchar'
        when base.oid in ('uuid'::regtype, 'int2'::regtype, 'int4'::regtype, 'int8'::regtype, 'numeric'::regtype)
          then pg_catalog.format_type(base.oid, null)
      end
    from base
    join pg_catalog.pg_type as type on type.oid = base.oid and type.typtype <> 'd'
    where base.type = attribute.atttypid
  ) as compared_as,
  attribute.atthasdef and attribute.attgenerated = '' as has_default,
  attribute.attidentity <> '' as identity,
  attribute.attgenerated <> '' as generated,
  attribute.attnotnull as not_null,
  array(
    select distinct input.attname::text
    from pg_catalog.pg_attrdef as expression
    join pg_catalog.pg_depend as depend
      on (depend.classid, depend.objid) = ('pg_catalog.pg_attrdef'::regclass, expression.oid)
      or (depend.classid, depend.objid, depend.objsubid) = ('pg_catalog.pg_class'::regclass, class.oid, attribute.attnum)
    join pg_catalog.pg_attribute as input
      on input.attrelid = class.oid and input.attnum = depend.refobjsubid and input.attnum <> attribute.attnum
    where
      attribute.attgenerated <> ''
      and (expression.adrelid, expression.adnum) = (class.oid, attribute.attnum)
      and (depend.refclassid, depend.refobjid) = ('pg_catalog.pg_class'::regclass, class.oid)
    order by 1
  ) as computed_of,
  coalesce(
    (
      -- Not of the table, for which it would wait: only what is generated names columns.
      select pg_catalog.pg_get_expr(expression.adbin, 0)
      from pg_catalog.pg_attrdef as expression
      where (expression.adrelid, expression.adnum) = (class.oid, attribute.attnum) and attribute.attgenerated = ''
    ),
    ''
  ) as "default",
  coalesce(pg_catalog.col_description(class.oid, attribute.attnum), '') as comment,
  coalesce(pg_catalog.obj_description(class.oid, 'pg_class'), '') as table_comment,
  coalesce(pg_catalog.array_position(constraint_.conkey, attribute.attnum), 0) as key_position
from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
join pg_catalog.pg_class as class on class.relnamespace = namespace.oid and class.relname = wanted.name
join pg_catalog.pg_attribute as attribute on attribute.attrelid = class.oid
left join pg_catalog.pg_constraint as constraint_ on constraint_.conrelid = class.oid and constraint_.contype = 'p'
where class.relkind in ('r', 'p', 'v', 'm', 'f') and attribute.attnum > 0 and not attribute.attisdropped
order by namespace.nspname, class.relname, attribute.attnum
