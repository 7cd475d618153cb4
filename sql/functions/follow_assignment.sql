-- After roles were assigned or taken away: the memberships of whom they are assigned to follow.
create or replace function rls.follow_assignment()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  kinds text[];
  ids int[];
begin
  execute format(
    'select array_agg(touched.principal_kind), array_agg(coalesce(touched.principal_id, 0)) from (%s) as touched',
    rls.touched(tg_op, 'role, principal_kind, principal_id, valid_from, valid_until')
  ) into kinds, ids;
  if kinds is null then
    return null;
  end if;
  perform rls.begin_refresh();
  perform rls.refresh_assigned(kinds, ids);
  return null;
end
$$;
