-- CRM role → principal → person.  A login that is missing, or that is no ordinary person's, gets nothing.
create view rls.desired_membership as
with person as materialized (
  select person_login.person_id as id, person_login.login
  from rls.person_login
),
principal as materialized (
  select desired_principal.kind, desired_principal.id, desired_principal.role
  from rls.desired_principal
  union all
  select 'everyone', null, ((select installation.prefix from rls.installation) || 'everyone')::name
),
due as materialized (
  select role.database_role as role, assignment.principal_kind as kind, assignment.principal_id as id
  from rls.assignment
  join rls.role on role.name = assignment.role
  join pg_catalog.pg_roles as existing on existing.rolname = role.database_role
  where
    (assignment.valid_until is null or assignment.valid_until > now())
    and (assignment.valid_from is null or assignment.valid_from <= now() or role.timed)
),
member as (
  select 'everyone' as kind, null::int as id, person.id as person_id
  from person
  union all
  select 'department', department_member.department_id, department_member.person_id
  from {organisation}.department_member
  union all
  select 'group', person_group_member.person_group_id, person_group_member.person_id
  from {organisation}.person_group_member
  union all
  select 'project_group', project_group_member.project_group_id, project_group_member.person_id
  from {organisation}.project_group_member
)
select due.role, person.login as member
from due
join person on due.kind = 'person' and person.id = due.id
union
select due.role, principal.role
from due
join principal on principal.kind = due.kind and coalesce(principal.id, 0) = coalesce(due.id, 0)
union
select principal.role, person.login
from principal
join member on member.kind = principal.kind and coalesce(member.id, 0) = coalesce(principal.id, 0)
join person on person.id = member.person_id
union
select tree.role, department.role
from principal as tree
join principal as department on department.kind = 'department' and department.id = tree.id
where tree.kind = 'subdepartments'
union
select parent.role, child.role
from {organisation}.department
join principal as child on child.kind = 'subdepartments' and child.id = department.id
join principal as parent on parent.kind = 'subdepartments' and parent.id = department.parent_id;

comment on view rls.desired_membership is 'The memberships that follow from organisation and assignments';
