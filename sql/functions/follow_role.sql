-- After a change of what assigned roles are: all memberships follow.
create or replace function rls.follow_role()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.begin_refresh();
  perform rls.refresh_memberships();
  return null;
end
$$;
