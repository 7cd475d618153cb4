-- Have every session rewrite and plan anew what has a policy of ours: all call rls.counted().  PostgreSQL itself does not when a
-- membership goes (CVE-2026-14666), and altering a function needs no table lock.  Where memberships come, plans without what
-- another role covers must go, too.  Reading views have the caller's roles as a constant.
create or replace function rls.invalidate_plans()
  returns void
  language plpgsql
  volatile
  security definer
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
begin
  alter function rls.counted(text, text, text) stable;
  if pg_catalog.to_regprocedure('rls.roles()') is not null then
    alter function rls.roles() stable;
  end if;
end
$$;
