-- Have every session plan anew what is planned with somebody's owners.
create or replace function rls.invalidate_reach()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
as $$
begin
  alter function rls.me() stable;
  alter function rls.department_owners() stable;
  alter function rls.subtree_owners() stable;
end
$$;
