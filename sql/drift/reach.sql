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
  select 'department_closure', 'department', closure_drift.department_id::text
  from rls.closure_drift
) as wrong
group by wrong.name, wrong.noun
order by wrong.name
