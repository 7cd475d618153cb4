-- Make rls.team and rls.reach equal to the organisation, whatever they hold.
create or replace function rls.refresh_reach()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.refresh_reach_of(
    array(
      select reach.person_id
      from rls.reach
      union
      select person.id
      from {organisation}.person
    )
  );
  delete from rls.team
  where not exists (select from rls.reach where reach.team = team.id);
  perform rls.put_owners(drift.id, drift.level, rls.marked('{{}}', drift.owners, '{{}}'), true)
  from rls.team_drift as drift;
  perform rls.invalidate_reach();
end
$$;
