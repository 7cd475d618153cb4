create view rls.desired_closure as
with recursive walk (ancestor_id, descendant_id, depth) as (
  select department.id, department.id, 0
  from {organisation}.department
  union all
  select department.parent_id, walk.descendant_id, walk.depth + 1
  from walk
  join {organisation}.department on department.id = walk.ancestor_id
  where department.parent_id is not null
) cycle ancestor_id set is_cycle using path
select walk.ancestor_id, walk.descendant_id, walk.depth
from walk
where not walk.is_cycle;

comment on view rls.desired_closure is 'What department_closure must hold';
