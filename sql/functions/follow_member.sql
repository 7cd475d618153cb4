-- After people joined or left departments: their reach, the teams that reach them, and their memberships follow.
create or replace function rls.follow_member()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  departments int[];
  people int[];
begin
  execute format(
    'select array_agg(touched.department_id), array_agg(touched.person_id) from (%s) as touched',
    rls.touched(tg_op, 'department_id, person_id')
  ) into departments, people;
  if people is null then
    return null;
  end if;
  perform rls.begin_refresh();
  perform rls.refresh_teams_of(array_agg(closure.ancestor_id), array_agg(touched.person_id))
  from unnest(departments, people) as touched (department_id, person_id)
  join {organisation}.department_closure as closure on closure.descendant_id = touched.department_id;
  perform rls.refresh_reach_of(people);
  perform rls.invalidate_reach();
  perform rls.refresh_holdings_of(people, rls.logins_of(people));
  return null;
end
$$;
