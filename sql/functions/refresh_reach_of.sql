-- Make rls.reach right about people, and their teams with it.
create or replace function rls.refresh_reach_of(people int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  left_teams constant int[] := array(
    select distinct reach.team
    from rls.reach
    where reach.person_id = any (people)
  );
begin
  perform rls.make_teams(people);

  with
  desired as materialized (
    select reach.login, reach.person_id, reach.person_key, reach.mine, team.id as team
    from rls.desired_reach as reach
    cross join lateral (
      select shared.id
      from rls.team as shared
      where shared.departments = reach.departments
      union all
      select alone.id
      from rls.team as alone
      where alone.person_id = reach.person_id and reach.departments is null
    ) as team
    where reach.person_id = any (people)
  ),
  removed as (
    delete from rls.reach
    where
      reach.person_id = any (people)
      and not exists (select from desired where desired.login = reach.login)
  )
  insert into rls.reach (login, person_id, person_key, mine, team)
  select desired.login, desired.person_id, desired.person_key, desired.mine, desired.team
  from desired
  on conflict (login) do update set
    person_id = excluded.person_id,
    person_key = excluded.person_key,
    mine = excluded.mine,
    team = excluded.team
  where
    (reach.person_id, reach.person_key, reach.mine, reach.team)
    is distinct from (excluded.person_id, excluded.person_key, excluded.mine, excluded.team);

  delete from rls.team
  where
    team.id = any (left_teams)
    and not exists (select from rls.reach where reach.team = team.id);
end
$$;
