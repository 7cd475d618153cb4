-- Give back the assignments a revision took away.
insert into rls.assignment (
  id, role, principal_kind, principal_id, valid_from, valid_until, from_definition, created_at, created_by
)
overriding system value
select id, role, principal_kind, principal_id, valid_from, valid_until, from_definition, created_at, created_by
from rls.set_aside
where
  set_aside.revision = %(revision)s
  and set_aside.role in (select role.name from rls.role)
