-- Roles assigned to a person directly and without dates.
select assignment.role, person.login, assignment.from_definition
from rls.assignment
join {organisation}.person on person.id = assignment.principal_id
where assignment.principal_kind = 'person'
  and person.login is not null
  and assignment.valid_from is null
  and assignment.valid_until is null
