-- Everybody with an ordinary login: the roles they hold now, and those they will hold by the assignments
-- that stay (made by hand) and those of the new definition: %(roles)s, %(kinds)s, %(ids)s in step.
with person as materialized (
  select person_login.person_id as id, person_login.login, person.name
  from rls.person_login
  join {organisation}.person on person.id = person_login.person_id
),
assigned as (
  select
    assignment.role,
    assignment.principal_kind as kind,
    assignment.principal_id as id,
    true as stands,
    not assignment.from_definition as stays
  from rls.assignment
  where
    (assignment.valid_from is null or assignment.valid_from <= now())
    and (assignment.valid_until is null or now() < assignment.valid_until)
  union all
  select wanted.role, wanted.kind, wanted.id, false, true
  from unnest(%(roles)s::text[], %(kinds)s::text[], %(ids)s::int[]) as wanted (role, kind, id)
),
belongs as (
  select 'everyone' as kind, null::int as id, person.id as person_id
  from person
  union all
  select 'person', person.id, person.id
  from person
  union all
  select 'department', member.department_id, member.person_id
  from {organisation}.department_member as member
  union all
  select 'subdepartments', closure.ancestor_id, member.person_id
  from {organisation}.department_member as member
  join {organisation}.department_closure as closure on closure.descendant_id = member.department_id
  union all
  select 'group', member.person_group_id, member.person_id
  from {organisation}.person_group_member as member
  union all
  select 'project_group', member.project_group_id, member.person_id
  from {organisation}.project_group_member as member
),
held as materialized (
  select belongs.person_id, assigned.role, bool_or(assigned.stands) as stands, bool_or(assigned.stays) as stays
  from assigned
  join belongs on belongs.kind = assigned.kind and coalesce(belongs.id, 0) = coalesce(assigned.id, 0)
  group by belongs.person_id, assigned.role
),
member as materialized (
  select person.id as person_id, role.name as role
  from person
  cross join rls.role
  join pg_catalog.pg_roles as existing on existing.rolname = role.database_role
  where pg_catalog.pg_has_role(person.login, role.database_role, 'usage')
),
now_held as (
  select member.person_id, array_agg(member.role order by member.role) as roles
  from member
  join rls.role on role.name = member.role
  left join held on held.person_id = member.person_id and held.role = member.role
  where not role.timed or held.stands
  group by member.person_id
),
then_held as (
  select held.person_id, array_agg(held.role order by held.role) as roles
  from held
  where held.stays
  group by held.person_id
)
select
  person.login::text as login,
  person.name,
  coalesce(now_held.roles, array[]::text[]) as before,
  coalesce(then_held.roles, array[]::text[]) as after
from person
left join now_held on now_held.person_id = person.id
left join then_held on then_held.person_id = person.id
order by person.login
