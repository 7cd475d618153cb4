-- After people came, went, were dismissed or taken back, or have another login or key: their reach and memberships follow.
create or replace function rls.follow_person()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  people int[];
  logins name[];
begin
  execute format(
    'select array_agg(distinct touched.id), array_agg(distinct touched.login::name) filter (where touched.login is not null)'
    ' from (%s) as touched',
    rls.touched(tg_op, 'id, login, key, is_active')
  ) into people, logins;
  if people is null then
    return null;
  end if;
  perform rls.begin_refresh();
  if tg_op = 'UPDATE' then
    perform rls.follow_keys(people);
  end if;
  perform rls.refresh_reach_of(people);
  perform rls.invalidate_reach();
  perform rls.refresh_holdings_of(people, logins);
  return null;
end
$$;
