-- People who may be granted something.  A login that is above row security, or is one of ours, is nobody's.
create view rls.person_login as
select person.id as person_id, login.rolname as login
from {organisation}.person
join pg_catalog.pg_roles as login on login.rolname = person.login::name
where
  person.is_active
  and not (login.rolsuper or login.rolbypassrls or login.rolreplication or login.rolcreaterole)
  and not starts_with(login.rolname::text, 'pg_')
  and not starts_with(login.rolname::text, (select installation.prefix from rls.installation));

comment on view rls.person_login is 'The active people whose login exists and is an ordinary one';
