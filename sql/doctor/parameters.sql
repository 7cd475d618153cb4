-- Parameters somebody may set who could not.
select
  parameter.parname as object,
  pg_catalog.format('may be set (%%s) by %%s', entry.privilege_type, coalesce(role.rolname::text, 'everybody')) as what,
  pg_catalog.format(
    'revoke %%s on parameter %%s from %%s',
    lower(entry.privilege_type),
    parameter.parname,
    coalesce(pg_catalog.quote_ident(role.rolname), 'public')
  ) as statement,
  case
    when entry.privilege_type = 'SET' and entry.grantee <> 0 and role.oid not in (select insider.oid from insider) then 'note'
    when parameter.parname in (select risky.setting from risky) or entry.privilege_type <> 'SET' then 'error'
    else 'warning'
  end as severity
from pg_catalog.pg_parameter_acl as parameter
cross join pg_catalog.aclexplode(parameter.paracl) as entry
left join pg_catalog.pg_roles as role on role.oid = entry.grantee
where not coalesce(role.rolsuper, false)
