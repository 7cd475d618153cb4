-- Policies that nobody defined, on tables under rights and on those of schema rls, or calling our functions.
select
  'policy' as kind,
  'error' as severity,
  pg_catalog.format('%%s on %%s.%%s', policy.polname, namespace.nspname, class.relname) as object,
  pg_catalog.format(
    'is not Rowlock''s (%%s for %%s to %%s)',
    case when policy.polpermissive then 'permissive' else 'restrictive' end,
    case policy.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
    (
      select string_agg(coalesce(role.rolname::text, 'public'), ', ' order by role.rolname)
      from unnest(policy.polroles) as entry (oid)
      left join pg_catalog.pg_roles as role on role.oid = entry.oid
    )
  ) as what,
  pg_catalog.format('drop policy %%I on %%I.%%I', policy.polname, namespace.nspname, class.relname) as statement
from pg_catalog.pg_policy as policy
join pg_catalog.pg_class as class on class.oid = policy.polrelid
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
left join pg_catalog.pg_roles as rls_owner on rls_owner.rolname = %(rls_owner)s
where
  (
    class.oid in (select managed.oid from managed)
    or namespace.nspname = 'rls'
    or exists (
      select
      from pg_catalog.pg_depend as depend
      join pg_catalog.pg_proc as proc on proc.oid = depend.refobjid
      where
        depend.classid = 'pg_catalog.pg_policy'::regclass
        and depend.objid = policy.oid
        and depend.refclassid = 'pg_catalog.pg_proc'::regclass
        and proc.pronamespace = pg_catalog.to_regnamespace('rls')
    )
  )
  and policy.polroles <> array[rls_owner.oid]
  and pg_catalog.format('%%s on %%s.%%s', policy.polname, namespace.nspname, class.relname) <> all (%(policies)s::text[])
  and not exists (
    select
    from rls.applied
    where
      applied.kind = 'policy'
      and applied.identity = array[namespace.nspname, class.relname, policy.polname]::text[]
  )
