delete from rls.assignment
using unnest(%(roles)s::text[], %(logins)s::text[]) as taken (role, login),
  {organisation}.person
where person.login = taken.login
  and assignment.role = taken.role
  and assignment.principal_kind = 'person'
  and assignment.principal_id = person.id
  and assignment.valid_from is null
  and assignment.valid_until is null
  and not assignment.from_definition
