-- What is there of what Rowlock ships, as the server prints it, beside what it printed when it was known to be right.
with
found (kind, name, canonical) as (
  select
    'helper function',
    pg_catalog.format(
      'rls.%%s(%%s)',
      proc.proname,
      (
        select string_agg(pg_catalog.format_type(argument.type, null), ', ' order by argument.position)
        from unnest(proc.proargtypes::oid[]) with ordinality as argument (type, position)
      )
    ),
    pg_catalog.concat_ws(
      e'\n', pg_catalog.pg_get_functiondef(proc.oid), 'owner ' || pg_catalog.pg_get_userbyid(proc.proowner)
    )
  from pg_catalog.pg_proc as proc
  left join pg_catalog.pg_type as type on type.oid = proc.proargtypes[0]
  where
    proc.pronamespace = pg_catalog.to_regnamespace('rls')
    and proc.prokind in ('f', 'p')
    and type.typtype is distinct from 'c'
  union all
  select
    'helper view',
    'rls.' || class.relname,
    pg_catalog.concat_ws(
      e'\n',
      pg_catalog.pg_get_viewdef(class.oid),
      'owner ' || pg_catalog.pg_get_userbyid(class.relowner),
      pg_catalog.array_to_string(class.reloptions, ', ')
    )
  from pg_catalog.pg_class as class
  where class.relnamespace = pg_catalog.to_regnamespace('rls') and class.relkind = 'v'
  union all
  select
    'helper trigger',
    pg_catalog.format('%%s on %%s.%%s', trigger.tgname, namespace.nspname, class.relname),
    pg_catalog.concat_ws(e'\n', pg_catalog.pg_get_triggerdef(trigger.oid), 'enabled ' || trigger.tgenabled::text)
  from pg_catalog.pg_trigger as trigger
  join pg_catalog.pg_class as class on class.oid = trigger.tgrelid
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  where not trigger.tgisinternal and trigger.tgparentid = 0 and starts_with(trigger.tgname::text, 'rowlock_')
  union all
  select
    'helper policy',
    pg_catalog.format('%%s on %%s.%%s', policy.polname, namespace.nspname, class.relname),
    pg_catalog.concat_ws(
      e'\n',
      policy.polcmd::text,
      policy.polpermissive::text,
      (
        select string_agg(coalesce(role.rolname::text, 'public'), ', ' order by role.rolname)
        from unnest(policy.polroles) as entry (oid)
        left join pg_catalog.pg_roles as role on role.oid = entry.oid
      ),
      'using ' || pg_catalog.pg_get_expr(policy.polqual, policy.polrelid),
      'with check ' || pg_catalog.pg_get_expr(policy.polwithcheck, policy.polrelid)
    )
  from pg_catalog.pg_policy as policy
  join pg_catalog.pg_class as class on class.oid = policy.polrelid
  join pg_catalog.pg_namespace as namespace on namespace.oid = class.relnamespace
  where policy.polname = 'rls_owner' or (namespace.nspname = 'rls' and policy.polname = 'self')
)
select
  coalesce(found.kind, known.kind) as kind,
  coalesce(found.name, known.name) as name,
  found.canonical,
  known.canonical as known
from found
full join (
  select applied.kind, applied.identity[1] as name, applied.canonical
  from rls.applied
  where starts_with(applied.kind, 'helper ')
) as known on known.kind = found.kind and known.name = found.name
