-- After a statement on rls.reach or rls.budget: everybody who can log in has a counter for every budget.
create or replace function rls.follow_counters()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  logins name[];
begin
  if tg_table_name = 'budget' then
    perform rls.refresh_counters(null);
    return null;
  end if;
  execute format('select array_agg(touched.login) from (%s) as touched', rls.touched(tg_op, 'login')) into logins;
  if logins is not null then
    perform rls.refresh_counters(logins);
  end if;
  return null;
end
$$;
