-- After a statement on rls.reach or rls.budget: everybody who can log in has a counter for every budget.
create or replace function rls.follow_counters()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform rls.refresh_counters();
  return null;
end
$$;
