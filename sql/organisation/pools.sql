-- Each pool's login: its slice, the people it may become, and what makes it more than a pool's.
with desired as materialized (
  select person.oid as role, login.oid as member
  from rls.desired_pool_membership as desired
  join pg_catalog.pg_roles as person on person.rolname = desired.role
  join pg_catalog.pg_roles as login on login.rolname = desired.member
),
counted as (
  select desired.member, count(*) as wanted, count(distinct edge.roleid) as people
  from desired
  left join pg_catalog.pg_auth_members as edge on edge.roleid = desired.role and edge.member = desired.member
  group by desired.member
)
select
  pool.login::text as login,
  pool.slice,
  pool.slices,
  coalesce(counted.people, 0) as people,
  coalesce(counted.wanted, 0) as wanted,
  role.oid is null as missing,
  role.rolsuper as superuser,
  role.rolbypassrls as bypasses,
  role.rolreplication as replicates,
  role.rolcreaterole as creates_roles,
  role.rolcreatedb as creates_databases,
  role.rolinherit as inherits,
  not role.rolcanlogin as cannot_log_in,
  exists (select from rls.person_login where person_login.login = pool.login) as is_a_person,
  exists (
    select
    from pg_catalog.pg_shdepend as dependency
    where dependency.refclassid = 'pg_catalog.pg_authid'::regclass
      and dependency.refobjid = role.oid
      and dependency.deptype = 'o'
  ) as owns
from rls.pool
left join pg_catalog.pg_roles as role on role.rolname = pool.login
left join counted on counted.member = role.oid
order by pool.slices, pool.slice, pool.login
