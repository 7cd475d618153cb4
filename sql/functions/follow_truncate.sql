-- After a table of the organisation was emptied: everything follows.
create or replace function rls.follow_truncate()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform rls.refresh();
  return null;
end
$$;
