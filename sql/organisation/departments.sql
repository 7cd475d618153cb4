-- Every department: its id, its path from the top, the login of its head.
with recursive tree as (
  select department.id, array[department.name] as path, department.head_id
  from {organisation}.department
  where department.parent_id is null
  union all
  select department.id, tree.path || department.name, department.head_id
  from {organisation}.department
  join tree on tree.id = department.parent_id
)
select tree.id, tree.path, head.login as head
from tree
left join {organisation}.person as head on head.id = tree.head_id
