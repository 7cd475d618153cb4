-- A team reaches the members of its departments; a person without department reaches nobody else.
create view rls.desired_team as
with team as materialized (
  select
    row_number() over () as number,
    sought.departments,
    sought.person_id
  from (
    select distinct reach.departments, case when reach.departments is null then reach.person_id end as person_id
    from rls.desired_reach as reach
  ) as sought
),
reached as (
  select team.number, member.person_id, min(closure.depth) = 0 as near
  from team
  cross join lateral unnest(team.departments) as department (id)
  join {organisation}.department_closure as closure on closure.ancestor_id = department.id
  join {organisation}.department_member as member on member.department_id = closure.descendant_id
  group by team.number, member.person_id
  union all
  select team.number, team.person_id, true
  from team
  where team.person_id is not null
),
owners as (
  select
    sorted.number,
    array_agg(sorted.person_id) filter (where sorted.near) as department_owners,
    array_agg(sorted.person_id) as subtree_owners,
    coalesce(array_agg(sorted.key) filter (where sorted.near and sorted.key is not null), array[]::text[]) as department_keys,
    coalesce(array_agg(sorted.key) filter (where sorted.key is not null), array[]::text[]) as subtree_keys
  from (
    select reached.number, reached.person_id, reached.near, person.key
    from reached
    join {organisation}.person on person.id = reached.person_id
    order by reached.number, reached.person_id
  ) as sorted
  group by sorted.number
)
select
  team.departments,
  team.person_id,
  owners.department_owners,
  owners.subtree_owners,
  cardinality(owners.department_owners) > rls.widest() as department_wide,
  cardinality(owners.subtree_owners) > rls.widest() as subtree_wide,
  owners.department_keys,
  owners.subtree_keys
from team
join owners on owners.number = team.number;

comment on view rls.desired_team is 'What rls.team must hold, but for the arrays its lists of owners are generated from';
