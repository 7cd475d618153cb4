-- Database roles whose privileges on managed tables are Rowlock's business: its own, and people.
select role.rolname::text as name
from pg_catalog.pg_roles as role
where
  role.rolname = any (%(roles)s::name[])
  or role.rolname = {everyone}
  or role.rolname ~ {principal_pattern}
  or role.rolname::text in (select person.login from {organisation}.person)
order by role.rolname
