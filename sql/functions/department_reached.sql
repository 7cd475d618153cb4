-- The members of a login's departments, true at each one's person.id.  As rls.mine().
create or replace function rls.department_reached(wanted name)
  returns boolean[]
  language plpgsql
  stable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = auto
as $$
begin
  return (
    select team.department_reached || array[]::boolean[]
    from rls.reach
    join rls.team on team.id = reach.team
    where reach.login = wanted
  );
end
$$;
