-- SECURITY DEFINER functions of managed schemas that people may call.
select
  'function' as kind,
  'error' as severity,
  pg_catalog.format(
    '%%s.%%s(%%s)', namespace.nspname, proc.proname, pg_catalog.pg_get_function_identity_arguments(proc.oid)
  ) as object,
  pg_catalog.format(
    'runs as %%s (SECURITY DEFINER), open to %%s', pg_catalog.pg_get_userbyid(proc.proowner), callers.names
  ) as what,
  pg_catalog.format(
    'revoke all on routine %%I.%%I(%%s) from %%s cascade',
    namespace.nspname,
    proc.proname,
    pg_catalog.pg_get_function_identity_arguments(proc.oid),
    callers.names
  ) as statement
from managed_schema as namespace
join pg_catalog.pg_proc as proc on proc.pronamespace = namespace.oid and proc.prosecdef
cross join lateral (
  select
    string_agg(
      coalesce(pg_catalog.quote_ident(role.rolname), 'public'), ', ' order by role.rolname nulls first
    ) as names
  from pg_catalog.aclexplode(coalesce(proc.proacl, pg_catalog.acldefault('f', proc.proowner))) as entry
  left join pg_catalog.pg_roles as role on role.oid = entry.grantee
  where entry.grantee <> proc.proowner and entry.grantee in (select reacher.oid from reacher)
) as callers
where callers.names is not null and namespace.nspname <> 'rls'
