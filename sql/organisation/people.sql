-- Every person with a login.
select
  person.id,
  person.login,
  person.name,
  person.email,
  person.job_title,
  person.phone,
  person.hired_on::text as hired_on,
  person.key,
  person.is_active
from {organisation}.person
where person.login is not null
