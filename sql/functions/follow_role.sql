-- After a change of what assigned roles are: the memberships of whom they are assigned to follow.
create or replace function rls.follow_role()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  roles text[];
begin
  execute format(
    'select array_agg(touched.name) from (%s) as touched', rls.touched(tg_op, 'name, database_role, timed')
  ) into roles;
  if roles is null then
    return null;
  end if;
  perform rls.begin_refresh();
  perform rls.refresh_assigned(array_agg(assignment.principal_kind), array_agg(coalesce(assignment.principal_id, 0)))
  from rls.assignment
  where assignment.role = any (roles);
  return null;
end
$$;
