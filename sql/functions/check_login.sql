-- Refuse a login that is above row security: whatever it were granted would mean nothing.
create or replace function rls.check_login()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  attribute text;
begin
  select
    case
      when role.rolsuper then 'SUPERUSER'
      when role.rolbypassrls then 'BYPASSRLS'
      when role.rolreplication then 'REPLICATION'
      when role.rolcreaterole then 'CREATEROLE'
    end
  into attribute
  from pg_catalog.pg_roles as role
  where role.rolname = new.login::name;
  if attribute is not null then
    raise exception 'login "%" cannot be a person''s: the database role has %', new.login, attribute
      using errcode = 'check_violation';
  end if;
  return new;
end
$$;
