-- After a change of people or pools.  Whoever has no USAGE on the schema, and so no right to make logins or pools, leaves
-- the memberships of pools to the next administrator: the rights of a dismissed person are gone by then.
create or replace function rls.follow_pools()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
begin
  if pg_catalog.has_schema_privilege('rls', 'usage') then
    perform rls.refresh_pools();
  end if;
  return null;
end
$$;
