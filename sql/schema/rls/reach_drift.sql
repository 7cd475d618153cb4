create view rls.reach_drift as
select coalesce(desired.login, present.login) as login
from rls.desired_reach as desired
full join (
  select reach.*, team.departments, team.person_id as alone
  from rls.reach
  left join rls.team on team.id = reach.team
) as present on present.login = desired.login
where
  (present.person_id, present.person_key, present.mine, present.departments, present.alone)
  is distinct from (
    desired.person_id,
    desired.person_key,
    desired.mine,
    desired.departments,
    case when desired.departments is null then desired.person_id end
  );

comment on view rls.reach_drift is 'Whose row of rls.reach is missing, too many, or not what the organisation says';
