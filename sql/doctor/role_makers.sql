-- Others with CREATEROLE, which before PostgreSQL 16 reaches every role but superusers.
select
  role.rolname::text as object,
  'may make itself a member of any role but superusers, ' || %(rls_owner)s::text || ' included (CREATEROLE)' as what,
  pg_catalog.format('alter role %%I nocreaterole', role.rolname) as statement
from pg_catalog.pg_roles as role
where
  role.rolcreaterole
  and not role.rolsuper
  and role.rolname <> %(rls_owner)s
  and (role.rolcanlogin or role.oid in (select edge.roleid from edge))
  and role.oid <> (select database.datdba from database)
  and role.oid not in (select insider.oid from insider)
  and current_setting('server_version_num')::int < 160000
