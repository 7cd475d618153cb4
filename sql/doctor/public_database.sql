-- Objects of one's own, with which most attacks begin.
select
  'database ' || database.datname as object,
  pg_catalog.format(
    'lets %%s make %%s',
    coalesce(insider.rolname::text, 'everybody'),
    case entry.privilege_type when 'CREATE' then 'schemas' else 'temporary tables' end
  ) as what,
  pg_catalog.format(
    'revoke %%s on database %%I from %%s',
    lower(entry.privilege_type),
    database.datname,
    coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  ) as statement,
  case when entry.privilege_type = 'CREATE' or entry.grantee = 0 then 'warning' else 'note' end as severity
from database
cross join pg_catalog.aclexplode(coalesce(database.datacl, pg_catalog.acldefault('d', database.datdba))) as entry
left join insider on insider.oid = entry.grantee
where entry.privilege_type <> 'CONNECT' and (entry.grantee = 0 or insider.oid is not null)
