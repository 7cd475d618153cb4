delete from {organisation}.person_group_member
using unnest(%(names)s::text[], %(logins)s::text[]) as left_group (name, login),
  {organisation}.person_group,
  {organisation}.person
where person_group.name = left_group.name
  and person.login = left_group.login
  and person_group_member.person_group_id = person_group.id
  and person_group_member.person_id = person.id
