-- Database roles of these names, with what makes a role no person's.
select
  role.rolname as name,
  role.rolsuper as superuser,
  role.rolbypassrls as bypasses,
  role.rolreplication as replicates,
  role.rolcreaterole as creates_roles,
  role.oid in (select membership.roleid from pg_catalog.pg_auth_members as membership) as has_members
from pg_catalog.pg_roles as role
where role.rolname = any (%s)
