-- The database roles of people.
select role.rolname as name, role.rolcanlogin as can_login
from {organisation}.person
join pg_catalog.pg_roles as role on role.rolname = person.login
