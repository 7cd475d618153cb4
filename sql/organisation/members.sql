-- Who belongs to which department.
select department_member.department_id, person.login
from {organisation}.department_member
join {organisation}.person on person.id = department_member.person_id
where person.login is not null
