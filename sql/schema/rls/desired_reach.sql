create view rls.desired_reach as
select
  person.login::name as login,
  person.id as person_id,
  person.key as person_key,
  array_fill(true, array[1], array[person.id]) as mine,
  held.departments
from {organisation}.person
left join lateral (
  select array_agg(member.department_id order by member.department_id) as departments
  from {organisation}.department_member as member
  where member.person_id = person.id
) as held on true
where person.is_active and person.login is not null;

comment on view rls.desired_reach is 'What rls.reach must hold, with the departments that make a team: null for who belongs to none and is one alone';
