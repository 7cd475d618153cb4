-- The roles the caller holds now: by membership, and by the clock where a role follows it.
create or replace function rls.held_roles()
  returns text[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
declare
  caller constant name := rls.caller();
begin
  return coalesce(
    (
      select pg_catalog.array_agg(role.name order by role.name)
      from rls.role
      where
        pg_catalog.pg_has_role(caller, role.database_role, 'usage')
        and (not role.timed or rls.in_time(role.name))
    ),
    array[]::text[]
  );
end
$$;
