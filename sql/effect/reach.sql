-- Whose records the people %(logins)s reach, by id and by key; arrays as JSON, so that equal ones are read once.
select
  reach.login::text as login,
  reach.person_id::text as id,
  to_jsonb(team.department_owners)::text as department_ids,
  to_jsonb(team.subtree_owners)::text as subtree_ids,
  reach.person_key as key,
  to_jsonb(team.department_keys)::text as department_keys,
  to_jsonb(team.subtree_keys)::text as subtree_keys
from rls.reach
join rls.team on team.id = reach.team
where reach.login = any (%(logins)s::name[])
