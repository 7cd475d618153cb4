-- Make the teams of departments right about people who may have come to be below them, or to be it no longer.  The two
-- lists are pairs; for a whole team that is new, see rls.refresh_reach_of().
create or replace function rls.refresh_teams_of(changed_departments int[], changed_people int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  touched record;
begin
  for touched in
    with
    reaching as materialized (
      select sought.id as department_id, team.id as team_id, team.departments
      from (select distinct unnest(changed_departments) as id) as sought
      join rls.team on team.departments @> array[sought.id]
    ),
    asked as materialized (
      select distinct reaching.team_id, reaching.departments, pair.person_id
      from unnest(changed_departments, changed_people) as pair (department_id, person_id)
      join reaching on reaching.department_id = pair.department_id
    ),
    found as (
      select asked.team_id, asked.person_id, min(closure.depth) as depth
      from asked
      join {organisation}.department_member as member on member.person_id = asked.person_id
      join {organisation}.department_closure as closure
        on closure.descendant_id = member.department_id
        and closure.ancestor_id = any (asked.departments)
      group by asked.team_id, asked.person_id
    )
    select
      asked.team_id as id,
      array_agg(asked.person_id) filter (where found.depth = 0) as near,
      array_agg(asked.person_id) filter (where found.depth is distinct from 0) as not_near,
      array_agg(asked.person_id) filter (where found.depth is not null) as below,
      array_agg(asked.person_id) filter (where found.depth is null) as not_below
    from asked
    left join found on found.team_id = asked.team_id and found.person_id = asked.person_id
    group by asked.team_id
  loop
    perform rls.change_owners(touched.id, 'department', touched.near, touched.not_near);
    perform rls.change_owners(touched.id, 'subtree', touched.below, touched.not_below);
  end loop;
end
$$;
