-- As rls.folded_subtree_owners(): a constant to the planner, which may be out of date.
create or replace function rls.folded_subtree_is_wide()
  returns boolean
  language plpgsql
  immutable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce(
    (select team.subtree_wide from rls.reach join rls.team on team.id = reach.team where reach.login = rls.caller()),
    false
  );
end
$$;
