-- Wait for everybody else who refreshes; what runs afterwards sees what they did, or fails to serialize.
create or replace function rls.begin_refresh()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rls.refreshed in share row exclusive mode;
  update rls.refreshed set at = pg_catalog.clock_timestamp(), times = refreshed.times + 1;
end
$$;
