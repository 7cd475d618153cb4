-- The same with the departments below.
create or replace function rls.subtree_reached(wanted name)
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
    select team.subtree_reached || array[]::boolean[]
    from rls.reach
    join rls.team on team.id = reach.team
    where reach.login = wanted
  );
end
$$;
