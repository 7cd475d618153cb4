-- Make the memberships of people right, and those of logins they had.  Planned once, for few people: one by one must be
-- quick, and for many an index serves as well.  For the limits see rls.refresh_principals_of().
create or replace function rls.refresh_holdings_of(people int[], logins name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_generic_plan
  set enable_hashjoin = off
  set enable_mergejoin = off
  set join_collapse_limit = 16
  set from_collapse_limit = 16
  set geqo = off
  set jit = off
as $$
declare
  roles name[];
  members name[];
begin
  select array_agg(holding.role), array_agg(holding.member) into roles, members
  from rls.desired_holding as holding
  where holding.person_id = any (people);
  perform rls.change_memberships(logins, '{{}}', roles, members);
end
$$;
