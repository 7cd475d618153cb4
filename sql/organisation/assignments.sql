-- Every assignment with its principal's name; a person without a login has only their name.
with recursive path as (
  select department.id, department.name
  from {organisation}.department
  where department.parent_id is null
  union all
  select department.id, path.name || '/' || department.name
  from {organisation}.department
  join path on path.id = department.parent_id
)
select
  assignment.id,
  assignment.role,
  assignment.principal_kind as kind,
  case assignment.principal_kind
    when 'person' then (
      select coalesce(person.login, person.name) from {organisation}.person where person.id = assignment.principal_id
    )
    when 'department' then (select path.name from path where path.id = assignment.principal_id)
    when 'subdepartments' then (select path.name from path where path.id = assignment.principal_id)
    when 'group' then (
      select person_group.name from {organisation}.person_group where person_group.id = assignment.principal_id
    )
    when 'project_group' then (
      select project_group.name from {organisation}.project_group where project_group.id = assignment.principal_id
    )
  end as name,
  assignment.valid_from,
  assignment.valid_until,
  assignment.from_definition,
  assignment.created_by::text as created_by
from rls.assignment
order by assignment.role, kind, name, assignment.valid_from
