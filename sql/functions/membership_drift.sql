-- The memberships that rls.refresh_memberships() and rls.refresh_pools(), or an administrator with
-- rls.repair_memberships(), would grant or revoke.
create or replace function rls.membership_drift()
  returns table (role name, member name, drift text)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
select changes.role, changes.member, changes.drift
from rls.membership_changes() as changes
union
select changes.role, changes.member, changes.drift
from rls.pool_changes() as changes
order by 1, 2, 3
$$;
