update {organisation}.department
set head_id = person.id
from unnest(%(department_ids)s::int[], %(logins)s::text[]) as headed (department_id, login)
left join {organisation}.person on person.login = headed.login
where department.id = headed.department_id
