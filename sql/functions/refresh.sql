-- Make everything that follows from the organisation equal to it: to be called when logins or the time changed.
create or replace function rls.refresh()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.begin_refresh();
  perform rls.refresh_closure();
  perform rls.refresh_reach();
  perform rls.refresh_memberships();
  perform rls.refresh_counters(null);
end
$$;
