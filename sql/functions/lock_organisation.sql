-- One at a time may change the organisation.  Fires before the first row is locked, so that two changes cannot deadlock.
-- A table nobody else may lock: an advisory lock could be held by anybody, who then could not be dismissed.
create or replace function rls.lock_organisation()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  lock table rls.refreshed in share row exclusive mode;
  return null;
end
$$;
