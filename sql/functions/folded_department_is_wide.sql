-- As rls.folded_department_owners(): a constant to the planner, which may be out of date.
create or replace function rls.folded_department_is_wide()
  returns boolean
  language plpgsql
  immutable
  parallel safe
  set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((select team.department_wide from rls.team), false);
end
$$;
