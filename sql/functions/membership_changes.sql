-- Desired against current memberships.  foreign_grantor: rls.refresh_memberships() cannot revoke it.
create or replace function rls.membership_changes()
  returns table (role name, member name, drift text, foreign_grantor boolean)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
with
current as materialized (
  select current_membership.*
  from rls.current_membership()
),
desired as materialized (
  select desired_membership.*
  from rls.desired_membership
)
select current.role, current.member, 'extra', current.foreign_grantor
from current
left join desired on desired.role = current.role and desired.member = current.member
where not current.sound or desired.role is null
union all
select desired.role, desired.member, 'missing', false
from desired
left join current on current.role = desired.role and current.member = desired.member and current.sound
where current.role is null
$$;
