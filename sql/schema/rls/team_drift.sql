create view rls.team_drift as
select team.id, level.name as level, level.owners
from rls.team
join rls.desired_team as desired
  on coalesce(desired.departments, array[null, desired.person_id]) = coalesce(team.departments, array[null, team.person_id])
cross join lateral (
  values
    (
      'department',
      desired.department_owners,
      (team.department_owners, team.department_wide, team.department_keys)
      is distinct from
      (desired.department_owners, desired.department_wide, desired.department_keys)
    ),
    (
      'subtree',
      desired.subtree_owners,
      (team.subtree_owners, team.subtree_wide, team.subtree_keys)
      is distinct from
      (desired.subtree_owners, desired.subtree_wide, desired.subtree_keys)
    )
) as level (name, owners, differs)
where level.differs;

comment on view rls.team_drift is 'Where rls.team is not what the organisation says, and whom it should reach';
