-- Revoke what others granted in our roles, then refresh.  Runs with the rights of its caller, an administrator: from
-- PostgreSQL 16 on nobody else can take away what somebody else granted.
create or replace function rls.repair_memberships()
  returns void
  language plpgsql
  volatile
  set search_path = pg_catalog, pg_temp
  set jit = off
as $$
declare
  edge record;
begin
  perform rls.begin_refresh();
  for edge in
    select current.role, current.member, current.grantor
    from rls.current_membership() as current
    where current.foreign_grantor
    order by current.role, current.member
  loop
    execute pg_catalog.format('revoke %I from %I granted by %I cascade', edge.role, edge.member, edge.grantor);
  end loop;
  perform rls.invalidate_plans();
  perform rls.refresh_memberships();
  perform rls.refresh_pools();
end
$$;
