-- Whether rights bind a login: not superusers, who may bypass row security, and the owners of the tables.
create or replace function rls.is_bound(login name)
  returns boolean
  language sql
  stable
  parallel safe
begin atomic
  select not (role.rolsuper or role.rolbypassrls or pg_catalog.pg_has_role(role.oid, {owner_name}, 'usage'))
  from pg_catalog.pg_roles as role
  where role.rolname = login;
end;
