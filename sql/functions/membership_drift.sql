-- The memberships that rls.refresh_memberships() would grant or revoke.
create or replace function rls.membership_drift()
  returns table (role name, member name, drift text)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
as $$
select desired.role, desired.member, 'missing'
from rls.desired_membership as desired
where (desired.role, desired.member) not in (
  select current.role, current.member from rls.current_membership as current where current.sound
)
union all
select distinct current.role, current.member, 'extra'
from rls.current_membership as current
where
  not current.sound
  or (current.role, current.member) not in (select desired.role, desired.member from rls.desired_membership as desired)
order by 1, 2, 3
$$;
