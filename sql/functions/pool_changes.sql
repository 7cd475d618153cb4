-- Desired against current memberships of the pools' logins, which are members of their people and of nothing else.  Sound
-- is what can only SET ROLE; before PostgreSQL 16 memberships have no such options, as in rls.current_membership().
create or replace function rls.pool_changes()
  returns table (role name, member name, drift text, grantor name)
  language sql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
with
current as materialized (
  select
    role.rolname as role,
    pool.login as member,
    grantor.rolname as grantor,
    not edge.admin_option and not edge.inherit_option and edge.set_option as sound
  from (select false as inherit_option, true as set_option) as legacy
  cross join rls.pool
  join pg_roles as login on login.rolname = pool.login
  cross join lateral (
    select roleid, pg_auth_members.grantor, admin_option, inherit_option, set_option
    from pg_auth_members
    where pg_auth_members.member = login.oid
  ) as edge
  join pg_roles as role on role.oid = edge.roleid
  left join pg_roles as grantor on grantor.oid = edge.grantor
  where not exists (select from rls.reach where reach.login = pool.login)
),
desired as materialized (
  select desired_pool_membership.*
  from rls.desired_pool_membership
)
select current.role, current.member, 'extra', current.grantor
from current
left join desired on desired.role = current.role and desired.member = current.member
where not current.sound or desired.role is null
union all
select desired.role, desired.member, 'missing', null
from desired
left join current on current.role = desired.role and current.member = desired.member and current.sound
where current.role is null
$$;
