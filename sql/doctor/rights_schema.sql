-- Privileges on what is in schema rls; people's roles read reach and team and nothing else.
select
  class.oid::regclass::text as object,
  lower(entry.privilege_type) || ' for ' || coalesce(insider.rolname::text, 'everybody') as what,
  pg_catalog.format(
    'revoke %%s on %%s from %%s cascade',
    lower(entry.privilege_type),
    class.oid::regclass,
    coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  ) as statement
from pg_catalog.pg_class as class
cross join pg_catalog.aclexplode(class.relacl) as entry
left join insider on insider.oid = entry.grantee
where
  class.relnamespace = pg_catalog.to_regnamespace('rls')
  and entry.grantee <> class.relowner
  and (entry.grantee = 0 or insider.oid is not null)
  and not (
    class.relname in ('reach', 'team')
    and entry.privilege_type = 'SELECT'
    and not entry.is_grantable
    and entry.grantee in (select ours.oid from ours)
  )
