-- Functions of schema rls that are no predicates, by names with argument types: %(names)s.
select
  found.name,
  pg_catalog.pg_get_userbyid(proc.proowner)::text as owner,
  pg_catalog.concat_ws(
    e'\n',
    pg_catalog.pg_get_functiondef(proc.oid),
    'owner ' || pg_catalog.pg_get_userbyid(proc.proowner),
    'acl ' || coalesce(
      (select string_agg(entry::text, ' ' order by entry::text) from unnest(proc.proacl) as entry), 'default'
    )
  ) as canonical,
  array(
    select case entry.grantee when 0 then '' else pg_catalog.pg_get_userbyid(entry.grantee) end
    from pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as entry
    where entry.grantee <> proc.proowner
    order by 1
  )::text[] as grantees
from pg_catalog.pg_proc as proc
cross join lateral (
  select
    pg_catalog.format('%%s(%%s)', proc.proname, string_agg(pg_catalog.format_type(argument.type, null), ', ' order by argument.position))
      as name
  from unnest(proc.proargtypes::oid[]) with ordinality as argument (type, position)
) as found
where proc.pronamespace = pg_catalog.to_regnamespace('rls') and found.name = any (%(names)s::text[])
order by 1
