-- The principals somebody assigned a role to, and everything below an assigned tree.
create view rls.desired_principal as
with due as (
  select role.database_role, assignment.principal_kind as kind, assignment.principal_id as id
  from rls.assignment
  join rls.role on role.name = assignment.role
  where
    (assignment.valid_until is null or assignment.valid_until > now())
    and (assignment.valid_from is null or assignment.valid_from <= now() or role.timed)
),
tree as (
  select distinct closure.descendant_id as id
  from due
  join {organisation}.department_closure as closure on closure.ancestor_id = due.id
  where due.kind = 'subdepartments'
),
principal as (
  select 'subdepartments' as kind, tree.id from tree
  union
  select 'department', tree.id from tree
  union
  select 'department', department.id
  from {organisation}.department
  where department.id in (select due.id from due where due.kind = 'department')
  union
  select 'group', person_group.id
  from {organisation}.person_group
  where person_group.id in (select due.id from due where due.kind = 'group')
  union
  select 'project_group', project_group.id
  from {organisation}.project_group
  where project_group.id in (select due.id from due where due.kind = 'project_group')
)
select
  principal.kind,
  principal.id,
  (
    (select installation.prefix from rls.installation)
    || case principal.kind
      when 'subdepartments' then 'department_' || principal.id || '_tree'
      else principal.kind || '_' || principal.id
    end
  )::name as role
from principal;

comment on view rls.desired_principal is 'The departments and groups that must have a database role, since a role is assigned to them';
