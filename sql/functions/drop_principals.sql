-- Drop database roles of departments and groups, whose members are gone already; of very many some stay until the next
-- rls.refresh(), since each takes a lock and taking rights away is never refused.
create or replace function rls.drop_principals(roles name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  principal name;
begin
  foreach principal in array roles[:rls.lock_room() / 2] loop
    begin
      execute pg_catalog.format('drop role %I', principal);
    exception
      -- Somebody granted it something of their own; without members it does no harm.
      when dependent_objects_still_exist then null;
    end;
  end loop;
end
$$;
