-- Who of the people measured holds which roles.
insert into rls.assignment (role, principal_kind, principal_id)
select given.role, 'person', given.person_id
from unnest({roles}::text[], {holders}::int[]) as given (role, person_id);
