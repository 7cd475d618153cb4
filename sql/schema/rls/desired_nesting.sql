create view rls.desired_nesting as
select due.role, rls.principal_role((select installation.prefix from rls.installation), 'everyone', 0) as member, due.kind, due.id
from rls.due_assignment as due
where due.kind = 'everyone'
union all
select due.role, principal.role, principal.kind, principal.id
from rls.due_assignment as due
join rls.desired_principal as principal on principal.kind = due.kind and principal.id = due.id;

comment on view rls.desired_nesting is 'The memberships that principals must have: in the roles assigned to them';
comment on column rls.desired_nesting.kind is 'What the member is';
comment on column rls.desired_nesting.id is 'Of the member; 0 for everyone';
