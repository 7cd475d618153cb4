-- Who may work: active people's logins, and whether the database role is there.
select person.login, role.oid is not null as exists
from {organisation}.person
left join pg_catalog.pg_roles as role on role.rolname = person.login
where person.is_active
  and person.login is not null
order by person.login
