-- What is given back takes the place of what the downgrade made anew.
delete from rls.assignment
using rls.set_aside
where
  set_aside.revision = %(revision)s
  and set_aside.role in (select role.name from rls.role)
  and (
    assignment.id = set_aside.id
    or (
      (assignment.role, assignment.principal_kind) = (set_aside.role, set_aside.principal_kind)
      and assignment.principal_id is not distinct from set_aside.principal_id
      and assignment.valid_from is not distinct from set_aside.valid_from
      and assignment.valid_until is not distinct from set_aside.valid_until
    )
  )
