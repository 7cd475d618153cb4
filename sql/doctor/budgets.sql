-- Counters that somebody else than their person may use, and what nobody but their owner should: UPDATE lets setval().
select
  'rls_counter.' || class.relname as object,
  lower(entry.privilege_type) || ' for ' || coalesce(role.rolname::text, 'everybody')
    || coalesce(' on what counts for ' || counter.login, '') as what,
  pg_catalog.format(
    'revoke %%s on sequence rls_counter.%%I from %%s cascade',
    lower(entry.privilege_type),
    class.relname,
    coalesce(pg_catalog.quote_ident(role.rolname), 'public')
  ) as statement
from pg_catalog.pg_class as class
cross join pg_catalog.aclexplode(class.relacl) as entry
left join pg_catalog.pg_roles as role on role.oid = entry.grantee
left join rls.counter on counter.sequence = class.oid
where
  class.relnamespace = pg_catalog.to_regnamespace('rls_counter')
  and entry.grantee <> class.relowner
  and (
    entry.privilege_type <> 'USAGE'
    or entry.is_grantable
    or counter.login is distinct from role.rolname
  )
union all
select
  'rls_counter.' || class.relname,
  'belongs to ' || pg_catalog.pg_get_userbyid(class.relowner),
  pg_catalog.format('alter sequence rls_counter.%%I owner to %%I', class.relname, %(rls_owner)s::name)
from pg_catalog.pg_class as class
where
  class.relnamespace = pg_catalog.to_regnamespace('rls_counter')
  and pg_catalog.pg_get_userbyid(class.relowner) <> %(rls_owner)s
  and class.relkind = 'S'
