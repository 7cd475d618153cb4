update {organisation}.person
set
  name = changed.name,
  email = changed.email,
  job_title = changed.job_title,
  phone = changed.phone,
  hired_on = changed.hired_on,
  key = changed.key
from jsonb_to_recordset(%(people)s) as changed (
  login text, name text, email text, job_title text, phone text, hired_on date, key text
)
where person.login = changed.login
