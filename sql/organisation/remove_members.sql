delete from {organisation}.department_member
using unnest(%(department_ids)s::int[], %(logins)s::text[]) as removed (department_id, login),
  {organisation}.person
where person.login = removed.login
  and department_member.department_id = removed.department_id
  and department_member.person_id = person.id
