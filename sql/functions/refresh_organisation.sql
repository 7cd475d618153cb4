-- After a statement on an organisation table, a role or an assignment: refresh what depends on it.
create or replace function rls.refresh_organisation()
  returns trigger
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  perform rls.begin_refresh();
  if tg_table_name = 'department' then
    perform rls.refresh_closure();
  end if;
  if tg_table_name in ('person', 'department', 'department_member') then
    perform rls.refresh_reach();
  end if;
  perform rls.refresh_memberships();
  return null;
end
$$;
