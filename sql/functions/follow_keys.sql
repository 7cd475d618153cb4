-- Have the teams that reach people look up their keys again.
create or replace function rls.follow_keys(people int[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.change_owners(team.id, level.name, array[team.person_id], null)
  from rls.team
  cross join (values ('department'), ('subtree')) as level (name)
  where team.person_id = any (people);

  perform rls.refresh_teams_of(array_agg(closure.ancestor_id), array_agg(member.person_id))
  from {organisation}.department_member as member
  join {organisation}.department_closure as closure on closure.descendant_id = member.department_id
  where member.person_id = any (people);
end
$$;
