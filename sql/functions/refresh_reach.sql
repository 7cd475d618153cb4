-- Make rls.team and rls.reach equal to the organisation.
create or replace function rls.refresh_reach()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  with
  desired as materialized (
    select desired_team.*, coalesce(desired_team.departments, array[null, desired_team.person_id]) as key
    from rls.desired_team
  ),
  present as materialized (
    select team.*, coalesce(team.departments, array[null, team.person_id]) as key
    from rls.team
  ),
  changed as (
    update rls.team
    set
      department_owners = desired.department_owners,
      subtree_owners = desired.subtree_owners,
      department_reached = desired.department_reached,
      subtree_reached = desired.subtree_reached,
      department_wide = desired.department_wide,
      subtree_wide = desired.subtree_wide,
      department_keys = desired.department_keys,
      subtree_keys = desired.subtree_keys
    from desired
    join present on present.key = desired.key
    where
      team.id = present.id
      and (
        present.department_owners,
        present.subtree_owners,
        present.department_reached,
        present.subtree_reached,
        present.department_wide,
        present.subtree_wide,
        present.department_keys,
        present.subtree_keys
      ) is distinct from (
        desired.department_owners,
        desired.subtree_owners,
        desired.department_reached,
        desired.subtree_reached,
        desired.department_wide,
        desired.subtree_wide,
        desired.department_keys,
        desired.subtree_keys
      )
  )
  insert into rls.team (
    departments,
    person_id,
    department_owners,
    subtree_owners,
    department_reached,
    subtree_reached,
    department_wide,
    subtree_wide,
    department_keys,
    subtree_keys
  )
  select
    desired.departments,
    desired.person_id,
    desired.department_owners,
    desired.subtree_owners,
    desired.department_reached,
    desired.subtree_reached,
    desired.department_wide,
    desired.subtree_wide,
    desired.department_keys,
    desired.subtree_keys
  from desired
  where not exists (select from present where present.key = desired.key);

  with
  team as materialized (
    select team.id, coalesce(team.departments, array[null, team.person_id]) as key
    from rls.team
  ),
  desired as materialized (
    select
      person.login,
      person.person_id,
      owners.department_owners,
      owners.subtree_owners,
      person.person_key,
      owners.department_keys,
      owners.subtree_keys,
      person.mine,
      team.id as team
    from rls.desired_reach as person
    join team on team.key = coalesce(person.departments, array[null, person.person_id])
    join rls.desired_team as owners on coalesce(owners.departments, array[null, owners.person_id]) = team.key
  ),
  removed as (
    delete from rls.reach
    where not exists (select from desired where desired.login = reach.login)
  )
  insert into rls.reach (
    login, person_id, department_owners, subtree_owners, person_key, department_keys, subtree_keys, mine, team
  )
  select desired.*
  from desired
  left join rls.reach on reach.login = desired.login
  where
    (
      reach.person_id,
      reach.department_owners,
      reach.subtree_owners,
      reach.person_key,
      reach.department_keys,
      reach.subtree_keys,
      reach.mine,
      reach.team
    ) is distinct from (
      desired.person_id,
      desired.department_owners,
      desired.subtree_owners,
      desired.person_key,
      desired.department_keys,
      desired.subtree_keys,
      desired.mine,
      desired.team
    )
  on conflict (login) do update set
    person_id = excluded.person_id,
    department_owners = excluded.department_owners,
    subtree_owners = excluded.subtree_owners,
    person_key = excluded.person_key,
    department_keys = excluded.department_keys,
    subtree_keys = excluded.subtree_keys,
    mine = excluded.mine,
    team = excluded.team;

  delete from rls.team
  where not exists (select from rls.reach where reach.team = team.id);

  perform rls.invalidate_reach();
end
$$;
