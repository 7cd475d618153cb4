-- Others who are above row security.
select
  role.rolname::text as object,
  'is ' || case when role.rolsuper then 'a superuser' else 'above row security (BYPASSRLS)' end as what,
  pg_catalog.format('alter role %%I nosuperuser nobypassrls', role.rolname) as statement
from pg_catalog.pg_roles as role
where
  (role.rolsuper or role.rolbypassrls)
  and role.rolcanlogin
  and role.oid <> 10
  and role.oid not in (select insider.oid from insider)
