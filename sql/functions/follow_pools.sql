-- After a change of people or pools.  Whoever has no USAGE on the schema, and so no right to make logins or pools, leaves
-- the memberships of pools to the next administrator: the rights of a dismissed person are gone by then.
create or replace function rls.follow_pools()
  returns trigger
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
as $$
declare
  logins name[];
begin
  if not pg_catalog.has_schema_privilege('rls', 'usage') then
    return null;
  end if;
  if tg_table_name = 'person' and tg_op <> 'TRUNCATE' then
    execute format(
      'select array_agg(distinct touched.login::name) from (%s) as touched where touched.login is not null',
      rls.touched(tg_op, 'login, is_active')
    ) into logins;
    if logins is null then
      return null;
    end if;
    if exists (select from rls.pool where pool.login = any (logins)) then
      logins := null;
    end if;
  end if;
  perform rls.refresh_pools_of(logins);
  return null;
end
$$;
