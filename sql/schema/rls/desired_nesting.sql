create view rls.desired_nesting as
select due.role, rls.principal_role((select installation.prefix from rls.installation), 'everyone', 0) as member, due.kind, due.id
from rls.due_assignment as due
where due.kind = 'everyone'
union all
select due.role, principal.role, principal.kind, principal.id
from rls.due_assignment as due
join rls.desired_principal as principal on principal.kind = due.kind and principal.id = due.id
union all
select tree.role, department.role, department.kind, department.id
from rls.desired_principal as tree
join rls.desired_principal as department on department.id = tree.id
where tree.kind = 'subdepartments' and department.kind = 'department'
union all
select parent.role, child.role, child.kind, child.id
from rls.desired_principal as parent
join {organisation}.department on department.parent_id = parent.id
join rls.desired_principal as child on child.id = department.id
where parent.kind = 'subdepartments' and child.kind = 'subdepartments';

comment on view rls.desired_nesting is 'The memberships that principals must have: in roles, and in the tree they are part of';
comment on column rls.desired_nesting.kind is 'What the member is';
comment on column rls.desired_nesting.id is 'Of the member; 0 for everyone';
