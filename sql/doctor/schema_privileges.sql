-- CREATE on any schema, anything on schema rls.
select
  'schema ' || namespace.nspname as object,
  case
    when entry.privilege_type = 'CREATE' then 'lets ' || coalesce(insider.rolname::text, 'everybody') || ' make objects in it'
    else 'is open to ' || coalesce(insider.rolname::text, 'everybody')
  end as what,
  pg_catalog.format(
    'revoke %%s on schema %%I from %%s cascade',
    lower(entry.privilege_type),
    namespace.nspname,
    coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  ) as statement,
  case when namespace.nspname = 'rls' then 'error' else 'warning' end as severity
from pg_catalog.pg_namespace as namespace
cross join pg_catalog.aclexplode(coalesce(namespace.nspacl, pg_catalog.acldefault('n', namespace.nspowner))) as entry
left join insider on insider.oid = entry.grantee
where
  (entry.privilege_type = 'CREATE' or namespace.nspname = 'rls')
  and entry.grantee <> namespace.nspowner
  and (entry.grantee = 0 or insider.oid is not null)
