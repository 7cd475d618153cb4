-- Make the memberships of the pools' logins equal to rls.desired_pool_membership.
create or replace function rls.refresh_pools()
  returns void
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
begin
  perform rls.refresh_pools_of(null);
end
$$;
