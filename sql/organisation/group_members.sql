-- Who belongs to which group.
select person_group.name, person.login
from {organisation}.person_group
join {organisation}.person_group_member on person_group_member.person_group_id = person_group.id
join {organisation}.person on person.id = person_group_member.person_id
where person.login is not null
