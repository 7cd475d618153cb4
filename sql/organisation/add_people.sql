insert into {organisation}.person (login, name, email, job_title, phone, hired_on, key, is_active, dismissed_at)
select
  added.login,
  added.name,
  added.email,
  added.job_title,
  added.phone,
  added.hired_on,
  added.key,
  added.is_active,
  case when not added.is_active then now() end
from jsonb_to_recordset(%(people)s) as added (
  login text, name text, email text, job_title text, phone text, hired_on date, key text, is_active boolean
)
