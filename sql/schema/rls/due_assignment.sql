create view rls.due_assignment as
select role.database_role as role, assignment.principal_kind as kind, coalesce(assignment.principal_id, 0) as id
from rls.assignment
join rls.role on role.name = assignment.role
join pg_catalog.pg_roles as existing on existing.rolname = role.database_role
where
  (assignment.valid_until is null or assignment.valid_until > now())
  and (assignment.valid_from is null or assignment.valid_from <= now() or role.timed);

comment on view rls.due_assignment is 'The assignments that count now; those of a role that looks at the clock itself before their time as well';
comment on column rls.due_assignment.id is 'As principal_id; 0 for everyone';
