-- Desired against current memberships of the pools' logins in the given people's; null: in anything at all.  They are
-- members of their people and of nothing else.  Sound is what can only SET ROLE; before PostgreSQL 16 memberships have no
-- such options, as in rls.memberships_of().
create or replace function rls.pool_changes_of(logins name[])
  returns table (role name, member name, drift text, grantor name)
  language plpgsql
  stable
  security definer
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
  set enable_nestloop = on
  set jit = off
as $$
#variable_conflict use_column
declare
  asked constant oid[] := array(select person.oid from pg_roles as person where person.rolname = any (logins));
begin
  -- The server may not know yet how many were granted, and would compare each with all.
  if logins is null or cardinality(logins) > 1000 then
    perform set_config('enable_nestloop', 'off', true);
  end if;
  return query
  with
  current as materialized (
    select
      person.rolname as role,
      pool.login as member,
      granted_by.rolname as grantor,
      not edge.admin_option and not edge.inherit_option and edge.set_option as sound
    from (select false as inherit_option, true as set_option) as legacy
    cross join rls.pool
    join pg_roles as login on login.rolname = pool.login
    cross join lateral (
      select roleid, pg_auth_members.grantor, admin_option, inherit_option, set_option
      from pg_auth_members
      where pg_auth_members.member = login.oid and (logins is null or pg_auth_members.roleid = any (asked))
    ) as edge
    join pg_roles as person on person.oid = edge.roleid
    left join pg_roles as granted_by on granted_by.oid = edge.grantor
    where not exists (select from rls.reach where reach.login = pool.login)
  ),
  desired as materialized (
    select desired_pool_membership.role, desired_pool_membership.member
    from rls.desired_pool_membership
    where logins is null or desired_pool_membership.role = any (logins)
  )
  select current.role, current.member, 'extra', current.grantor
  from current
  left join desired on desired.role = current.role and desired.member = current.member
  where not current.sound or desired.role is null
  union all
  select desired.role, desired.member, 'missing', null
  from desired
  left join current on current.role = desired.role and current.member = desired.member and current.sound
  where current.role is null;
end
$$;
