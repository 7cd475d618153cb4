-- Make rls.reach equal to the organisation.  People with the same departments reach the same people: done once for each set.
create or replace function rls.refresh_reach()
  returns void
  language sql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
with
held as (
  select member.person_id, array_agg(member.department_id order by member.department_id) as departments
  from {organisation}.department_member as member
  group by member.person_id
),
asking as materialized (
  select
    person.id,
    person.login::name as login,
    person.key,
    dense_rank() over (order by held.departments) as set,
    held.departments
  from {organisation}.person
  left join held on held.person_id = person.id
  where person.is_active and person.login is not null
),
reached as (
  select mine.set, member.person_id, min(closure.depth) = 0 as near
  from (
    select distinct on (asking.set) asking.set, asking.departments
    from asking
    where asking.departments is not null
  ) as mine
  cross join lateral unnest(mine.departments) as department (id)
  join {organisation}.department_closure as closure on closure.ancestor_id = department.id
  join {organisation}.department_member as member on member.department_id = closure.descendant_id
  group by mine.set, member.person_id
),
owners as materialized (
  select
    sorted.set,
    array_agg(sorted.person_id) filter (where sorted.near) as department_owners,
    array_agg(sorted.person_id) as subtree_owners,
    coalesce(array_agg(sorted.key) filter (where sorted.near and sorted.key is not null), array[]::text[]) as department_keys,
    coalesce(array_agg(sorted.key) filter (where sorted.key is not null), array[]::text[]) as subtree_keys
  from (
    select reached.set, reached.person_id, reached.near, person.key
    from reached
    join {organisation}.person on person.id = reached.person_id
    order by reached.set, reached.person_id
  ) as sorted
  group by sorted.set
),
desired as materialized (
  select
    asking.login,
    asking.id as person_id,
    coalesce(owners.department_owners, array[asking.id]) as department_owners,
    coalesce(owners.subtree_owners, array[asking.id]) as subtree_owners,
    asking.key as person_key,
    coalesce(owners.department_keys, array_remove(array[asking.key], null)) as department_keys,
    coalesce(owners.subtree_keys, array_remove(array[asking.key], null)) as subtree_keys
  from asking
  left join owners on owners.set = asking.set
),
removed as (
  delete from rls.reach
  where not exists (select from desired where desired.login = reach.login)
)
insert into rls.reach (login, person_id, department_owners, subtree_owners, person_key, department_keys, subtree_keys)
select desired.*
from desired
left join rls.reach on reach.login = desired.login
where
  (
    reach.person_id,
    reach.department_owners,
    reach.subtree_owners,
    reach.person_key,
    reach.department_keys,
    reach.subtree_keys
  ) is distinct from (
    desired.person_id,
    desired.department_owners,
    desired.subtree_owners,
    desired.person_key,
    desired.department_keys,
    desired.subtree_keys
  )
on conflict (login) do update set
  person_id = excluded.person_id,
  department_owners = excluded.department_owners,
  subtree_owners = excluded.subtree_owners,
  person_key = excluded.person_key,
  department_keys = excluded.department_keys,
  subtree_keys = excluded.subtree_keys
$$;
