-- Can be asked for a few departments or groups alone; so can desired_nesting and desired_holding.
create view rls.desired_principal as
select principal.kind, principal.id, rls.principal_role((select installation.prefix from rls.installation), principal.kind, principal.id) as role
from (
  select 'department' as kind, department.id
  from {organisation}.department
  union all
  select 'subdepartments', department.id
  from {organisation}.department
  union all
  select 'group', person_group.id
  from {organisation}.person_group
  union all
  select 'project_group', project_group.id
  from {organisation}.project_group
) as principal
where exists (select from rls.due_assignment as due where due.kind = principal.kind and due.id = principal.id);

comment on view rls.desired_principal is 'The departments and groups that must have a database role, since a role is assigned to them';
comment on column rls.desired_principal.kind is 'department, subdepartments, group or project_group';
