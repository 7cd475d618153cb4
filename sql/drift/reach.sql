-- What of reach, teams and department_closure is not what the organisation says: changed by hand, or not followed.
select wrong.name, wrong.noun, array_agg(wrong.which order by wrong.which) as which
from (
  select 'rls.reach' as name, 'person' as noun, reach_drift.login::text as which
  from rls.reach_drift
  union
  select 'rls.team', 'team', team_drift.id::text
  from rls.team_drift
  union
  select 'rls.team', 'team', team.id::text
  from rls.team
  where not exists (select from rls.reach where reach.team = team.id)
  union
  -- The lists are generated from the arrays, so that only they are compared; reading all arrays takes long.
  select 'rls.team', 'team', team.id::text
  from rls.team
  where
    (
      select count(*) filter (where list.attgenerated = 's') <> 2
      from pg_catalog.pg_attribute as list
      where list.attrelid = 'rls.team'::regclass and list.attname in ('department_owners', 'subtree_owners')
    )
    and (
      array_positions(team.department_reached, true) <> team.department_owners
      or array_positions(team.subtree_reached, true) <> team.subtree_owners
    )
  union
  select 'department_closure', 'department', closure_drift.department_id::text
  from rls.closure_drift
) as wrong
group by wrong.name, wrong.noun
order by wrong.name
