-- Make rls.reach equal to the organisation.  People with the same departments reach the same people: computed once a set.
create or replace function rls.refresh_reach()
  returns void
  language sql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
with
held as (
  select member.person_id, array_agg(member.department_id order by member.department_id) as departments
  from {organisation}.department_member as member
  group by member.person_id
),
asking as (
  select person.id, person.login::name as login, person.key, held.departments
  from {organisation}.person
  left join held on held.person_id = person.id
  where person.is_active and person.login is not null
),
departments as (
  select distinct asking.departments
  from asking
  where asking.departments is not null
),
department_owners as (
  select
    departments.departments,
    array_agg(distinct person.id order by person.id) as owners,
    array_agg(distinct person.key order by person.key) filter (where person.key is not null) as keys
  from departments
  cross join lateral unnest(departments.departments) as mine (id)
  join {organisation}.department_member as member on member.department_id = mine.id
  join {organisation}.person on person.id = member.person_id
  group by departments.departments
),
subtree_owners as (
  select
    departments.departments,
    array_agg(distinct person.id order by person.id) as owners,
    array_agg(distinct person.key order by person.key) filter (where person.key is not null) as keys
  from departments
  cross join lateral unnest(departments.departments) as mine (id)
  join {organisation}.department_closure as closure on closure.ancestor_id = mine.id
  join {organisation}.department_member as member on member.department_id = closure.descendant_id
  join {organisation}.person on person.id = member.person_id
  group by departments.departments
),
desired as materialized (
  select
    asking.login,
    asking.id as person_id,
    coalesce(department_owners.owners, array[asking.id]) as department_owners,
    coalesce(subtree_owners.owners, array[asking.id]) as subtree_owners,
    asking.key as person_key,
    coalesce(department_owners.keys, array_remove(array[asking.key], null)) as department_keys,
    coalesce(subtree_owners.keys, array_remove(array[asking.key], null)) as subtree_keys
  from asking
  left join department_owners on department_owners.departments = asking.departments
  left join subtree_owners on subtree_owners.departments = asking.departments
),
removed as (
  delete from rls.reach
  where not exists (select from desired where desired.login = reach.login)
)
insert into rls.reach (login, person_id, department_owners, subtree_owners, person_key, department_keys, subtree_keys)
select desired.*
from desired
left join rls.reach on reach.login = desired.login
where reach is distinct from desired
on conflict (login) do update set
  person_id = excluded.person_id,
  department_owners = excluded.department_owners,
  subtree_owners = excluded.subtree_owners,
  person_key = excluded.person_key,
  department_keys = excluded.department_keys,
  subtree_keys = excluded.subtree_keys
$$;
