-- Schemas in which everybody may make objects.
select
  'schema' as kind,
  'warning' as severity,
  namespace.nspname::text as object,
  'lets everybody make objects in it' as what,
  pg_catalog.format('revoke create on schema %%I from public', namespace.nspname) as statement
from managed_schema as namespace
cross join pg_catalog.aclexplode(coalesce(namespace.nspacl, pg_catalog.acldefault('n', namespace.nspowner))) as entry
where entry.grantee = 0 and entry.privilege_type = 'CREATE' and namespace.nspname <> all (%(own_schemas)s::name[])
