-- Predicate functions: those of schema rls whose first argument is a row of a table; all, or those with given names, or
-- those with given names and tables.
select
  proc.proname as name,
  table_namespace.nspname as table_schema,
  class.relname as table_name,
  (
    select coalesce(array_agg(pg_catalog.format_type(argument.type, -1) order by argument.position), array[]::text[])
    from unnest(proc.proargtypes::oid[]) with ordinality as argument (type, position)
    where argument.position > 1
  ) as types,
  coalesce(proc.proargnames[1], '') as row,
  coalesce(proc.proargnames[2:], array[]::text[]) as names,
  pg_catalog.pg_get_userbyid(proc.proowner)::text as owner,
  proc.provolatile = 'v' as volatile,
  pg_catalog.concat_ws(
    e'\n',
    pg_catalog.pg_get_functiondef(proc.oid),
    'owner ' || pg_catalog.pg_get_userbyid(proc.proowner),
    'acl ' || coalesce(
      (select string_agg(entry::text, ' ' order by entry::text) from unnest(proc.proacl) as entry), 'default'
    )
  ) as canonical,
  coalesce(
    (
      select pg_catalog.pg_get_userbyid(entry.grantee)
      from pg_catalog.aclexplode(proc.proacl) as entry
      where entry.grantee <> proc.proowner
      limit 1
    ),
    ''
  ) as grantee
from pg_catalog.pg_proc as proc
join pg_catalog.pg_type as type on type.oid = proc.proargtypes[0] and type.typtype = 'c'
join pg_catalog.pg_class as class on class.oid = type.typrelid
join pg_catalog.pg_namespace as table_namespace on table_namespace.oid = class.relnamespace
where
  proc.pronamespace = pg_catalog.to_regnamespace('rls')
  and (%(functions)s::text[] is null or proc.proname = any (%(functions)s::name[]))
  and (
    %(schemas)s::text[] is null
    or (table_namespace.nspname, class.relname) in (select * from unnest(%(schemas)s::text[], %(names)s::text[]))
  )
order by proc.proname, table_namespace.nspname, class.relname
