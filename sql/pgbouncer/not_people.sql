-- Logins with a password that are nobody's to reach through a pooler: above row security, services, dismissed people.
select role.rolname::text, role.rolsuper or role.rolbypassrls or role.rolreplication or role.rolcreaterole as above
from pg_catalog.pg_roles as role
where not starts_with(role.rolname::text, 'pg_')
  and not exists (select from rls.person_login where person_login.login = role.rolname)
  and not exists (select from rls.pool where pool.login = role.rolname)
order by 2 desc, 1
limit 1000
