-- Passwords kept as MD5.
select
  role.rolname::text as object,
  'has a password kept as MD5' as what,
  pg_catalog.format('alter role %%I password null', role.rolname) as statement
from pg_catalog.pg_authid as role
where role.rolpassword ~ '^md5' and role.oid in (select insider.oid from insider)
