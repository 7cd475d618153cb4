-- After people joined or left groups: their memberships follow.
create or replace function rls.follow_group_member()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  people int[];
begin
  execute format(
    'select array_agg(distinct touched.person_id) from (%s) as touched',
    rls.touched(tg_op, pg_catalog.replace(tg_table_name, '_member', '_id') || ', person_id')
  ) into people;
  if people is null then
    return null;
  end if;
  perform rls.begin_refresh();
  perform rls.refresh_holdings_of(people, rls.logins_of(people));
  return null;
end
$$;
