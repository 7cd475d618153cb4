-- Drop database roles of departments and groups that nothing is assigned to any more: first what they still hold is taken
-- from them, so that dropping, which takes all their members at once, takes nobody's rights.  Of very many some stay
-- until the next rls.refresh(), since each takes a lock and taking rights away is never refused; those have no members.
create or replace function rls.drop_principals(roles name[])
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
declare
  room constant int := rls.lock_room() / 2;
  kept name[] := roles[room + 1:];
  principal name;
begin
  if pg_catalog.cardinality(roles) = 0 then
    return;
  end if;
  perform rls.change_memberships(roles, '{{}}', '{{}}', '{{}}');
  -- What somebody else granted them is still there, and goes with them.
  perform rls.invalidate_plans();
  foreach principal in array roles[:room] loop
    begin
      execute pg_catalog.format('drop role %I', principal);
    exception
      -- Somebody granted it something of their own; without members it does no harm.
      when dependent_objects_still_exist then kept := kept || principal;
    end;
  end loop;
  if kept <> '{{}}' then
    perform rls.change_memberships('{{}}', kept, '{{}}', '{{}}');
  end if;
end
$$;
