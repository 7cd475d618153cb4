insert into {organisation}.department_member (department_id, person_id)
select added.department_id, person.id
from unnest(%(department_ids)s::int[], %(logins)s::text[]) as added (department_id, login)
join {organisation}.person on person.login = added.login
