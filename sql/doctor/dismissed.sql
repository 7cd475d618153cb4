-- Dismissed people who may still log in.
select
  person.rolname::text as object,
  'is dismissed and may log in' as what,
  pg_catalog.format('alter role %%I nologin', person.rolname) as statement
from person
join {organisation}.person as known on known.login = person.rolname::text
where person.rolcanlogin and not known.is_active
