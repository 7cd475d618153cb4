-- Keys of indexes that no condition of somebody's own can use before a policy has let a row through: their operators are not
-- leakproof, or they are what a function returns, of which next to none is.
with managed as (
  select "table".oid, namespace.nspname, "table".relname
  from unnest(%(schemas)s::text[], %(names)s::text[]) as wanted (schema, name)
  join pg_catalog.pg_namespace as namespace on namespace.nspname = wanted.schema
  join pg_catalog.pg_class as "table" on "table".relnamespace = namespace.oid and "table".relname = wanted.name
),
-- Where `rowlock leakproof` made operators.
leakproof as (
  select namespace.oid, pg_catalog.quote_ident(namespace.nspname) as name
  from pg_catalog.pg_namespace as namespace
  where namespace.nspname = %(leakproof)s
),
key as (
  select
    managed.nspname,
    managed.relname,
    managed.oid as "table",
    of_index.relname as index,
    keys.number,
    written.key,
    method.amname,
    class.opcname,
    class.opcnamespace,
    class.opcmethod,
    class.opcfamily,
    class.opcintype,
    index.indkey[keys.number - 1] as column,
    class.opcname in ('text_pattern_ops', 'varchar_pattern_ops', 'bpchar_pattern_ops') as finds_prefixes,
    case when not class.opcdefault then pg_catalog.quote_ident(class.opcname) end as other_class,
    written.key ~ '^(lower|upper)\([^()]+\)$' as folds
  from managed
  join pg_catalog.pg_index as index on index.indrelid = managed.oid and index.indisvalid
  join pg_catalog.pg_class as of_index on of_index.oid = index.indexrelid
  join pg_catalog.pg_am as method on method.oid = of_index.relam
  cross join lateral pg_catalog.generate_series(1, index.indnkeyatts::int) as keys (number)
  cross join lateral pg_catalog.pg_get_indexdef(index.indexrelid, keys.number, true) as written (key)
  join pg_catalog.pg_opclass as class on class.oid = index.indclass[keys.number - 1]
)
select
  key.nspname::text as schema,
  key.relname::text as name,
  key.index::text as index,
  key.key,
  key.amname::text as method,
  key.opcname::text as class,
  pg_catalog.format_type(key.opcintype, null) as type,
  key.column = 0 as is_expression,
  kind.typtype = 'e' as is_enum,
  case
    when equal.class is not null or equal.key <> key.key
    then
      pg_catalog.format(
        'create index concurrently on %%I.%%I using %%s (%%s)',
        key.nspname,
        key.relname,
        key.amname,
        pg_catalog.concat_ws(' ', equal.key, coalesce(equal.class, key.other_class))
      )
  end as leakproof_index,
  key.column <> 0 or key.folds as may_have_equal
from key
left join pg_catalog.pg_attribute as attribute
  on attribute.attrelid = key."table" and attribute.attnum = key.column and attribute.attnum > 0
left join pg_catalog.pg_type as kind on kind.oid = attribute.atttypid
left join leakproof on true
-- The same index with leakproof functions and operators.
left join lateral (
  select
    case when key.folds then leakproof.name || '.' || key.key else key.key end as key,
    (
      select leakproof.name || '.' || pg_catalog.quote_ident(class.opcname)
      from pg_catalog.pg_opclass as class
      where class.opcnamespace = leakproof.oid and class.opcmethod = key.opcmethod and class.opcname = key.opcname
    ) as class
  where leakproof.oid is not null and (key.column <> 0 or key.folds)
) as equal on true
where
  (
    -- `like` of those operators looks for prefixes in the index as it is.
    (key.finds_prefixes and leakproof.oid is null)
    -- Of these only `=` is leakproof, which nobody makes them for.
    or key.opcname in ('gin_trgm_ops', 'gist_trgm_ops') and key.opcnamespace is distinct from leakproof.oid
    or not exists (
      select
      from pg_catalog.pg_amop as search
      join pg_catalog.pg_operator as operator on operator.oid = search.amopopr
      join pg_catalog.pg_proc as function on function.oid = operator.oprcode
      where
        search.amopfamily = key.opcfamily
        and search.amoplefttype = key.opcintype
        and search.amoppurpose = 's'
        and function.proleakproof
    )
    or (
      key.column = 0
      and key.key ~ '\w\('
      and not pg_catalog.starts_with(key.key, coalesce(leakproof.name, '') || '.')
    )
  )
  and not exists (
    select
    from key as other
    where
      other."table" = key."table"
      and other.key = equal.key
      and other.number = 1
      and (other.opcnamespace = leakproof.oid or key.folds)
  )
order by 1, 2, 3, key.number
