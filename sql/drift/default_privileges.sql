-- Default privileges that open what somebody makes later, in managed schemas or everywhere.
select
  'default privileges' as kind,
  'warning' as severity,
  pg_catalog.pg_get_userbyid(acl.defaclrole)::text
    || coalesce(' in schema ' || namespace.nspname, '') as object,
  pg_catalog.format('open new %%s to %%s', target.plural, target.grantees) as what,
  pg_catalog.format(
    'alter default privileges for role %%I%%s revoke all on %%s from %%s',
    pg_catalog.pg_get_userbyid(acl.defaclrole),
    coalesce(' in schema ' || pg_catalog.quote_ident(namespace.nspname), ''),
    target.plural,
    target.grantees
  ) as statement
from pg_catalog.pg_default_acl as acl
left join managed_schema as namespace on namespace.oid = acl.defaclnamespace
cross join lateral (
  select
    case acl.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' else 'schemas' end as plural,
    string_agg(
      distinct coalesce(pg_catalog.quote_ident(role.rolname), 'public'), ', '
    ) as grantees
  from pg_catalog.aclexplode(acl.defaclacl) as entry
  left join pg_catalog.pg_roles as role on role.oid = entry.grantee
  where
    entry.grantee <> acl.defaclrole
    and entry.grantee in (select reacher.oid from reacher)
    -- What PUBLIC has anyway.
    and not (acl.defaclobjtype = 'f' and acl.defaclnamespace = 0 and entry.grantee = 0)
) as target
where
  acl.defaclobjtype in ('r', 'S', 'f', 'n')
  and target.grantees is not null
  and (acl.defaclnamespace = 0 or namespace.oid is not null)
