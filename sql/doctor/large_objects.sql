-- Large objects have no rows, and so no row security.
select
  'large object ' || object.oid as object,
  'is open to ' || coalesce(insider.rolname::text, 'everybody') as what,
  pg_catalog.format(
    'revoke all on large object %%s from %%s cascade', object.oid, coalesce(pg_catalog.quote_ident(insider.rolname), 'public')
  ) as statement
from pg_catalog.pg_largeobject_metadata as object
cross join pg_catalog.aclexplode(object.lomacl) as entry
left join insider on insider.oid = entry.grantee
where entry.grantee <> object.lomowner and (entry.grantee = 0 or insider.oid is not null)
group by object.oid, insider.rolname
