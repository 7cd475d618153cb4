-- CRM role → principal → person.  A login that is missing, or that is no ordinary person's, gets nothing.
create view rls.desired_membership as
with due as (
  select role.database_role, assignment.principal_kind as kind, assignment.principal_id as id
  from rls.assignment
  join rls.role on role.name = assignment.role
  join pg_catalog.pg_roles as existing on existing.rolname = role.database_role
  where
    (assignment.valid_until is null or assignment.valid_until > now())
    and (assignment.valid_from is null or assignment.valid_from <= now() or role.timed)
)
select (installation.prefix || 'everyone')::name as role, person.login as member
from rls.installation, rls.person_login as person
union
select due.database_role, person.login
from due
join rls.person_login as person on person.person_id = due.id
where due.kind = 'person'
union
select due.database_role, principal.role
from due
join rls.desired_principal as principal on principal.kind = due.kind and principal.id = due.id
union
select due.database_role, (installation.prefix || 'everyone')::name
from rls.installation, due
where due.kind = 'everyone'
union
select tree.role, department.role
from rls.desired_principal as tree
join rls.desired_principal as department on department.kind = 'department' and department.id = tree.id
where tree.kind = 'subdepartments'
union
select parent.role, child.role
from {organisation}.department
join rls.desired_principal as child on child.kind = 'subdepartments' and child.id = department.id
join rls.desired_principal as parent on parent.kind = 'subdepartments' and parent.id = department.parent_id
union
select principal.role, person.login
from rls.desired_principal as principal
join {organisation}.department_member as member on member.department_id = principal.id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'department'
union
select principal.role, person.login
from rls.desired_principal as principal
join {organisation}.person_group_member as member on member.person_group_id = principal.id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'group'
union
select principal.role, person.login
from rls.desired_principal as principal
join {organisation}.project_group_member as member on member.project_group_id = principal.id
join rls.person_login as person on person.person_id = member.person_id
where principal.kind = 'project_group';

comment on view rls.desired_membership is 'The memberships that follow from organisation and assignments';
