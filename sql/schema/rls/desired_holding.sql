create view rls.desired_holding as
select due.role, person.login as member, due.kind, due.id, person.person_id
from rls.due_assignment as due
join rls.person_login as person on person.person_id = due.id
where due.kind = 'person'
union all
select rls.principal_role((select installation.prefix from rls.installation), 'everyone', 0), person.login, 'everyone', 0, person.person_id
from rls.person_login as person
union all
select principal.role, person.login, principal.kind, principal.id, person.person_id
from {organisation}.department_member as member
join rls.desired_principal as principal on principal.id = member.department_id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'department'
union all
select principal.role, person.login, principal.kind, principal.id, person.person_id
from {organisation}.department_member as member
join {organisation}.department_closure as closure on closure.descendant_id = member.department_id
join rls.desired_principal as principal on principal.id = closure.ancestor_id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'subdepartments'
union all
select principal.role, person.login, principal.kind, principal.id, person.person_id
from {organisation}.person_group_member as member
join rls.desired_principal as principal on principal.id = member.person_group_id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'group'
union all
select principal.role, person.login, principal.kind, principal.id, person.person_id
from {organisation}.project_group_member as member
join rls.desired_principal as principal on principal.id = member.project_group_id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'project_group';

comment on view rls.desired_holding is 'The memberships that people must have: in roles assigned to them, and in what they belong to';
comment on column rls.desired_holding.kind is 'By what the person holds the role: person, everyone, department or group';
