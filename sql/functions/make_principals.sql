-- Make database roles for departments and groups.
create or replace function rls.make_principals(roles name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  principal name;
begin
  if pg_catalog.current_setting('server_version_num')::int >= 160000 then
    -- Whoever changes the organisation may have set it; the new roles are not to be ours to become.
    perform pg_catalog.set_config('createrole_self_grant', '', true);
    perform rls.require_locks(pg_catalog.cardinality(roles));
  end if;
  foreach principal in array roles loop
    execute pg_catalog.format('create role %I nologin', principal);
  end loop;
end
$$;
