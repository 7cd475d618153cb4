insert into {organisation}.person_group_member (person_group_id, person_id)
select person_group.id, person.id
from unnest(%(names)s::text[], %(logins)s::text[]) as joined (name, login)
join {organisation}.person_group on person_group.name = joined.name
join {organisation}.person on person.login = joined.login
