-- Keys of indexes that no condition of somebody's own can use before a policy has let a row through: their operators are not
-- leakproof, or they are what a function returns, of which next to none is.
with managed as (
  select "table".oid, namespace.nspname, "table".relname
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as "table" on "table".relnamespace = namespace.oid and "table".relname = wanted.name
)
select
  managed.nspname::text as schema,
  managed.relname::text as name,
  of_index.relname::text as index,
  pg_catalog.pg_get_indexdef(index.indexrelid, keys.number, true) as key,
  method.amname::text as method,
  class.opcname::text as class,
  pg_catalog.format_type(class.opcintype, null) as type,
  index.indkey[keys.number - 1] = 0 as is_expression,
  kind.typtype = 'e' as is_enum
from managed
join pg_catalog.pg_index as index on index.indrelid = managed.oid and index.indisvalid
join pg_catalog.pg_class as of_index on of_index.oid = index.indexrelid
join pg_catalog.pg_am as method on method.oid = of_index.relam
cross join lateral pg_catalog.generate_series(1, index.indnkeyatts::int) as keys (number)
join pg_catalog.pg_opclass as class on class.oid = index.indclass[keys.number - 1]
left join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = managed.oid and attribute.attnum = index.indkey[keys.number - 1] and attribute.attnum > 0
left join pg_catalog.pg_type as kind on kind.oid = attribute.atttypid
where
  class.opcname in ('text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops')
  or not exists (
    select
    from pg_catalog.pg_amop as search
    join pg_catalog.pg_operator as operator on operator.oid = search.amopopr
    join pg_catalog.pg_proc as function on function.oid = operator.oprcode
    where
      search.amopfamily = class.opcfamily
      and search.amoplefttype = class.opcintype
      and search.amoppurpose = 's'
      and function.proleakproof
  )
  or (index.indkey[keys.number - 1] = 0 and pg_catalog.pg_get_indexdef(index.indexrelid, keys.number, true) ~ '\w\(')
order by 1, 2, 3, keys.number
