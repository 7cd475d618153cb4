-- As rls.folded_department_owners(); beside it stands rls.reach.mine.
create or replace function rls.folded_me()
  returns int
  language plpgsql
  immutable
  security definer
  parallel safe
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = auto
as $$
begin
  return (select reach.person_id from rls.reach where reach.login = rls.caller());
end
$$;
