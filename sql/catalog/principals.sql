-- The principals a definitions file may name, by kind and name.
with recursive path as (
  select department.id, department.name
  from {organisation}.department
  where department.parent_id is null
  union all
  select department.id, path.name || '/' || department.name
  from {organisation}.department
  join path on path.id = department.parent_id
)
select 'person' as kind, person.login as name, person.id
from {organisation}.person
where person.login is not null
union all
select 'department', path.name, path.id
from path
union all
select 'subdepartments', path.name, path.id
from path
union all
select 'group', person_group.name, person_group.id
from {organisation}.person_group
union all
select 'project_group', project_group.name, project_group.id
from {organisation}.project_group
