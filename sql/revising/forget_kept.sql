-- Of what was kept, the assignments the revision left as they were need not be given back.
delete from rls.set_aside
using rls.assignment
where
  set_aside.revision = %(revision)s
  and assignment.id = set_aside.id
  and assignment.from_definition = set_aside.from_definition
