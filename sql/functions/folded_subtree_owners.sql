-- Declared IMMUTABLE so that the planner makes it a constant, with true estimates.  It is not: whatever is planned with it
-- must test rls.team.subtree_reached besides, and a change of rls.team must alter rls.subtree_owners().  Null: too many.
create or replace function rls.folded_subtree_owners()
  returns int[]
  language plpgsql
  immutable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = auto
as $$
declare
  owners int[];
begin
  select case when not team.subtree_wide then team.subtree_owners end
  into owners
  from rls.reach
  join rls.team on team.id = reach.team
  where reach.login = rls.caller();
  return case when found then owners else array[]::int[] end;
end
$$;
