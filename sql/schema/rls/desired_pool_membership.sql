-- Person → the logins of pools that may become them.  A login that is above row security, or a person's, is no pool's.
create view rls.desired_pool_membership as
with pool as materialized (
  select pool.login, pool.slice, pool.slices
  from rls.pool
  join pg_catalog.pg_roles as login on login.rolname = pool.login
  where
    not (login.rolsuper or login.rolbypassrls or login.rolreplication or login.rolcreaterole)
    and not exists (select from rls.reach where reach.login = pool.login)
),
person as materialized (
  select person_login.login, division.slices, rls.slice_of(person_login.login, division.slices) as slice
  from (select distinct pool.slices from pool) as division
  cross join rls.person_login
)
select person.login as role, pool.login as member
from pool
join person on person.slices = pool.slices and person.slice = pool.slice;

comment on view rls.desired_pool_membership is 'The memberships that follow from the pools';
