-- One at a time may change the organisation.  Fires before the first row is locked, so that two changes cannot deadlock.
create or replace function rls.lock_organisation()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('rowlock'), 1);
  return null;
end
$$;
