-- Its branches can be asked for a few departments or groups alone; so can those of desired_nesting and desired_holding.
create view rls.desired_principal as
select 'department' as kind, department.id, rls.principal_role((select installation.prefix from rls.installation), 'department', department.id) as role
from {organisation}.department
where exists (
  select
  from {organisation}.department_closure as closure
  join rls.due_assignment as due on due.id = closure.ancestor_id
  where
    closure.descendant_id = department.id
    and (due.kind = 'subdepartments' or (due.kind = 'department' and closure.depth = 0))
)
union all
select 'subdepartments', department.id, rls.principal_role((select installation.prefix from rls.installation), 'subdepartments', department.id)
from {organisation}.department
where exists (
  select
  from {organisation}.department_closure as closure
  join rls.due_assignment as due on due.id = closure.ancestor_id
  where closure.descendant_id = department.id and due.kind = 'subdepartments'
)
union all
select 'group', person_group.id, rls.principal_role((select installation.prefix from rls.installation), 'group', person_group.id)
from {organisation}.person_group
where exists (select from rls.due_assignment as due where due.kind = 'group' and due.id = person_group.id)
union all
select 'project_group', project_group.id, rls.principal_role((select installation.prefix from rls.installation), 'project_group', project_group.id)
from {organisation}.project_group
where exists (select from rls.due_assignment as due where due.kind = 'project_group' and due.id = project_group.id);

comment on view rls.desired_principal is 'The departments and groups that must have a database role, since a role is assigned to them or to a tree above';
