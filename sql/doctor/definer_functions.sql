-- SECURITY DEFINER functions that find names where others may put them: pg_temp must be last, and no schema be open.
select
  proc.oid::regprocedure::text as object,
  'runs as ' || pg_catalog.pg_get_userbyid(proc.proowner) || ' '
    || case
      when path.value is null then 'without a search_path of its own'
      when path.value = '""' then 'with an empty search_path'
      else 'with search_path ' || path.value
    end as what,
  pg_catalog.format(
    'alter routine %%I.%%I(%%s) set search_path = pg_catalog, %%I, pg_temp',
    namespace.nspname,
    proc.proname,
    pg_catalog.pg_get_function_identity_arguments(proc.oid),
    namespace.nspname
  ) as statement,
  case when callers.everybody then 'error' else 'warning' end as severity
from pg_catalog.pg_proc as proc
join pg_catalog.pg_namespace as namespace on namespace.oid = proc.pronamespace
left join lateral (
  select pg_catalog.substr(item.text, 13) as value
  from unnest(proc.proconfig) as item (text)
  where starts_with(item.text, 'search_path=')
) as path on true
cross join lateral (
  select coalesce(bool_or(entry.grantee = 0 or entry.grantee in (select insider.oid from insider)), false) as everybody
  from pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as entry
) as callers
where
  proc.prosecdef
  and proc.prosqlbody is null
  and proc.oid >= 16384
  and not exists (
    select
    from pg_catalog.pg_depend as depend
    where depend.classid = 'pg_catalog.pg_proc'::regclass and depend.objid = proc.oid and depend.deptype = 'e'
  )
  and (
    path.value is null
    or path.value !~ '(^|, )"?pg_temp"?$'
    or exists (
      select
      from pg_catalog.pg_namespace as open
      cross join pg_catalog.aclexplode(open.nspacl) as entry
      where
        entry.privilege_type = 'CREATE'
        and (entry.grantee = 0 or entry.grantee in (select insider.oid from insider))
        and open.nspname::text = any (pg_catalog.string_to_array(pg_catalog.replace(path.value, '"', ''), ', '))
    )
  )
