insert into rls.assignment (role, principal_kind, principal_id)
select given.role, 'person', person.id
from unnest(%(roles)s::text[], %(logins)s::text[]) as given (role, login)
join {organisation}.person on person.login = given.login
on conflict do nothing
