-- Policies of the tables asked for and, where wanted, every policy that calls a function of schema rls.
select
  namespace.nspname as table_schema,
  class.relname as table_name,
  policy.polname as name,
  case policy.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end as command,
  policy.polpermissive as permissive,
  array(
    select case role.oid when 0 then 'public' else pg_catalog.pg_get_userbyid(role.oid) end
    from unnest(policy.polroles) as role (oid)
    order by 1
  )::text[] as roles,
  pg_catalog.pg_get_expr(policy.polqual, policy.polrelid) as "using",
  pg_catalog.pg_get_expr(policy.polwithcheck, policy.polrelid) as with_check
from pg_catalog.pg_policy as policy
join pg_catalog.pg_class as class on class.oid = policy.polrelid
join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
where
  (namespace.nspname, class.relname) in (select * from unnest(%(schemas)s::text[], %(names)s::text[]))
  or %(callers)s and exists (
    select
    from pg_catalog.pg_depend as depend
    join pg_catalog.pg_proc as proc on proc.oid = depend.refobjid
    where
      depend.classid = 'pg_catalog.pg_policy'::regclass
      and depend.objid = policy.oid
      and depend.refclassid = 'pg_catalog.pg_proc'::regclass
      and proc.pronamespace = pg_catalog.to_regnamespace('rls')
      and namespace.nspname <> 'rls'
  )
order by namespace.nspname, class.relname, policy.polname
